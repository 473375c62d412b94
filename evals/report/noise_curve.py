"""Words heard wrong against how loud the noise was: a point for each noise and signal-to-noise ratio of a run."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from evals.metrics.measurement import Measurement
from evals.metrics.registry import RATIOS
from evals.scoring.case_rows import CallRow
from evals.scoring.repeats import case_name
from evals.scoring.row_values import chosen, sums_of
from evals.scoring.statistics import bootstrap_ratio

WORD_ERROR_RATE = next(ratio.name for ratio in RATIOS if ratio.name == "word_error_rate")
CLEAN = "none"

_FEWEST_CASES = 5  # a bootstrap of fewer has hardly anything to draw from
_SEED = 0  # the same run gives the same page


@dataclass(frozen=True, slots=True, kw_only=True)
class NoisePoint:
    """The word error rate of calls with one noise at one ratio.

    Attributes:
        noise: its name; `none` for a line without.
        snr_db: speech over noise; None without noise.
        errors, words: the rate is one over the other.
        low, high: 95 % interval by bootstrap over cases; None of fewer than five.
    """

    noise: str
    snr_db: float | None
    errors: int
    words: int
    low: float | None = None
    high: float | None = None

    @property
    def rate(self) -> float:
        """Errors over words said."""
        return self.errors / self.words


def noise_points(
    calls: Iterable[tuple[str, float | None, str, Sequence[Measurement]]],
) -> tuple[NoisePoint, ...]:
    """The points of calls, given by noise, ratio, case and measurements: without noise first, then down the ratios."""
    groups: dict[tuple[str, float | None], list[CallRow]] = {}
    for noise, snr_db, case_id, measurements in calls:
        key = (noise, snr_db) if noise != CLEAN and snr_db is not None else (CLEAN, None)
        groups.setdefault(key, []).append(_row(case_id, measurements))
    points = (_point(noise, snr_db, rows) for (noise, snr_db), rows in groups.items())
    known = [point for point in points if point is not None]
    return tuple(sorted(known, key=lambda point: (-_ratio(point.snr_db), point.noise)))


def _ratio(snr_db: float | None) -> float:
    return float("inf") if snr_db is None else snr_db


def _point(noise: str, snr_db: float | None, rows: Sequence[CallRow]) -> NoisePoint | None:
    rows = sorted(rows, key=lambda row: row.case_id)
    sums = sums_of(WORD_ERROR_RATE, rows)
    kept = sums.denominator > 0
    if not kept.any():
        return None
    sums = chosen(sums, kept).by_case(
        [case_name(row.case_id) for row, has_words in zip(rows, kept, strict=True) if has_words]
    )
    low = high = None
    if sums.numerator.size >= _FEWEST_CASES:
        replicates = bootstrap_ratio(sums, np.random.default_rng(_SEED))
        low, high = (float(end) for end in np.quantile(replicates, [0.025, 0.975]))
    return NoisePoint(
        noise=noise,
        snr_db=snr_db,
        errors=round(float(sums.numerator.sum())),
        words=round(float(sums.denominator.sum())),
        low=low,
        high=high,
    )


def _row(case_id: str, measurements: Sequence[Measurement]) -> CallRow:
    return CallRow(
        case_id=case_id,
        scenario_sha256="",
        caller_sha256="",
        harness_version="",
        passed=True,
        measurements=tuple(measurements),
    )
