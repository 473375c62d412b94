"""The gate: whether a run keeps its bounds, and whether it is worse than its baseline by more than is accepted.

A regression gate fails on proof: the run is worse by more than the margin even at the near end of the interval. An
absolute gate fails when its bound is broken and the interval does not reach back over it; a broken bound that the
interval does reach over asks for more data. Nothing fails, or passes, on fewer values than its `min_sample`.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from evals.scoring.case_rows import CallRow, pair
from evals.scoring.gates import PASSED, AbsoluteGate, Gates, RegressionGate, Statistic
from evals.scoring.row_values import (
    applies,
    chosen,
    is_ratio,
    sums_of,
    unit_of,
    values_of,
    version_conflict,
    yes_or_no,
)
from evals.scoring.statistics import (
    CallSums,
    Interval,
    bootstrap_difference,
    bootstrap_ratio,
    fewest_discordant,
    fewest_for_percentile,
    mcnemar_p,
    percentile,
    percentile_interval,
    wilson_interval,
)
from evals.scoring.verdict import GateOutcome, GateVerdict

MIN_VALUES = 20  # below, an interval says little more than that it is wide
MIN_PAIRS = 5  # a bootstrap of fewer calls has hardly anything to draw from, whatever a file asks for

_SHOWN_CASES = 3


def judge(
    baseline: Sequence[CallRow], candidate: Sequence[CallRow], gates: Gates, rng: np.random.Generator
) -> list[GateVerdict]:
    """The verdict of every regression gate, over the cases that may be compared (see `case_rows.pair`).

    Gates of metrics that exist only where there is audio are left out when there was none.
    """
    pairs = pair(baseline, candidate).pairs
    before, after = [old for old, _ in pairs], [new for _, new in pairs]
    seed = int(rng.integers(2**63))
    verdicts = []
    for gate in gates.regression:
        if applies(gate.metric, before) or applies(gate.metric, after):
            verdicts.append(_judge_regression(gate, before, after, _dice(seed, gate.name)))
    return verdicts


def judge_absolute(rows: Sequence[CallRow], gates: Gates, rng: np.random.Generator) -> list[GateVerdict]:
    """The verdict of every absolute gate over one run; see `judge` for those left out."""
    rows = sorted(rows, key=lambda row: row.case_id)
    seed = int(rng.integers(2**63))
    return [
        _judge_absolute(gate, rows, _dice(seed, gate.name))
        for gate in gates.absolute
        if applies(gate.metric, rows)
    ]


def exit_status(verdicts: Sequence[GateVerdict]) -> int:
    """0 when every gate passes, 1 when one fails, 3 when none fails but one had too little data."""
    outcomes = {verdict.outcome for verdict in verdicts}
    if GateOutcome.FAIL in outcomes:
        return 1
    return 3 if GateOutcome.TOO_LITTLE_DATA in outcomes else 0


# ------------------------------------------------------------------------------------------ against a baseline


def _judge_regression(
    gate: RegressionGate, before: Sequence[CallRow], after: Sequence[CallRow], rng: np.random.Generator
) -> GateVerdict:
    versions = version_conflict(gate.metric, before, after)
    if versions:
        return _verdict(gate.name, GateOutcome.TOO_LITTLE_DATA, versions)
    verdicts = [
        (yes_or_no(gate.metric, old), yes_or_no(gate.metric, new))
        for old, new in zip(before, after, strict=True)
    ]
    judged = [
        (old, new, row.case_id)
        for (old, new), row in zip(verdicts, after, strict=True)
        if old is not None and new is not None
    ]
    if gate.metric == PASSED or judged:
        return _judge_yes_or_no(gate, judged)
    return _judge_difference(gate, sums_of(gate.metric, before), sums_of(gate.metric, after), rng)


def _judge_yes_or_no(gate: RegressionGate, judged: Sequence[tuple[bool, bool, str]]) -> GateVerdict:
    good = gate.better == "higher"
    worse = [case_id for old, new, case_id in judged if old is good and new is not good]
    better = [case_id for old, new, case_id in judged if old is not good and new is good]
    count, needed = len(judged), max(gate.min_sample, fewest_discordant(gate.alpha))
    if count < needed:
        return _too_little(gate.name, count, needed, "paired cases")
    p = mcnemar_p(len(worse), len(better))
    loss = (len(worse) - len(better)) / count
    old_rate = sum(old for old, _, _ in judged) / count
    new_rate = sum(new for _, new, _ in judged) / count
    reason = (
        f"{old_rate:.1%} before, {new_rate:.1%} now, of {count} cases; {len(worse)} got worse, "
        f"{len(better)} better, p = {p:.2g}"
    )
    if worse:
        more = f" and {len(worse) - _SHOWN_CASES} more" if len(worse) > _SHOWN_CASES else ""
        reason += f"; worse: {', '.join(worse[:_SHOWN_CASES])}{more}"
    if p < gate.alpha and loss > gate.margin:
        return _verdict(gate.name, GateOutcome.FAIL, reason)
    return _verdict(
        gate.name, GateOutcome.PASS, f"{reason} ({fewest_discordant(gate.alpha)} of one kind would show)"
    )


def _judge_difference(
    gate: RegressionGate, before: CallSums, after: CallSums, rng: np.random.Generator
) -> GateVerdict:
    both = (before.denominator > 0) & (after.denominator > 0)
    before, after = chosen(before, both), chosen(after, both)
    count, needed = int(both.sum()), max(gate.min_sample, MIN_PAIRS)
    if count < needed:
        return _too_little(gate.name, count, needed, "calls with values on both sides")
    unit = unit_of(gate.metric)
    harm = bootstrap_difference(before, after, rng)
    if gate.better == "higher":
        harm = -harm[::-1]
    low, high = float(np.quantile(harm, gate.alpha)), float(np.quantile(harm, 1 - gate.alpha))
    sign = -1 if gate.better == "higher" else 1
    worse = sign * (after.ratio - before.ratio)
    confidence = f"{1 - 2 * gate.alpha:.0%}"
    reason = (
        f"{_number(before.ratio, unit)} before, {_number(after.ratio, unit)} now, over {count} calls; "
        f"worse by {_number(worse, unit)} ({confidence} interval {_number(low, unit)} to {_number(high, unit)}), "
        f"{_number(gate.margin, unit)} accepted"
    )
    # 1.645 + 0.842: what a one-sided test at 5 % finds four times in five, in standard errors.
    visible = gate.margin + 2.49 * float(harm.std())
    outcome = GateOutcome.FAIL if low > gate.margin else GateOutcome.PASS
    if outcome is GateOutcome.PASS:
        reason += f"; {_number(visible, unit)} would most likely show"
    return _verdict(gate.name, outcome, reason)


# ------------------------------------------------------------------------------------------------ by itself


def _judge_absolute(gate: AbsoluteGate, rows: Sequence[CallRow], rng: np.random.Generator) -> GateVerdict:
    values = values_of(gate.metric, rows)
    sums = sums_of(gate.metric, rows)
    count = int((sums.denominator > 0).sum()) if is_ratio(gate.metric) else len(values)
    needed = gate.min_sample if gate.min_sample is not None else _needed(gate)
    if count < needed:
        return _too_little(gate.name, count, needed, "values")
    found, interval = _estimate(gate, values, sums, rng)
    unit = "" if gate.statistic is Statistic.TOTAL else unit_of(gate.metric)
    limit, kept, proven = _held(gate, found, interval)
    side = "at most" if gate.at_most is not None else "at least"
    bar = (
        f" ({1 - 2 * gate.alpha:.0%} interval {_end(interval.low, unit)} to {_end(interval.high, unit)})"
        if interval is not None
        else ""
    )
    reason = f"{gate.statistic} {_number(found, unit)}{bar} of {count} values; {side} {_number(limit, unit)} wanted"
    if kept:
        return _verdict(gate.name, GateOutcome.PASS, reason)
    if proven:
        return _verdict(gate.name, GateOutcome.FAIL, reason)
    return _verdict(gate.name, GateOutcome.TOO_LITTLE_DATA, f"{reason}; too few to be sure that it is broken")


def _estimate(
    gate: AbsoluteGate, values: Sequence[float], sums: CallSums, rng: np.random.Generator
) -> tuple[float, Interval | None]:
    confidence = 1 - 2 * gate.alpha
    match gate.statistic:
        case Statistic.MAX:
            return max(values), None
        case Statistic.TOTAL:
            return float(np.sum(values)), None
        case Statistic.MEAN if gate.metric == PASSED:
            return sums.ratio, wilson_interval(int(np.sum(values)), len(values), confidence)
        case Statistic.MEAN:
            kept = sums.denominator > 0
            replicates = bootstrap_ratio(chosen(sums, kept), rng)
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


# ------------------------------------------------------------------------------------------------ in words


def _dice(seed: int, gate: str) -> np.random.Generator:
    """A stream for each gate by name, so that a gate added shifts no other's interval."""
    return np.random.default_rng([seed, *gate.encode()])


def _verdict(name: str, outcome: GateOutcome, reason: str) -> GateVerdict:
    return GateVerdict(gate=name, outcome=outcome, reason=reason)


def _too_little(name: str, count: int, needed: int, what: str) -> GateVerdict:
    return _verdict(name, GateOutcome.TOO_LITTLE_DATA, f"{count} {what}; {needed} are needed to say")


def _number(value: float, unit: str) -> str:
    return f"{value:.0f} ms" if unit == "ms" else f"{value:.3g}"


def _end(value: float | None, unit: str) -> str:
    return "unknown" if value is None else _number(value, unit)
