from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import quantile_test

from evals.report.figures import Delay, Delays, Interval, Share

shares = st.integers(0, 50).flatmap(lambda of: st.builds(Share, count=st.integers(0, of), of=st.just(of)))


def delays(*ms: float) -> Delays:
    return Delays.of(Delay(ms=value) for value in ms)


def test_a_share_of_nothing_has_no_rate() -> None:
    assert (Share().rate, Share().interval) == (None, None)


def test_a_share_cannot_exceed_its_whole() -> None:
    with pytest.raises(ValueError, match="3 of 2 is no share"):
        Share(count=3, of=2)


def test_thirty_of_thirty_is_not_certainty() -> None:
    interval = Share(count=30, of=30).interval
    assert interval is not None
    assert interval.low == pytest.approx(0.886, abs=0.001)
    assert interval.high == pytest.approx(1)


@given(shares, shares)
def test_shares_add_by_their_counts(one: Share, other: Share) -> None:
    both = one + other
    assert (both.count, both.of) == (one.count + other.count, one.of + other.of)


@given(shares.filter(lambda share: share.of > 0))
def test_the_interval_holds_the_rate(share: Share) -> None:
    interval = share.interval
    assert interval is not None
    assert interval.low is not None
    assert interval.high is not None
    assert share.rate is not None
    assert 0 <= interval.low <= share.rate + 1e-12
    assert share.rate - 1e-12 <= interval.high <= 1


@given(st.lists(st.floats(0, 1e5), min_size=1, max_size=60), st.sampled_from([0.5, 0.9, 0.95, 1.0]))
def test_quantiles_are_observed_values_as_numpy_defines_them(values: list[float], probability: float) -> None:
    found = delays(*values).quantile(probability)
    assert found is not None
    assert found.ms == np.quantile(values, probability, method="inverted_cdf")


def test_a_quantile_that_falls_on_a_reply_that_never_came_says_so() -> None:
    waits = Delays.of([Delay(ms=4000, censored=True), Delay(ms=800), Delay(ms=900)])
    assert waits.quantile(0.5) == Delay(ms=900)
    assert waits.quantile(0.95) == Delay(ms=4000, censored=True)
    assert (waits.n, waits.censored) == (3, 1)


def test_the_median_of_a_hundred_lies_between_the_40th_and_the_61st() -> None:
    assert delays(*range(1, 101)).interval(0.5) == Interval(low=40, high=61)


@pytest.mark.parametrize(("n", "stated"), [(71, False), (72, True), (200, True)])
def test_a_p95_of_few_turns_has_no_upper_end(n: int, stated: bool) -> None:
    interval = delays(*range(n)).interval(0.95)
    assert interval is not None
    assert (interval.high is not None) is stated


@pytest.mark.parametrize("n", [20, 100, 500])
@pytest.mark.parametrize("probability", [0.5, 0.95])
def test_intervals_are_those_of_scipy(n: int, probability: float) -> None:
    interval = delays(*range(n)).interval(probability)
    theirs = quantile_test(np.arange(n), q=0, p=probability).confidence_interval(confidence_level=0.95)
    assert interval is not None
    assert interval.low == theirs.low
    assert interval.high == (None if np.isnan(theirs.high) else theirs.high)


def test_of_nothing_there_is_no_quantile() -> None:
    assert (Delays().quantile(0.5), Delays().interval(0.5)) == (None, None)
