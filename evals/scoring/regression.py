"""What two runs' pairs say of one metric: how likely such a difference is when the agent got no worse.

Yes-or-no metrics of whole calls are compared by McNemar's exact test, which looks only at the cases that changed.
Everything else is compared by a bootstrap of the difference of pooled means or rates, whole cases at a time. A
percentile bootstrap of n pairs is too sure of itself by about sqrt(n / (n - 1)) and by what Student's t has more than
the normal curve; both are put right (Hesterberg 2015, "expanded percentile interval").

The repeats of a case resemble each other, so they are one case here: the bootstrap draws them together, and the exact
test flips the sign of all that changed among them at once (`statistics.sign_flip_p`; played once, it is McNemar's).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import scipy

from evals.scoring.case_rows import CallRow
from evals.scoring.gate_wording import number, too_little, verdict
from evals.scoring.gates import PASSED, RegressionGate
from evals.scoring.power import detectable_difference, detectable_loss
from evals.scoring.repeats import case_name
from evals.scoring.row_values import chosen, sums_of, unit_of, version_conflict, yes_or_no
from evals.scoring.statistics import (
    RESAMPLES,
    CallSums,
    Floats,
    bootstrap_difference,
    fewest_discordant,
    sign_flip_p,
)
from evals.scoring.verdict import GateOutcome, GateVerdict

MIN_PAIRS = 5  # a bootstrap of fewer cases has hardly anything to draw from, whatever a file asks for

_SHOWN_CASES = 3
_BEYOND = 10  # replicates beyond the finest level, so that a p-value can be seen to be below it
_MOST_RESAMPLES = 200_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What the pairs say for one gate.

    Attributes:
        gate: the gate.
        p: how likely pairs like these are when the run is no worse than the gate accepts.
        finding: before, now, and the difference, in words.
        cases: which cases got worse, in words; empty where single cases say nothing.
        of_cases: whether it is a share of cases that is compared.
        detectable: the loss that a test at a given level would most likely have seen, in the metric's unit, rates
            from 0 to 1; None where so few pairs show none.
    """

    gate: RegressionGate
    p: float
    finding: str
    cases: str = ""
    of_cases: bool = False
    detectable: Callable[[float], float | None] = field(compare=False)

    def in_words(self, loss: float | None) -> str:
        """What `detectable` says, in words."""
        if loss is None:
            return "so few pairs show no loss"
        return (
            f"{f'{loss:.1%}' if self.of_cases else number(loss, unit_of(self.gate.metric))} worse would show"
        )


def weigh(
    gate: RegressionGate,
    before: Sequence[CallRow],
    after: Sequence[CallRow],
    rng: np.random.Generator,
    *,
    finest: float,
) -> Evidence | GateVerdict:
    """The evidence of the pairs, or at once the verdict that there is too little of it.

    Args:
        gate: the gate.
        before, after: the pairs' rows, in the same order.
        rng: dice.
        finest: the lowest level that the p-value may be compared with.
    """
    versions = version_conflict(gate.metric, before, after)
    if versions:
        return verdict(gate.name, GateOutcome.TOO_LITTLE_DATA, versions)
    answers = [
        (yes_or_no(gate.metric, old), yes_or_no(gate.metric, new), new.case_id)
        for old, new in zip(before, after, strict=True)
    ]
    judged = [(old, new, case) for old, new, case in answers if old is not None and new is not None]
    resamples = min(_MOST_RESAMPLES, max(RESAMPLES, math.ceil(_BEYOND / finest)))
    if gate.metric == PASSED or judged:
        return _yes_or_no(gate, judged, rng, resamples)
    sums = sums_of(gate.metric, before), sums_of(gate.metric, after)
    return _difference(gate, *sums, [case_name(row.case_id) for row in after], rng, resamples)


def _yes_or_no(
    gate: RegressionGate, judged: Sequence[tuple[bool, bool, str]], rng: np.random.Generator, resamples: int
) -> Evidence | GateVerdict:
    changes = _changes(judged, good=gate.better == "higher")
    worse = [case for case, change in changes.items() if change > 0]
    better = [case for case, change in changes.items() if change < 0]
    calls, count, needed = len(judged), len(changes), max(gate.min_sample, fewest_discordant(gate.alpha))
    if count < needed:
        return too_little(gate.name, count, needed, "paired cases")
    # The gate asks one thing, whether it got worse: a change for the better is no sign of that.
    p = sign_flip_p(list(changes.values())) if sum(changes.values()) > 0 else 1.0
    if gate.margin and p < 1:
        # Proof of being worse is no proof of being worse by more than is accepted; it takes both.
        replicates = _rates(judged, rng, resamples, good=gate.better == "higher")
        p = max(p, one_sided_p(replicates, gate.margin, count))
    more = f" and {len(worse) - _SHOWN_CASES} more" if len(worse) > _SHOWN_CASES else ""
    accepted = f", {gate.margin:.1%} accepted" if gate.margin else ""
    return Evidence(
        gate=gate,
        p=p,
        finding=(
            f"{sum(old for old, _, _ in judged) / calls:.1%} before, "
            f"{sum(new for _, new, _ in judged) / calls:.1%} now, of {_counted('cases', count, calls)}; "
            f"{len(worse)} got worse, {len(better)} better{accepted}"
        ),
        cases=f"; worse: {', '.join(worse[:_SHOWN_CASES])}{more}" if worse else "",
        detectable=lambda level: detectable_loss(count, len(better) / count, level, margin=gate.margin),
        of_cases=True,
    )


def _changes(judged: Sequence[tuple[bool, bool, str]], *, good: bool) -> dict[str, int]:
    """By case, how many of its repeats got worse, less how many got better; a case played once goes by its whole id."""
    names = [case_name(case_id) for _, _, case_id in judged]
    repeats = Counter(names)
    changes: dict[str, int] = {}
    for (old, new, case_id), name in zip(judged, names, strict=True):
        key = name if repeats[name] > 1 else case_id
        changes[key] = changes.get(key, 0) + (old is good) - (new is good)
    return changes


def _difference(
    gate: RegressionGate,
    before: CallSums,
    after: CallSums,
    names: Sequence[str],
    rng: np.random.Generator,
    resamples: int,
) -> Evidence | GateVerdict:
    both = (before.denominator > 0) & (after.denominator > 0)
    names = [name for name, kept in zip(names, both, strict=True) if kept]
    calls, count, needed = len(names), len(set(names)), max(gate.min_sample, MIN_PAIRS)
    if count < needed:
        return too_little(gate.name, count, needed, "cases with values on both sides")
    before, after = (chosen(sums, both).by_case(names) for sums in (before, after))
    unit = unit_of(gate.metric)
    harm, sign = bootstrap_difference(before, after, rng, resamples), 1
    if gate.better == "higher":
        harm, sign = -harm[::-1], -1
    low, high = np.quantile(harm, [expanded(gate.alpha, count), expanded(1 - gate.alpha, count)])
    # A bootstrap's spread is that of n values around their own mean, a little below that of what they are from.
    error = float(harm.std()) * math.sqrt(count / (count - 1))
    return Evidence(
        gate=gate,
        p=one_sided_p(harm, gate.margin, count),
        finding=(
            f"{number(before.ratio, unit)} before, {number(after.ratio, unit)} now, "
            f"over {_counted('calls', count, calls)}; "
            f"worse by {number(sign * (after.ratio - before.ratio), unit)} ({1 - 2 * gate.alpha:.0%} interval "
            f"{number(float(low), unit)} to {number(float(high), unit)}), {number(gate.margin, unit)} accepted"
        ),
        detectable=lambda level: detectable_difference(error, count, level, margin=gate.margin),
    )


def _counted(what: str, cases: int, calls: int) -> str:
    """`20 cases`; of repeated ones both counts, since the cases are what proof is made of."""
    return f"{cases} {what}" if cases == calls else f"{cases} cases in {calls} calls"


def _rates(
    judged: Sequence[tuple[bool, bool, str]], rng: np.random.Generator, resamples: int, *, good: bool
) -> Floats:
    """Replicates of how much of the rate of good answers was lost."""
    ones, names = np.ones(len(judged)), [case_name(case_id) for _, _, case_id in judged]
    old, new = (
        CallSums(numerator=np.array(good_ones, dtype=np.float64), denominator=ones).by_case(names)
        for good_ones in ([old is good for old, _, _ in judged], [new is good for _, new, _ in judged])
    )
    return bootstrap_difference(new, old, rng, resamples)


def one_sided_p(harm: Floats, margin: float, count: int) -> float:
    """How likely such harm is where the true one is no more than the margin; from replicates of `count` pairs."""
    # The run itself counts as one, so that no p is 0.
    within = (1 + int(np.sum(harm <= margin))) / (1 + harm.size)
    norm, t = scipy.stats.norm, scipy.stats.t
    return float(t.cdf(norm.ppf(min(within, 1 - 1e-9)) * math.sqrt((count - 1) / count), count - 1))


def expanded(share: float, count: int) -> float:
    """The quantile of replicates of `count` pairs that covers what a quantile `share` claims to."""
    norm, t = scipy.stats.norm, scipy.stats.t
    return float(norm.cdf(math.sqrt(count / (count - 1)) * t.ppf(share, count - 1)))
