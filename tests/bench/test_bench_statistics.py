"""How often intervals hold the truth, over thousands of samples."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from evals.scoring.statistics import CallSums
from tests.evals.scoring.samples import bootstrap_coverage, latencies, percentile_coverage, words_wrong

pytestmark = pytest.mark.bench

SAMPLES = 2000  # a coverage of 95 % is known to half a point


@pytest.mark.parametrize(
    ("name", "draw", "truth"), [("mean latency", latencies, 800.0), ("word error rate", words_wrong, 0.1)]
)
def test_bootstrap_intervals_of_100_calls_cover_the_truth(
    name: str, draw: Callable[[np.random.Generator], CallSums], truth: float
) -> None:
    covered = bootstrap_coverage(draw, truth, SAMPLES)
    print(
        f"\n95 % bootstrap intervals of a {name} over 100 calls held the truth in {covered:.1%} of {SAMPLES}"
    )
    assert covered == pytest.approx(0.95, abs=0.02)


@pytest.mark.parametrize(("share", "count"), [(0.5, 100), (0.9, 60), (0.95, 200)])
def test_rank_intervals_of_percentiles_cover_the_truth(share: float, count: int) -> None:
    covered = percentile_coverage(share, count, SAMPLES)
    print(
        f"\n95 % rank intervals of p{share * 100:.0f} of {count} values held the truth in {covered:.1%} of {SAMPLES}"
    )
    assert covered >= 0.94
