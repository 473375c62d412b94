from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.scoring.repeats import (
    RepeatedCase,
    RepeatRates,
    flaky,
    pass_all_k,
    pass_at_k,
    repeat_rates,
    repeated,
)


@st.composite
def counts(draw: st.DrawFn) -> tuple[int, int, int]:
    n = draw(st.integers(1, 30))
    return n, draw(st.integers(0, n)), draw(st.integers(1, n))


def test_rates_by_hand() -> None:
    # 3 of 5 passed; of the 10 pairs of repeats 3 are both passed, 1 is both failed.
    assert pass_all_k(5, 3, 2) == pytest.approx(0.3)
    assert pass_at_k(5, 3, 2) == pytest.approx(0.9)
    assert (pass_all_k(5, 3, 4), pass_at_k(5, 3, 3)) == (0, 1)


@given(st.integers(1, 8), st.data())
def test_rates_are_those_of_all_choices_of_k_repeats(n: int, data: st.DataObject) -> None:
    results = data.draw(st.lists(st.booleans(), min_size=n, max_size=n))
    k = data.draw(st.integers(1, n))
    choices = list(combinations(results, k))
    assert pass_all_k(n, sum(results), k) == pytest.approx(sum(map(all, choices)) / len(choices))
    assert pass_at_k(n, sum(results), k) == pytest.approx(sum(map(any, choices)) / len(choices))


@given(counts())
def test_all_of_k_is_never_likelier_than_one_of_k(asked: tuple[int, int, int]) -> None:
    n, c, k = asked
    assert 0 <= pass_all_k(n, c, k) <= c / n + 1e-12
    assert c / n - 1e-12 <= pass_at_k(n, c, k) <= 1
    if k < n:
        assert pass_all_k(n, c, k + 1) <= pass_all_k(n, c, k)
        assert pass_at_k(n, c, k + 1) >= pass_at_k(n, c, k)


@given(counts())
def test_failing_is_passing_seen_from_the_other_side(asked: tuple[int, int, int]) -> None:
    n, c, k = asked
    assert pass_at_k(n, c, k) == pytest.approx(1 - pass_all_k(n, n - c, k))


def test_repeats_are_taken_together_by_case() -> None:
    calls = [("b/s/v/l/0", True), ("b/t/v/l/0", True), ("b/s/v/l/1", False), ("b/t/v/l/1", True)]
    cases = repeated(calls)
    assert cases == (
        RepeatedCase(name="b/s/v/l", passed=1, of=2),
        RepeatedCase(name="b/t/v/l", passed=2, of=2),
    )
    assert flaky(cases) == (RepeatedCase(name="b/s/v/l", passed=1, of=2),)
    assert repeat_rates(cases) == (RepeatRates(k=2, pass_at=1.0, pass_all=0.5, cases=2),)


def test_the_least_certain_case_comes_first() -> None:
    cases = [RepeatedCase(name=name, passed=passed, of=10) for name, passed in (("a", 9), ("b", 5), ("c", 1))]
    assert [case.name for case in flaky(cases)] == ["b", "a", "c"]


def test_cases_played_once_have_no_rates() -> None:
    once = repeated([("b/s/v/l/0", True), ("b/t/v/l/0", False)])
    assert repeat_rates(once) == ()
    assert flaky(once) == ()


def test_an_interrupted_run_is_judged_by_the_repeats_that_all_have() -> None:
    cases = [
        RepeatedCase(name="a", passed=4, of=4),
        RepeatedCase(name="b", passed=0, of=3),
        RepeatedCase(name="c", passed=1, of=1),
    ]
    assert [(rates.k, rates.pass_all, rates.cases) for rates in repeat_rates(cases)] == [
        (2, 0.5, 2),
        (3, 0.5, 2),
    ]


@pytest.mark.parametrize(("n", "c", "k"), [(3, 2, 4), (3, 4, 1), (3, -1, 1), (0, 0, 1), (3, 2, 0)])
def test_counts_that_are_none_are_refused(n: int, c: int, k: int) -> None:
    with pytest.raises(ValueError, match="say nothing of"):
        pass_at_k(n, c, k)
    with pytest.raises(ValueError, match="say nothing of"):
        pass_all_k(n, c, k)
    with pytest.raises(ValueError, match="cannot have passed"):
        RepeatedCase(name="x", passed=2, of=1)
