"""What calibration found, as numbers with the lines they must keep. Pure: results in, findings out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import binom

from evals.calibration.clock_errors import CLEAN_RECORDING, NOISY_RECORDING, RECORD, TimeError
from evals.calibration.trials import Alarm, Trial
from evals.scoring.statistics import Interval, wilson_interval

MOST_BIAS_MS = 5.0
MOST_P95_MS = 20.0
MOST_MEDIAN_MS = {CLEAN_RECORDING: 20.0, NOISY_RECORDING: 60.0}
LEAST_RECALL = 0.95
LEAST_PRECISION = 0.95
ALPHA = 0.01  # of the gate files beside the suites
BOUND = 0.95
MOST_MISSED = 0.1  # of values in recordings; a measurement that finds nothing has no error

RELATIVE_EDGES = (0.5, 0.75, 1.0, 1.5, 2.0, 3.0)
"""Strengths over the minimal detectable effect, between which recall is shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """Errors of one metric from one source, in ms; `missed` values were not found at all.

    `bias` is their mean, `spread` their standard deviation, `median` and `p95` are of absolute errors.
    """

    source: str
    line: str
    metric: str
    count: int
    missed: int
    bias: float
    spread: float
    median: float
    p95: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A line that must be kept."""

    name: str
    kept: bool
    found: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecallPoint:
    """How many comparisons with a fault of this strength found it, by strength over the detectable effect."""

    name: str
    found: int
    trials: int

    @property
    def recall(self) -> float | None:
        """None without trials."""
        return self.found / self.trials if self.trials else None

    @property
    def interval(self) -> Interval | None:
        """Wilson's, 95 %."""
        return wilson_interval(self.found, self.trials) if self.trials else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Detection:
    """Of comparisons with faults that should have shown, and as many without any: how many the gates failed.

    Attributes:
        planted: comparisons whose fault was at or above the effect that the comparison stated as detectable.
        found: those whose fault's own gate failed.
        alarms: those of the same trials' clean comparisons in which any gate failed.
        all_trials, all_alarms: the same for every strength, faults that are too small among them.
    """

    planted: int
    found: int
    alarms: int
    all_trials: int
    all_alarms: int

    @property
    def recall(self) -> float | None:
        """Faults found, of those that should have shown."""
        return self.found / self.planted if self.planted else None

    @property
    def precision(self) -> float | None:
        """Faults, of what failed; faulty and clean half and half."""
        failed = self.found + self.alarms
        return self.found / failed if failed else None


def spreads(errors: Iterable[TimeError], *, by_line: bool = False) -> list[Spread]:
    """Errors by source and metric, and by line if asked, in that order."""
    groups: dict[tuple[str, str, str], list[TimeError]] = {}
    for error in errors:
        groups.setdefault((error.source, error.line if by_line else "", error.metric), []).append(error)
    order = (RECORD, CLEAN_RECORDING, NOISY_RECORDING)
    return [
        _spread(*key, groups[key]) for key in sorted(groups, key=lambda key: (order.index(key[0]), key[1:]))
    ]


def detection(trials: Sequence[Trial]) -> Detection:
    """Recall and precision over all trials."""
    eligible = [trial for trial in trials if trial.should_show]
    return Detection(
        planted=len(eligible),
        found=sum(trial.found for trial in eligible),
        alarms=sum(bool(trial.clean_failed) for trial in eligible),
        all_trials=len(trials),
        all_alarms=sum(bool(trial.clean_failed) for trial in trials),
    )


def recall_curve(trials: Sequence[Trial]) -> list[RecallPoint]:
    """Recall by how strong the fault was, in units of what its comparison could have seen."""
    edges = (0.0, *RELATIVE_EDGES, float("inf"))
    placed: list[list[bool]] = [[] for _ in edges[1:]]
    for trial in trials:
        if trial.detectable:
            ratio = trial.strength / trial.detectable
            placed[sum(ratio >= edge for edge in RELATIVE_EDGES)].append(trial.found)
    return [
        RecallPoint(name=_between(low, high), found=sum(found), trials=len(found))
        for low, high, found in zip(edges, edges[1:], placed, strict=False)
    ]


def most_alarms(count: int) -> int:
    """The upper 95 % bound of how many of so many comparisons of equal agents fail at the declared alpha."""
    return int(binom.ppf(BOUND, count, ALPHA))


def checks(errors: Sequence[TimeError], trials: Sequence[Trial], alarms: Sequence[Alarm]) -> list[Check]:
    """Every line that what was played must keep."""
    return [*_time_checks(errors), *_detection_checks(trials), *_alarm_checks(alarms)]


def _time_checks(errors: Sequence[TimeError]) -> list[Check]:
    found = []
    for spread in spreads(errors):
        name = f"{spread.metric} from {spread.source}"
        most = MOST_MEDIAN_MS.get(spread.source)
        if most is None:
            kept = abs(spread.bias) <= MOST_BIAS_MS and spread.p95 <= MOST_P95_MS and not spread.missed
            wanted = f"at most {MOST_BIAS_MS:g} and {MOST_P95_MS:g} ms, none missed"
            said = f"bias {spread.bias:+.1f} ms, 95 % within {spread.p95:.1f} ms, {spread.missed} missed; {wanted}"
        else:
            values = spread.count + spread.missed
            kept = spread.median <= most and spread.missed <= MOST_MISSED * values
            said = (
                f"median error {spread.median:.1f} ms, {spread.missed} of {values} missed; "
                f"at most {most:g} ms and {MOST_MISSED:.0%}"
            )
        found.append(Check(name=name, kept=kept, found=said))
    return found


def _detection_checks(trials: Sequence[Trial]) -> list[Check]:
    if not trials:
        return []
    found = detection(trials)
    recall, precision = found.recall, found.precision
    return [
        Check(
            name="recall",
            kept=recall is not None and recall >= LEAST_RECALL,
            found=f"{_share(recall)} ({found.found} of {found.planted} faults that should show); "
            f"at least {LEAST_RECALL:g}",
        ),
        Check(
            name="precision",
            kept=precision is not None and precision >= LEAST_PRECISION,
            found=f"{_share(precision)} ({found.alarms} of {found.planted} clean comparisons failed); "
            f"at least {LEAST_PRECISION:g}",
        ),
    ]


def _alarm_checks(alarms: Sequence[Alarm]) -> list[Check]:
    if not alarms:
        return []
    failed, most = sum(bool(alarm.failed) for alarm in alarms), most_alarms(len(alarms))
    return [
        Check(
            name="false alarms",
            kept=failed <= most,
            found=f"{failed} of {len(alarms)} comparisons of equal agents failed; at most {most} "
            f"(95 % bound of {ALPHA:g})",
        )
    ]


def _spread(source: str, line: str, metric: str, errors: Sequence[TimeError]) -> Spread:
    values = np.array([error.error_ms for error in errors if error.error_ms is not None])
    size = np.abs(values)
    some = values.size > 0
    return Spread(
        source=source,
        line=line,
        metric=metric,
        count=int(values.size),
        missed=len(errors) - int(values.size),
        bias=float(values.mean()) if some else float("nan"),
        spread=float(values.std()) if some else float("nan"),
        median=float(np.median(size)) if some else float("nan"),
        p95=float(np.quantile(size, 0.95)) if some else float("nan"),
    )


def _between(low: float, high: float) -> str:
    if not low:
        return f"< {high:g}"
    return f"> {low:g}" if high == float("inf") else f"{low:g}–{high:g}"


def _share(value: float | None) -> str:
    return "nothing to say" if value is None else f"{value:.3f}"
