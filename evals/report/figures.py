"""Figures that carry how much they rest on: a share of so many, delays of so many turns.

Quantiles are observed values (inverted empirical distribution, numpy's `inverted_cdf`), so that a censored wait stays
marked as one. Intervals are 95 %: Wilson's for a share, order statistics' for a quantile (binomial ranks), which
gives no upper end for a p95 of fewer than 72 turns: then none is stated.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

import scipy

_Z_95 = 1.959963984540054


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """A 95 % interval; an end that so little data cannot give is None."""

    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """`count` out of `of`; it adds with `+`."""

    count: int = 0
    of: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.count <= self.of:
            raise ValueError(f"{self.count} of {self.of} is no share")

    def __add__(self, other: Share) -> Share:
        return Share(count=self.count + other.count, of=self.of + other.of)

    @property
    def rate(self) -> float | None:
        """The share as a ratio; None of nothing."""
        return self.count / self.of if self.of else None

    @property
    def interval(self) -> Interval | None:
        """Wilson's 95 % interval of the rate; None of nothing."""
        if not self.of:
            return None
        rate, n, z2 = self.count / self.of, self.of, _Z_95**2
        middle = (rate + z2 / (2 * n)) / (1 + z2 / n)
        half = _Z_95 / (1 + z2 / n) * math.sqrt(rate * (1 - rate) / n + z2 / (4 * n * n))
        return Interval(low=max(0.0, middle - half), high=min(1.0, middle + half))


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Delay:
    """One delay; `censored` when the true one is longer."""

    ms: float
    censored: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Delays:
    """Delays of many turns, shortest first."""

    delays: tuple[Delay, ...] = ()

    def __post_init__(self) -> None:
        if any(later < earlier for earlier, later in pairwise(self.delays)):
            raise ValueError("delays stand in order, shortest first; use Delays.of")

    @staticmethod
    def of(delays: Iterable[Delay]) -> Delays:
        """The delays, put in order."""
        return Delays(delays=tuple(sorted(delays)))

    @property
    def n(self) -> int:
        """How many."""
        return len(self.delays)

    @property
    def censored(self) -> int:
        """How many are only known to be longer."""
        return sum(delay.censored for delay in self.delays)

    def quantile(self, probability: float) -> Delay | None:
        """The shortest delay that at least this share of the turns did not exceed; None of nothing."""
        if not self.delays:
            return None
        # The tolerance keeps 0.95 × 20 at rank 19, where floats make it 19.000000000000004.
        return self.delays[max(0, math.ceil(probability * self.n - 1e-9) - 1)]

    def interval(self, probability: float) -> Interval | None:
        """The 95 % interval of the quantile by ranks; None of nothing."""
        if not self.delays:
            return None
        low = int(scipy.stats.binom.ppf(0.025, self.n, probability))
        high = int(scipy.stats.binom.ppf(0.975, self.n, probability)) + 1
        return Interval(
            low=self.delays[low - 1].ms if low >= 1 else None,
            high=self.delays[high - 1].ms if high <= self.n and not self.delays[high - 1].censored else None,
        )
