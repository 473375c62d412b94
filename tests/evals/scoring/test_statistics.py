from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom, binomtest, norm

from evals.scoring.statistics import (
    CallSums,
    bootstrap_difference,
    bootstrap_ratio,
    fewest_discordant,
    fewest_for_percentile,
    mcnemar_p,
    percentile,
    percentile_interval,
    sign_flip_p,
    wilson_interval,
)
from tests.evals.scoring.samples import (
    bootstrap_coverage,
    latencies,
    percentile_coverage,
    single_turns,
    words_wrong,
)

numbers = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=50)


@pytest.mark.parametrize(
    ("worse", "better", "expected"),
    [(0, 0, 1.0), (5, 0, 0.0625), (6, 0, 0.03125), (0, 6, 0.03125), (3, 3, 1.0), (9, 1, 0.021484375)],
)
def test_mcnemar(worse: int, better: int, expected: float) -> None:
    assert mcnemar_p(worse, better) == pytest.approx(expected)


@given(st.integers(0, 60), st.integers(0, 60))
def test_mcnemar_is_symmetric_and_a_probability(worse: int, better: int) -> None:
    assert mcnemar_p(worse, better) == pytest.approx(mcnemar_p(better, worse))
    assert 0 < mcnemar_p(worse, better) <= 1


def test_fewest_discordant() -> None:
    assert fewest_discordant(0.05) == 6
    assert fewest_discordant(0.01) == 8


@given(st.lists(st.sampled_from([-1, 0, 1]), max_size=40))
def test_sign_flips_of_cases_played_once_are_mcnemars_test(differences: list[int]) -> None:
    expected = mcnemar_p(differences.count(1), differences.count(-1))
    assert sign_flip_p(differences) == pytest.approx(expected, rel=1e-12)


@settings(deadline=None)  # the first one imports a part of scipy
@given(st.lists(st.integers(-4, 4), max_size=9))
def test_sign_flips_are_counted_as_one_would_by_hand(differences: list[int]) -> None:
    sums = [
        sum(sign * size for sign, size in zip(signs, differences, strict=True))
        for signs in product((1, -1), repeat=len(differences))
    ]
    beyond = sum(abs(found) >= abs(sum(differences)) for found in sums)
    assert sign_flip_p(differences) == pytest.approx(beyond / len(sums), rel=1e-9)


def test_repeats_that_all_change_alike_are_no_more_proof_than_one_of_them() -> None:
    assert sign_flip_p([5] * 5) == pytest.approx(mcnemar_p(5, 0), rel=1e-12)


def test_sign_flips_of_many_cases_come_to_the_normal_curve_and_stay_a_probability() -> None:
    differences = [3, -3] * 4000 + [1, -2, 2] * 400
    score = (sum(differences) - 0.5) / sum(size**2 for size in differences) ** 0.5
    assert sign_flip_p(differences) == pytest.approx(2 * norm.sf(score), rel=0.01)
    assert 0 <= sign_flip_p([3] * 9000) < 1e-12


def test_wilson_agrees_with_scipy_and_takes_fractions() -> None:
    for successes, count in ((0, 7), (3, 20), (19, 20), (30, 30)):
        found, known = (
            wilson_interval(successes, count),
            binomtest(successes, count).proportion_ci(method="wilson"),
        )
        assert found.low == pytest.approx(known.low, abs=1e-12)
        assert found.high == pytest.approx(known.high, abs=1e-12)
    below, above = wilson_interval(3, 20), wilson_interval(4, 20)
    between = wilson_interval(3.5, 20)
    assert below.low and between.low and above.low
    assert below.low < between.low < above.low


def test_sums_of_repeats_are_those_of_their_case() -> None:
    calls = CallSums(numerator=np.array([1.0, 2.0, 4.0]), denominator=np.array([1.0, 1.0, 2.0]))
    cases = calls.by_case(["b", "a", "b"])
    assert cases.numerator.tolist() == [2.0, 5.0]
    assert cases.denominator.tolist() == [1.0, 3.0]
    assert cases.ratio == calls.ratio
    with pytest.raises(ValueError, match="2 names for 3 calls"):
        calls.by_case(["a", "b"])


def test_wilson() -> None:
    found = wilson_interval(30, 30)
    assert found.low == pytest.approx(0.886, abs=0.001)
    assert found.high == pytest.approx(1.0)
    assert wilson_interval(0, 0).low is None


@given(numbers, st.floats(0.01, 0.99))
def test_percentile_lies_among_the_values(values: list[float], share: float) -> None:
    slack = 1e-9 * max(abs(value) for value in values)  # interpolation rounds
    assert min(values) - slack <= percentile(values, share) <= max(values) + slack


@given(numbers)
def test_percentiles_rise_with_their_share(values: list[float]) -> None:
    found = [percentile(values, share) for share in (0.1, 0.5, 0.9, 0.99)]
    assert all(low <= high + 1e-9 * abs(high) for low, high in pairwise(found))


def test_percentile_method_is_fixed() -> None:
    assert percentile([0, 10], 0.95) == pytest.approx(9.5)
    assert percentile([1, 2, 3], 0.5) == 2


def test_no_values_have_no_percentile() -> None:
    with pytest.raises(ValueError, match="no values"):
        percentile([], 0.5)


def test_percentile_interval_stands_on_ranks() -> None:
    values = [float(rank) for rank in range(1, 101)]
    middle, high = percentile_interval(values, 0.5), percentile_interval(values, 0.95)
    assert (middle.low, middle.high) == (40, 61)
    assert (high.low, high.high) == (90, 100)


def test_percentile_interval_is_withheld_where_so_few_values_have_no_bound() -> None:
    assert percentile_interval([float(rank) for rank in range(71)], 0.95).high is None
    assert percentile_interval([float(rank) for rank in range(72)], 0.95).high is not None
    assert percentile_interval([], 0.95).high is None


@pytest.mark.parametrize(("share", "expected"), [(0.9, 29), (0.95, 59), (0.99, 299)])
def test_fewest_values_for_an_upper_bound(share: float, expected: int) -> None:
    assert fewest_for_percentile(share) == expected


def sums(numerator: list[float], denominator: list[float]) -> CallSums:
    return CallSums(numerator=np.array(numerator), denominator=np.array(denominator))


def test_pooled_value_weighs_calls_by_what_they_hold() -> None:
    assert sums([1, 0], [1, 12]).ratio == pytest.approx(1 / 13)
    assert math.isnan(sums([], []).ratio)


def test_sums_of_unequal_length_are_refused() -> None:
    with pytest.raises(ValueError, match="one number a call each"):
        sums([1], [1, 2])


def test_difference_that_is_the_same_in_every_call_has_no_spread() -> None:
    before, after = sums([700, 1_600], [1, 2]), sums([800, 1_800], [1, 2])
    found = bootstrap_difference(before, after, np.random.default_rng(1), resamples=200)
    assert found == pytest.approx(np.full(200, 100.0))


def test_bootstrap_is_repeatable_and_in_order() -> None:
    calls = sums([1, 2, 3, 4], [2, 2, 4, 4])
    first = bootstrap_ratio(calls, np.random.default_rng(1), resamples=500)
    assert np.array_equal(first, bootstrap_ratio(calls, np.random.default_rng(1), resamples=500))
    assert np.all(np.diff(first) >= 0)


def test_unpaired_arms_are_refused() -> None:
    with pytest.raises(ValueError, match="cannot be paired"):
        bootstrap_difference(sums([1], [1]), sums([1, 2], [1, 1]), np.random.default_rng(1))
    with pytest.raises(ValueError, match="no calls"):
        bootstrap_ratio(sums([], []), np.random.default_rng(1))


@pytest.mark.parametrize(("draw", "truth"), [(latencies, 800.0), (words_wrong, 0.1)])
def test_intervals_of_means_and_rates_cover_the_truth_when_turns_of_a_call_resemble_each_other(
    draw: Callable[[np.random.Generator], CallSums], truth: float
) -> None:
    """200 samples know it to 1.5 points; `just bench` asks 2000 of them for 95 ± 2 %."""
    assert bootstrap_coverage(draw, truth, 200) == pytest.approx(0.95, abs=0.04)


def test_intervals_of_turns_taken_one_by_one_would_be_far_too_narrow() -> None:
    """What resampling whole calls is for."""
    assert bootstrap_coverage(single_turns, 800, 60) < 0.8


def test_percentile_intervals_cover_the_truth_of_a_skewed_distribution() -> None:
    assert percentile_coverage(0.95, 200, 200) >= 0.93


@pytest.mark.parametrize(("rate", "count"), [(0.5, 100), (0.95, 100), (0.9, 40)])
def test_wilson_intervals_cover_the_truth_on_average(rate: float, count: int) -> None:
    chances = binom.pmf(np.arange(count + 1), count, rate)
    intervals = [wilson_interval(successes, count) for successes in range(count + 1)]
    holds = [(i.low or 0.0) <= rate <= (1.0 if i.high is None else i.high) for i in intervals]
    assert float(chances @ np.array(holds)) == pytest.approx(0.95, abs=0.03)
