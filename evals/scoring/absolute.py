"""Bounds that a run keeps by itself.

A bound that is kept passes. One that is broken fails when the interval does not reach back over it; when it does, more
data is asked for. Nothing fails, or passes, on fewer values than the gate's `min_sample`.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from evals.scoring.case_rows import CallRow
from evals.scoring.gate_wording import number, too_little, verdict
from evals.scoring.gates import PASSED, AbsoluteGate, Statistic
from evals.scoring.repeats import case_name
from evals.scoring.row_values import chosen, is_ratio, sums_of, unit_of, values_of
from evals.scoring.statistics import (
    CallSums,
    Interval,
    bootstrap_ratio,
    fewest_for_percentile,
    percentile,
    percentile_interval,
    wilson_interval,
)
from evals.scoring.verdict import GateOutcome, GateVerdict

MIN_VALUES = 20  # below, an interval says little more than that it is wide


def judge_by_itself(gate: AbsoluteGate, rows: Sequence[CallRow], rng: np.random.Generator) -> GateVerdict:
    """What the gate says of a run's calls."""
    values = values_of(gate.metric, rows)
    sums = sums_of(gate.metric, rows)
    count = int((sums.denominator > 0).sum()) if is_ratio(gate.metric) else len(values)
    needed = gate.min_sample if gate.min_sample is not None else _needed(gate)
    if count < needed:
        return too_little(gate.name, count, needed, "values")
    found, interval = _estimate(gate, values, sums, [case_name(row.case_id) for row in rows], rng)
    unit = "" if gate.statistic is Statistic.TOTAL else unit_of(gate.metric)
    limit, kept, proven = _held(gate, found, interval)
    side = "at most" if gate.at_most is not None else "at least"
    bar = (
        f" ({1 - 2 * gate.alpha:.0%} interval {_end(interval.low, unit)} to {_end(interval.high, unit)})"
        if interval is not None
        else ""
    )
    reason = (
        f"{gate.statistic} {number(found, unit)}{bar} of {count} values; {side} {number(limit, unit)} wanted"
    )
    if kept:
        return verdict(gate.name, GateOutcome.PASS, reason)
    if proven:
        return verdict(gate.name, GateOutcome.FAIL, reason)
    return verdict(gate.name, GateOutcome.TOO_LITTLE_DATA, f"{reason}; too few to be sure that it is broken")


def _estimate(
    gate: AbsoluteGate,
    values: Sequence[float],
    sums: CallSums,
    names: Sequence[str],
    rng: np.random.Generator,
) -> tuple[float, Interval | None]:
    confidence = 1 - 2 * gate.alpha
    match gate.statistic:
        case Statistic.MAX:
            return max(values), None
        case Statistic.TOTAL:
            return float(np.sum(values)), None
        case Statistic.MEAN if gate.metric == PASSED:
            # As though the repeats of a case were copies of it, which they may be: then only its cases are proof.
            cases = len(set(names))
            return sums.ratio, wilson_interval(sums.ratio * cases, cases, confidence)
        case Statistic.MEAN:
            kept = sums.denominator > 0
            named = [name for name, chosen_one in zip(names, kept, strict=True) if chosen_one]
            replicates = bootstrap_ratio(chosen(sums, kept).by_case(named), rng)
            low, high = np.quantile(replicates, [gate.alpha, 1 - gate.alpha])
            return sums.ratio, Interval(low=float(low), high=float(high))
        case _:
            share = gate.statistic.share
            assert share is not None
            return percentile(values, share), percentile_interval(values, share, confidence)


def _held(gate: AbsoluteGate, found: float, interval: Interval | None) -> tuple[float, bool, bool]:
    """The bound, whether it is kept, and whether it is broken beyond the interval."""
    if gate.at_most is not None:
        near = found if interval is None else interval.low
        return gate.at_most, found <= gate.at_most, near is not None and near > gate.at_most
    assert gate.at_least is not None
    near = found if interval is None else interval.high
    return gate.at_least, found >= gate.at_least, near is not None and near < gate.at_least


def _needed(gate: AbsoluteGate) -> int:
    if gate.statistic in (Statistic.MAX, Statistic.TOTAL):
        return 1
    share = gate.statistic.share
    return MIN_VALUES if share is None else max(MIN_VALUES, fewest_for_percentile(share, 1 - gate.alpha))


def _end(value: float | None, unit: str) -> str:
    return "unknown" if value is None else number(value, unit)
