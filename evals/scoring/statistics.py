"""Error bars: the few statistical methods that gates rest on, each exact or free of distributional assumptions.

The unit of analysis is the case. What a caller does in one turn shapes the next, so turns of one call are never
resampled apart: intervals from single turns are too narrow by half (methods: coverage 65 % instead of 95 %). Nor are
the repeats of one case: they say the same words to the same agent, so five of them are not five cases.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import scipy
from numpy.typing import NDArray

Floats = NDArray[np.float64]

PERCENTILE_METHOD: Final = "linear"
"""How a percentile falls between two values (Hyndman and Fan's type 7, also DuckDB's `quantile_cont`)."""

RESAMPLES = 4000  # the 5 % quantile of so many replicates wobbles by about 0.003 of its own rank
_AT_ONCE = 2_000_000  # weights held at a time; bounds the memory of a large bootstrap to 16 MB


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """From `low` to `high`; None on a side where so few values have no bound."""

    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CallSums:
    """What each call adds to a pooled mean or rate: arrays of equal length, one entry a call.

    A mean latency is the sum of latencies over the number of turns, a word error rate errors over words said.
    """

    numerator: Floats
    denominator: Floats

    def __post_init__(self) -> None:
        if self.numerator.shape != self.denominator.shape or self.numerator.ndim != 1:
            raise ValueError(
                f"numerator of shape {self.numerator.shape} and denominator of shape {self.denominator.shape} "
                "must be one number a call each"
            )

    def by_case(self, cases: Sequence[str]) -> CallSums:
        """The sums of each case, whose calls are its repeats; `cases` names the case of each call."""
        if len(cases) != self.numerator.size:
            raise ValueError(f"{len(cases)} names for {self.numerator.size} calls")
        _, place = np.unique(np.asarray(cases), return_inverse=True)
        return CallSums(
            numerator=np.bincount(place, weights=self.numerator).astype(np.float64),
            denominator=np.bincount(place, weights=self.denominator).astype(np.float64),
        )

    @property
    def ratio(self) -> float:
        """The pooled value: sum over sum; NaN where there is nothing to divide by."""
        below = float(self.denominator.sum())
        return float(self.numerator.sum()) / below if below else float("nan")


def mcnemar_p(worse: int, better: int) -> float:
    """Two-sided exact p-value of so many pairs that changed one way and the other; pairs that agree say nothing."""
    if worse + better == 0:
        return 1.0
    return float(scipy.stats.binomtest(worse, worse + better, 0.5).pvalue)


def sign_flip_p(differences: Sequence[int]) -> float:
    """Two-sided exact p-value of differences that are as likely to have either sign when nothing changed.

    A difference is a case's: how many of its repeats got worse, less how many got better. All of a case's repeats keep
    or change their sign together, since they resemble each other. Of differences of 1 and -1 this is `mcnemar_p`.
    """
    changed = [size for size in differences if size]
    if all(abs(size) == 1 for size in changed):
        return mcnemar_p(changed.count(1), changed.count(-1))
    sizes, counts = np.unique(np.abs(changed), return_counts=True)
    # The sum's distribution, from the least sum that signs can make, in steps of one.
    chances: Floats = np.ones(1)
    for size, count in zip(sizes.tolist(), counts.tolist(), strict=True):
        spaced = np.zeros(2 * size * count + 1)
        spaced[:: 2 * size] = scipy.stats.binom.pmf(np.arange(count + 1), count, 0.5)
        chances = scipy.signal.convolve(chances, spaced)
    reach = chances.size // 2
    beyond = np.abs(np.arange(-reach, reach + 1)) >= abs(sum(differences))
    # Long distributions are convolved by Fourier transform, whose noise of about 1e-16 may be negative.
    return min(1.0, max(0.0, float(chances[beyond].sum())))


def fewest_discordant(alpha: float) -> int:
    """The fewest pairs, all changed one way, that `mcnemar_p` calls significant at `alpha`."""
    count = 1
    while mcnemar_p(count, 0) >= alpha:
        count += 1
    return count


def wilson_interval(successes: float, count: int, confidence: float = 0.95) -> Interval:
    """Wilson's score interval of a rate; no bounds without trials.

    Args:
        successes: of the trials; a fraction where a trial's own success is one, such as a case's over its repeats.
        count: trials.
        confidence: how often such intervals hold the true rate.
    """
    if count == 0:
        return Interval(low=None, high=None)
    rate, z2 = successes / count, float(scipy.stats.norm.ppf((1 + confidence) / 2)) ** 2
    middle = (rate + z2 / (2 * count)) / (1 + z2 / count)
    half = (z2 * (rate * (1 - rate) / count + z2 / (4 * count * count))) ** 0.5 / (1 + z2 / count)
    return Interval(low=max(0.0, middle - half), high=min(1.0, middle + half))


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which `share` (0 to 1) of the values lie, by `PERCENTILE_METHOD`.

    Raises:
        ValueError: there are no values.
    """
    if not values:
        raise ValueError("no values have no percentile")
    return float(np.quantile(np.asarray(values, dtype=np.float64), share, method=PERCENTILE_METHOD))


def percentile_interval(values: Sequence[float], share: float, confidence: float = 0.95) -> Interval:
    """A percentile's interval from ranks alone, which holds for any distribution.

    With few values an extreme percentile has no upper (or lower) bound: for the 95th that takes 72 values at 95 %.
    """
    if not values:
        return Interval(low=None, high=None)
    test = scipy.stats.quantile_test(np.asarray(values, dtype=np.float64), p=share)
    found = test.confidence_interval(confidence)
    return Interval(low=_bound(found.low), high=_bound(found.high))


def fewest_for_percentile(share: float, confidence: float = 0.95) -> int:
    """How many values an upper bound of the percentile takes, one-sided: 59 for the 95th at 95 %."""
    return int(np.ceil(np.log(1 - confidence) / np.log(share)))


def bootstrap_ratio(calls: CallSums, rng: np.random.Generator, resamples: int = RESAMPLES) -> Floats:
    """Replicates of the pooled value, whole calls drawn with replacement; sorted."""
    return _replicates([calls], rng, resamples)[0]


def bootstrap_difference(
    baseline: CallSums, candidate: CallSums, rng: np.random.Generator, resamples: int = RESAMPLES
) -> Floats:
    """Replicates of candidate less baseline, the same cases drawn for both; sorted.

    Args:
        baseline, candidate: the same cases in the same order.
        rng: dice.
        resamples: how many replicates.
    """
    if baseline.numerator.shape != candidate.numerator.shape:
        raise ValueError(
            f"{baseline.numerator.size} baseline calls cannot be paired with {candidate.numerator.size}"
        )
    before, after = _replicates([baseline, candidate], rng, resamples, ordered=False)
    return np.sort(after - before)


def _replicates(
    arms: Sequence[CallSums], rng: np.random.Generator, resamples: int, *, ordered: bool = True
) -> list[Floats]:
    count = arms[0].numerator.size
    if count == 0:
        raise ValueError("no calls cannot be resampled")
    columns = np.stack([side for arm in arms for side in (arm.numerator, arm.denominator)], axis=1)
    sums = np.empty((resamples, columns.shape[1]))
    step = max(1, _AT_ONCE // count)
    places = count * np.arange(step, dtype=np.int64)[:, np.newaxis]
    for start in range(0, resamples, step):
        size = min(step, resamples - start)
        # How often each was drawn, which is all that a draw with replacement comes to. Counted from the draws: a
        # judging took 0.9 s so, and 1.3 s by a multinomial's draws (measured once, on a machine under load).
        drawn = rng.integers(count, size=(size, count), dtype=np.int32) + places[:size]
        weights = np.bincount(drawn.ravel(), minlength=size * count).reshape(size, count)
        sums[start : start + size] = weights @ columns
    with np.errstate(divide="ignore", invalid="ignore"):
        ratios = [sums[:, 2 * arm] / sums[:, 2 * arm + 1] for arm in range(len(arms))]
    return [np.sort(ratio) for ratio in ratios] if ordered else ratios


def _bound(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
