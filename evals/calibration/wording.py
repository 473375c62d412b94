"""Calibration's findings as text, JSON and pictures. Values in, text out."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict

import numpy as np

from evals.calibration.clock_errors import TimeError
from evals.calibration.summary import (
    Check,
    RecallPoint,
    detection,
    most_alarms,
    recall_curve,
    spreads,
)
from evals.calibration.trials import Alarm, Trial
from evals.report.curves import Curve, Panel, Point, curves

_WITHIN_MS = (0, 5, 10, 15, 20, 40, 60, 100, 200)
_NAMES = {
    "response_latency": "response",
    "yield_latency": "stop at the ear",
    "stop_latency": "stop on the wire",
}


def time_table(errors: Sequence[TimeError], *, by_line: bool = False) -> str:
    """Errors of time, one row a source and metric (and line)."""
    head = f"{'from':18} {'line':8}" if by_line else f"{'from':18}"
    rows = [
        f"{head} {'metric':17} {'values':>6} {'missed':>6} {'bias':>7} {'spread':>7} {'median':>7} {'p95':>7}  ms"
    ]
    for item in spreads(errors, by_line=by_line):
        line = f" {item.line:8}" if by_line else ""
        rows.append(
            f"{item.source:18}{line} {item.metric:17} {item.count:6} {item.missed:6} {item.bias:+7.1f} "
            f"{item.spread:7.1f} {item.median:7.1f} {item.p95:7.1f}"
        )
    return "\n".join(rows)


def trial_table(trials: Sequence[Trial]) -> str:
    """One row a fault: what each strength came to. `+` found, `-` not; in brackets what could not be expected."""
    rows = [
        f"{'fault':16} {'gate that must see it':26} strengths: + found, - not found, ( ) below what would show"
    ]
    by_fault: dict[str, list[Trial]] = {}
    for trial in trials:
        by_fault.setdefault(trial.fault.name, []).append(trial)
    for name, group in by_fault.items():
        cells = "  ".join(_cell(trial) for trial in group)
        rows.append(f"{name:16} {group[0].fault.metric:26} {cells}")
    return "\n".join(rows)


def curve_table(points: Sequence[RecallPoint]) -> str:
    """Recall by strength over the minimal detectable effect."""
    rows = ["strength / detectable   found   recall  95 % interval"]
    for point in points:
        if point.recall is not None and point.interval is not None:
            low, high = point.interval.low, point.interval.high
            found = f"{point.found}/{point.trials}"
            rows.append(f"{point.name:>21} {found:>7} {point.recall:8.2f}  {low or 0:.2f} to {high or 0:.2f}")
    return "\n".join(rows)


def alarm_lines(alarms: Sequence[Alarm]) -> str:
    """How many comparisons of equal agents failed, by suite, and which gates."""
    rows = []
    for suite in dict.fromkeys(alarm.job.suite for alarm in alarms):
        of_suite = [alarm for alarm in alarms if alarm.job.suite == suite]
        gates = [gate for alarm in of_suite for gate in alarm.failed]
        counts = ", ".join(f"{gate} {gates.count(gate)}" for gate in dict.fromkeys(sorted(gates)))
        failed = sum(bool(alarm.failed) for alarm in of_suite)
        rows.append(f"{suite}: {failed} of {len(of_suite)} failed ({counts or 'no gate'})")
    return "\n".join(rows)


def check_lines(found: Sequence[Check]) -> str:
    """One line a check."""
    return "\n".join(f"{'kept  ' if check.kept else 'BROKEN'} {check.name}: {check.found}" for check in found)


def as_json(
    errors: Sequence[TimeError],
    trials: Sequence[Trial],
    alarms: Sequence[Alarm],
    found: Sequence[Check],
    *,
    asked: dict[str, object],
) -> str:
    """All of it, every comparison among them."""
    whole = {
        "schema": 1,
        "asked": asked,
        "time": [_finite(asdict(item)) for item in (*spreads(errors), *spreads(errors, by_line=True))],
        "detection": asdict(detection(trials)),
        "recall_curve": [asdict(point) for point in recall_curve(trials)],
        "trials": [
            {
                "fault": trial.fault.name,
                "strength": trial.strength,
                "gate": trial.fault.metric,
                "found": trial.found,
                "p": trial.p,
                "detectable": trial.detectable,
                "should_show": trial.should_show,
                "failed": trial.failed,
                "clean_failed": trial.clean_failed,
            }
            for trial in trials
        ],
        "alarms": {
            "comparisons": len(alarms),
            "failed": sum(bool(alarm.failed) for alarm in alarms),
            "most": most_alarms(len(alarms)),
        },
        "checks": [asdict(check) for check in found],
    }
    return json.dumps(whole, indent=2, ensure_ascii=False)


def recall_picture(trials: Sequence[Trial]) -> str:
    """Recall against strength, as SVG: delays and rates apart."""
    kinds = {
        "times": [trial for trial in trials if trial.fault.in_ms],
        "rates": [trial for trial in trials if not trial.fault.in_ms],
    }
    panels = [
        Panel(
            title=f"Faults of {name}, {len(group)} comparisons",
            x_label="strength / what the comparison could see",
            y_label="found",
            places=tuple(point.name for point in recall_curve(group)),
            curves=(Curve(name="recall", points=tuple(_point(point) for point in recall_curve(group))),),
            top=1.0,
        )
        for name, group in kinds.items()
        if group
    ]
    return curves(panels, title="Planted faults found, by strength")


def error_picture(errors: Sequence[TimeError]) -> str:
    """How many values are measured within so many ms, as SVG."""
    panels = []
    for metric, name in _NAMES.items():
        of_metric = [error for error in errors if error.metric == metric]
        sources = dict.fromkeys(item.source for item in spreads(of_metric))
        if len(sources) > 1:
            panels.append(
                Panel(
                    title=f"Latency: {name}",
                    x_label="error of at most, ms",
                    y_label="share of values",
                    places=tuple(str(within) for within in _WITHIN_MS),
                    curves=tuple(Curve(name=source, points=_within(of_metric, source)) for source in sources),
                    top=1.0,
                )
            )
    return curves(panels, title="Errors of measured times")


def _within(errors: Sequence[TimeError], source: str) -> tuple[Point, ...]:
    # What was not found is within no error.
    size = np.array(
        [
            np.inf if error.error_ms is None else abs(error.error_ms)
            for error in errors
            if error.source == source
        ]
    )
    return tuple(Point(y=float(np.mean(size <= within))) for within in _WITHIN_MS)


def _point(point: RecallPoint) -> Point | None:
    if point.recall is None or point.interval is None:
        return None
    return Point(
        y=point.recall,
        note=f"{point.found} of {point.trials}",
        low=point.interval.low,
        high=point.interval.high,
    )


def _cell(trial: Trial) -> str:
    strength = f"{trial.strength:g} ms" if trial.fault.in_ms else f"{trial.strength:.0%}"
    mark = f"{strength} {'+' if trial.found else '-'}"
    return mark if trial.should_show else f"({mark})"


def _finite(row: dict[str, object]) -> dict[str, object]:
    return {
        name: None if isinstance(value, float) and value != value else value for name, value in row.items()
    }
