"""A run as one JSON document, for programs: the figures, and every call with all that was measured and judged."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from evals.metrics.words_heard import heard_text
from evals.record import canonical_json
from evals.report.figures import Delays, Share
from evals.report.stages import STAGES, StageMeans
from evals.report.summary import Figures, Summary, reasons_of
from evals.report.wording import verdict
from evals.store.finished import FinishedCall

REPORT_SCHEMA = 1


def render(summary: Summary, calls: Iterable[FinishedCall]) -> str:
    """The JSON text, indented, keys in a fixed order."""
    document = {
        "schema": REPORT_SCHEMA,
        "verdict": _verdict(summary),
        "sentence": verdict(summary),
        "run": _plain(summary.run),
        "figures": _figures(summary.all),
        "by_line": [_figures(group) for group in summary.by_line],
        "by_voice": [_figures(group) for group in summary.by_voice],
        "by_scenario": [_figures(group) for group in summary.by_scenario],
        "gates": _plain(summary.gates),
        "scorecard": _plain(summary.scorecard),
        "unscored": _plain(summary.unscored),
        "missing": list(summary.missing),
        "flaky": _plain(summary.flaky),
        "repeats": _plain(summary.repeats),
        "coverage": _plain(summary.coverage),
        "stages": [_stages(means) for means in summary.stages],
        "noise": [{**_plain(point), "rate": point.rate} for point in summary.noise],
        "calls": [_call(call) for call in calls],
    }
    return json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _verdict(summary: Summary) -> str:
    if summary.holds:
        return "undecided" if summary.undecided else "pass"
    return "fail" if summary.complete else "incomplete"


def _figures(figures: Figures) -> dict[str, Any]:
    words = figures.words
    return {
        "name": figures.name,
        "calls_passed": _share(figures.calls),
        "tasks_done": _share(figures.task),
        "words": {
            **_plain(words),
            "reference_words": words.reference_words,
            "errors": words.errors,
            "rate": words.rate,
        },
        "response_latency": _delays(figures.response),
        "missed_turns": _share(figures.missed_turns),
        "yield_latency": _delays(figures.yielding),
        "yield_latency_net": _delays(figures.yielding_net),
        "stop_latency": _delays(figures.stopping),
        "missed_interruptions": _share(figures.missed_interruptions),
        "false_stops": _share(figures.false_stops),
        "yields_resumed": _share(figures.resumed),
        "false_cut_ins": _share(figures.cut_ins),
        "entities": {
            "all": _share(figures.all_entities),
            **{kind: _share(share) for kind, share in figures.entities},
        },
        "digits": {"wrong": figures.digits_wrong[0], "of": figures.digits_wrong[1]},
    }


def _stages(means: StageMeans) -> dict[str, Any]:
    stages = dict(zip(STAGES, means.stages_ms, strict=True))
    return {"name": means.name, "waits": means.waits, "mean_ms": stages}


def _share(share: Share) -> dict[str, Any]:
    interval = share.interval
    return {
        "count": share.count,
        "of": share.of,
        "rate": share.rate,
        "interval_95": [interval.low, interval.high] if interval else None,
    }


def _delays(delays: Delays) -> dict[str, Any]:
    quantiles = {}
    for name, probability in (("p50", 0.5), ("p95", 0.95), ("max", 1.0)):
        delay = delays.quantile(probability)
        quantiles[f"{name}_ms"] = delay.ms if delay else None
        quantiles[f"{name}_censored"] = bool(delay and delay.censored)
    return {"n": delays.n, "censored": delays.censored, **quantiles}


def _call(call: FinishedCall) -> dict[str, Any]:
    record = call.record
    return {
        "case_id": record.case_id,
        "title": record.scenario.get("title", ""),
        "passed": call.passed,
        "reasons": list(reasons_of(call)),
        "status": str(record.status),
        "outcome": record.outcome,
        "path": list(record.path),
        "duration_ms": record.duration_ns / 1e6,
        "record_sha256": call.record_sha256,
        "turns": [
            {"turn": turn, "kind": said.kind, "said": said.text, "heard": heard_text(record, turn)}
            for turn, said in enumerate(record.utterances)
        ],
        "divergences": _plain(record.divergences),
        "checks": _plain(call.checks),
        "measurements": _plain(call.measurements),
        "scorecard": _plain(call.scorecard),
    }


def _plain(value: object) -> Any:
    return json.loads(canonical_json(value))
