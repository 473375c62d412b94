"""A metric's values in the rows of a run: one by one, as sums by call, or as a call's yes or no.

`metric` may name a metric, a ratio of sums of metrics, or `passed`.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from evals.metrics.definition import NO_AUDIO
from evals.metrics.registry import BY_NAME, RATIOS
from evals.scoring.case_rows import CallRow
from evals.scoring.gates import PASSED
from evals.scoring.statistics import CallSums

_RATIOS = {ratio.name: ratio for ratio in RATIOS}


def known_metrics() -> tuple[str, ...]:
    """What a gate may name."""
    return (PASSED, *BY_NAME, *_RATIOS)


def is_ratio(metric: str) -> bool:
    """Whether the metric is derived from sums, so that it has no values of its own."""
    return metric in _RATIOS


def better_of(metric: str) -> str:
    """Which way a metric is better: `lower`, `higher`, or empty."""
    if metric == PASSED:
        return "higher"
    return _RATIOS[metric].better if metric in _RATIOS else BY_NAME[metric].better


def unit_of(metric: str) -> str:
    """The metric's unit; empty for rates."""
    return BY_NAME[metric].unit if metric in BY_NAME else ""


def applies(metric: str, rows: Sequence[CallRow]) -> bool:
    """False when there was no audio to take this metric from in any call."""
    parts = _parts(metric)
    there = False
    for row in rows:
        for part in parts:
            for item in row.by_metric.get(part, ()):
                if item.unscored_reason != NO_AUDIO:
                    return True
                there = True
    return not there


def values_of(metric: str, rows: Sequence[CallRow]) -> list[float]:
    """Every value, in the rows' order; a ratio has none."""
    if metric == PASSED:
        return [float(row.passed) for row in rows]
    return [item.value for row in rows for item in row.by_metric.get(metric, ()) if item.value is not None]


def sums_of(metric: str, rows: Sequence[CallRow]) -> CallSums:
    """What each call adds: to a ratio its counts, to a mean its values and how many they are."""
    if metric in _RATIOS:
        above = [_total(_RATIOS[metric].numerator, row) for row in rows]
        below = [_total(_RATIOS[metric].denominator, row) for row in rows]
    else:
        by_call = [
            [float(row.passed)]
            if metric == PASSED
            else [item.value for item in row.by_metric.get(metric, ()) if item.value is not None]
            for row in rows
        ]
        above = [sum(values) for values in by_call]
        below = [float(len(values)) for values in by_call]
    return CallSums(
        numerator=np.array(above, dtype=np.float64), denominator=np.array(below, dtype=np.float64)
    )


def chosen(sums: CallSums, kept: NDArray[np.bool_]) -> CallSums:
    """The sums of some of the calls."""
    return CallSums(numerator=sums.numerator[kept], denominator=sums.denominator[kept])


def yes_or_no(metric: str, row: CallRow) -> bool | None:
    """The call's answer to a yes-or-no metric of whole calls; None when it is no such metric or has no answer."""
    if metric == PASSED:
        return row.passed
    if unit_of(metric) != "yes=1":
        return None
    whole = [item.value for item in row.by_metric.get(metric, ()) if item.turn is None]
    return bool(whole[0]) if len(whole) == 1 and whole[0] is not None else None


def version_conflict(metric: str, before: Sequence[CallRow], after: Sequence[CallRow]) -> str:
    """Why two runs' values of a metric cannot be compared; empty when they can."""
    for part in sorted(_parts(metric)):
        old, new = _versions(part, before), _versions(part, after)
        if old and new and old != new:
            return (
                f"{part} is of version {_listed(old)} in the baseline and {_listed(new)} now: measure again"
            )
    return ""


def _parts(metric: str) -> set[str]:
    if metric in _RATIOS:
        return {*_RATIOS[metric].numerator, *_RATIOS[metric].denominator}
    return {metric}


def _total(parts: Sequence[str], row: CallRow) -> float:
    return sum(item.value or 0.0 for part in parts for item in row.by_metric.get(part, ()))


def _versions(metric: str, rows: Sequence[CallRow]) -> set[int]:
    return {item.version for row in rows for item in row.by_metric.get(metric, ())}


def _listed(versions: set[int]) -> str:
    return ", ".join(str(version) for version in sorted(versions))
