"""A comparison as one JSON document, for programs."""

from __future__ import annotations

import json
from typing import Any

from evals.record import canonical_json
from evals.report.comparison.exchanges import Exchange
from evals.report.comparison.model import CallSide, ChangedCall, Comparison, Side
from evals.report.comparison.wording import verdict
from evals.scoring.case_changes import CaseChange
from evals.scoring.metric_changes import MetricChange

COMPARISON_SCHEMA = 1


def render(comparison: Comparison) -> str:
    """The JSON text, indented, keys in a fixed order."""
    document = {
        "schema": COMPARISON_SCHEMA,
        "outcome": str(comparison.outcome),
        "sentence": verdict(comparison),
        "before": _run(comparison.before),
        "after": _run(comparison.after),
        "gates": _plain(comparison.verdicts),
        "metrics": [_metric(change) for change in comparison.metrics],
        "cases": [_case(case) for case in comparison.cases],
        "layers": {str(layer): count for layer, count in comparison.layers.items()},
        "flipped": comparison.flipped,
        "went_otherwise": comparison.went_otherwise,
        "changed": [_call(call) for call in comparison.changed],
        "otherwise": [_call(call) for call in comparison.otherwise],
        "mismatches": _plain(comparison.mismatches),
        "only_before": list(comparison.only_before),
        "only_after": list(comparison.only_after),
        "versions": list(comparison.versions),
        "notes": list(comparison.notes),
    }
    return json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _run(side: Side) -> dict[str, Any]:
    passed = sum(row.passed for row in side.rows)
    return {
        "name": side.name,
        "kind": "run" if side.run else "baseline",
        "calls": len(side.rows),
        "passed": passed,
        "run": _plain(side.run) if side.run else None,
    }


def _metric(change: MetricChange) -> dict[str, Any]:
    interval = None if change.low is None else [change.low, change.high]
    return {
        "metric": change.metric,
        "unit": change.unit,
        "better": change.better,
        "before": change.before,
        "after": change.after,
        "difference": change.difference,
        "interval_95": interval,
        "p": change.p,
        "level": change.level,
        "verdict": change.verdict,
        "cases": change.cases,
    }


def _case(case: CaseChange) -> dict[str, Any]:
    return {
        "case": case.name,
        "change": str(case.kind),
        "flaky": case.flaky,
        "passed_before": case.before.passed,
        "passed_after": case.after.passed,
        "of": case.after.of,
        "flipped": list(case.flipped),
    }


def _call(call: ChangedCall) -> dict[str, Any]:
    return {
        "case_id": call.case_id,
        "title": call.title,
        "before": _side(call.before),
        "after": _side(call.after),
        "cause": {"layer": str(call.cause.layer), "rule": str(call.cause.rule), "why": call.cause.why},
        "first_difference": call.first,
        "turns": [
            {
                "differs": [str(part) for part in pair.differs],
                "before": _exchange(pair.before),
                "after": _exchange(pair.after),
            }
            for pair in call.pairs
        ],
    }


def _side(side: CallSide) -> dict[str, Any]:
    return {"passed": side.passed, "reasons": list(side.reasons), "record_sha256": side.record_sha256}


def _exchange(exchange: Exchange | None) -> dict[str, Any] | None:
    return None if exchange is None else _plain(exchange)


def _plain(value: object) -> Any:
    return json.loads(canonical_json(value))
