"""What a gate asks: an absolute bound on one run, or how much worse than a baseline a run may be."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

PASSED = "passed"
"""Stands for a metric: whether all of a call's expectations held."""

DEFAULT_PAIRS = 20  # below, a bootstrap's interval is too narrow and McNemar's test sees only landslides


class Statistic(StrEnum):
    """How the values of a run become one number.

    `MEAN` of a metric that is a rate is pooled: all errors over all words. `TOTAL` and `MAX` are facts of the run
    and have no error bar; they suit what must not happen at all.
    """

    MEAN = "mean"
    P50 = "p50"
    P90 = "p90"
    P95 = "p95"
    P99 = "p99"
    MAX = "max"
    TOTAL = "total"

    @property
    def share(self) -> float | None:
        """For percentiles, which, from 0 to 1."""
        return int(self[1:]) / 100 if self[0] == "p" else None


@dataclass(frozen=True, slots=True, kw_only=True)
class AbsoluteGate:
    """A bound that a run keeps by itself.

    Attributes:
        name: names the gate's line.
        metric: a metric, a ratio, or `passed`.
        statistic: what of it is bounded.
        at_most, at_least: the bound; one of the two.
        alpha: chance of a false alarm that the interval is drawn for.
        min_sample: fewer values than these decide nothing; None for what the statistic needs.
    """

    name: str
    metric: str
    statistic: Statistic = Statistic.MEAN
    at_most: float | None = None
    at_least: float | None = None
    alpha: float = 0.05
    min_sample: int | None = None

    def __post_init__(self) -> None:
        if (self.at_most is None) == (self.at_least is None):
            raise ValueError(f"gate {self.name}: give one of at_most and at_least")


@dataclass(frozen=True, slots=True, kw_only=True)
class RegressionGate:
    """How much worse than its baseline a run may be, case by case.

    `passed` and other yes-or-no metrics of whole calls are compared by McNemar's exact test, everything else by a
    bootstrap of the difference of pooled means or rates, whole calls at a time.

    Attributes:
        name: names the gate's line.
        metric: a metric, a ratio, or `passed`.
        margin: how much worse is still accepted, in the metric's unit.
        better: `lower` or `higher`.
        alpha: chance of a false alarm of this gate; what all gates together allow (`Gates.alpha`) bounds it, too.
        min_sample: fewer pairs than these decide nothing.
    """

    name: str
    metric: str
    better: str
    margin: float = 0.0
    alpha: float = 0.05
    min_sample: int = DEFAULT_PAIRS


@dataclass(frozen=True, slots=True, kw_only=True)
class Gates:
    """All gates of a suite.

    Attributes:
        absolute, regression: the gates.
        alpha: chance that any of the regression gates fails though nothing got worse.
    """

    absolute: tuple[AbsoluteGate, ...] = ()
    regression: tuple[RegressionGate, ...] = ()
    alpha: float = 0.05


DEFAULT_GATES = Gates(
    regression=(
        RegressionGate(name="task success", metric=PASSED, better="higher"),
        # 100 ms is about half of the silence between turns of people (Stivers 2009); less is not noticed.
        RegressionGate(name="response latency", metric="response_latency", better="lower", margin=100.0),
        RegressionGate(name="word error rate", metric="word_error_rate", better="lower", margin=0.05),
    )
)
"""In force where no `gates.yaml` stands beside the suite."""
