"""Every metric of two runs side by side: before, after, the difference with its interval, and whether it is chance.

Gates ask one thing each, which was declared beforehand. A report shows all the rest, both ways: nobody declared these,
so the p-values are two-sided and held to Benjamini and Hochberg's level (`multiplicity.py`), and none fails a build.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from evals.scoring.case_rows import CallRow
from evals.scoring.gates import PASSED
from evals.scoring.multiplicity import benjamini_hochberg_level
from evals.scoring.regression import MIN_PAIRS, expanded, one_sided_p
from evals.scoring.repeats import case_name
from evals.scoring.row_values import (
    applies,
    better_of,
    chosen,
    known_metrics,
    sums_of,
    unit_of,
    version_conflict,
    yes_or_no,
)
from evals.scoring.statistics import CallSums, bootstrap_difference, sign_flip_p

FALSE_DISCOVERY_RATE = 0.05
"""Of metrics that are said to have changed, the share that may be chance."""

_CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricChange:
    """A metric of the paired cases in both runs.

    Attributes:
        metric, unit: which; the unit is empty for rates.
        better: `lower`, `higher`, or empty where neither is.
        before, after: the pooled values.
        low, high: 95 % interval of `after` less `before`; None of too few cases.
        p: two-sided; None of too few cases.
        level: what `p` must be below to be more than chance, all metrics taken together.
        cases: how many cases have values in both runs.
    """

    metric: str
    unit: str
    better: str
    before: float
    after: float
    low: float | None
    high: float | None
    p: float | None
    level: float
    cases: int

    @property
    def difference(self) -> float:
        """How much more it is now."""
        return self.after - self.before

    @property
    def verdict(self) -> str:
        """`worse`, `better` or `changed`; empty while it may be chance."""
        if self.p is None or self.p >= self.level:
            return ""
        if not self.better:
            return "changed"
        return "better" if (self.difference > 0) == (self.better == "higher") else "worse"


def metric_changes(
    pairs: Sequence[tuple[CallRow, CallRow]], rng: np.random.Generator
) -> tuple[MetricChange, ...]:
    """Every metric that both runs have values of, in the metrics' own order; those of unlike versions are left out."""
    before, after = [old for old, _ in pairs], [new for _, new in pairs]
    seed = int(rng.integers(2**63))
    found = []
    for metric in known_metrics():
        if not (applies(metric, before) and applies(metric, after)) or version_conflict(
            metric, before, after
        ):
            continue
        # A stream for each metric by name, so that one more shifts no other's interval.
        change = _change(metric, before, after, np.random.default_rng([seed, *metric.encode()]))
        if change is not None:
            found.append(change)
    tested = [change.p for change in found if change.p is not None]
    level = benjamini_hochberg_level(tested, FALSE_DISCOVERY_RATE)
    return tuple(replace(change, level=level) for change in found)


def unlike_versions(pairs: Sequence[tuple[CallRow, CallRow]]) -> tuple[str, ...]:
    """One line for each metric whose values in the two runs are of different versions of it."""
    before, after = [old for old, _ in pairs], [new for _, new in pairs]
    return tuple(dict.fromkeys(
        conflict for metric in known_metrics() if (conflict := version_conflict(metric, before, after))
    ))  # fmt: skip


def _change(
    metric: str, before: Sequence[CallRow], after: Sequence[CallRow], rng: np.random.Generator
) -> MetricChange | None:
    old, new = sums_of(metric, before), sums_of(metric, after)
    both = (old.denominator > 0) & (new.denominator > 0)
    if not both.any():
        return None
    names = [case_name(row.case_id) for row, kept in zip(after, both, strict=True) if kept]
    old, new = chosen(old, both).by_case(names), chosen(new, both).by_case(names)
    count = old.numerator.size
    low = high = p = None
    if count >= MIN_PAIRS and _alike(old, new):
        low, high, p = 0.0, 0.0, 1.0  # what any draw of these cases comes to
    elif count >= MIN_PAIRS:
        replicates = bootstrap_difference(old, new, rng)
        tail = (1 - _CONFIDENCE) / 2
        low, high = (float(np.quantile(replicates, expanded(share, count))) for share in (tail, 1 - tail))
        p = _flips_p(metric, before, after)
        if p is None:
            p = min(1.0, 2 * min(one_sided_p(replicates, 0.0, count), one_sided_p(-replicates, 0.0, count)))
    return MetricChange(
        metric=metric,
        unit=unit_of(metric),
        better=better_of(metric),
        before=old.ratio,
        after=new.ratio,
        low=low,
        high=high,
        p=p,
        level=1.0,
        cases=count,
    )


def _alike(old: CallSums, new: CallSums) -> bool:
    return np.array_equal(old.numerator, new.numerator) and np.array_equal(old.denominator, new.denominator)


def _flips_p(metric: str, before: Sequence[CallRow], after: Sequence[CallRow]) -> float | None:
    """The exact test's p of a yes-or-no metric of whole calls; None for any other."""
    changes: dict[str, int] = {}
    for old, new in zip(before, after, strict=True):
        was, now = yes_or_no(metric, old), yes_or_no(metric, new)
        if was is not None and now is not None:
            name = case_name(new.case_id)
            changes[name] = changes.get(name, 0) + now - was
    return sign_flip_p(list(changes.values())) if changes or metric == PASSED else None
