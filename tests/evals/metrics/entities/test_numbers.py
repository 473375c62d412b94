from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.number_words import cardinal, ordinal
from evals.metrics.entities.numbers import read_cardinal, read_ordinal, read_year


@given(st.integers(0, 10**12 - 1) | st.integers(0, 10_000), st.booleans())
def test_a_number_said_and_read_back_is_the_same(number: int, british: bool) -> None:
    words = cardinal(number, british=british).split()
    assert read_cardinal(words, 0) == (number, len(words))


@given(st.integers(1, 99))
def test_a_rank_said_and_read_back_is_the_same(number: int) -> None:
    words = ordinal(number).split()
    assert read_ordinal(words, 0) == (number, len(words))


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("twelve hundred", 1200),
        ("nineteen hundred and twelve", 1912),
        ("a hundred", 100),
        ("a thousand and one", 1001),
        ("12 thousand", 12_000),
        ("206", 206),
        ("five thousand and then", 5000),
        ("five thousand two thousand", 5000),
    ],
)
def test_counts_as_people_say_them(text: str, number: int) -> None:
    read = read_cardinal(text.split(), 0)
    assert read is not None and read[0] == number


@pytest.mark.parametrize(
    ("text", "year"),
    [
        ("twenty twenty six", 2026),
        ("two thousand and six", 2006),
        ("nineteen oh five", 1905),
        ("nineteen eighty seven", 1987),
        ("2026", 2026),
    ],
)
def test_years_as_people_say_them(text: str, year: int) -> None:
    assert read_year(text.split(), 0) == (year, len(text.split()))


@pytest.mark.parametrize("text", ["ten thirty", "half past", "", "three thousand"])
def test_what_is_no_year_is_not_read_as_one(text: str) -> None:
    assert read_year(text.split(), 0) is None
