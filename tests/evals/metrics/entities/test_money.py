from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.number_words import cardinal
from evals.metrics.entities.money import sums_of_money


@pytest.mark.parametrize(
    ("text", "pence"),
    [
        ("twenty five pounds fifty", 2550),
        ("twenty five pounds and fifty pence", 2550),
        ("£25.50", 2550),
        ("£25 50", 2550),
        ("25.50 pounds", 2550),
        ("£1,200", 120_000),
        ("£25 and 50 people", 2500),
        ("a pound fifty", 150),
        ("fifty pence", 50),
        ("25p", 25),
        ("five grand", 500_000),
        ("£5k", 500_000),
        ("£1.2m", 120_000_000),
        ("one point two million pounds", 120_000_000),
        ("half a million euros", 50_000_000),
        ("about a hundred and twenty five euros each", 12_500),
        ("it came to thirty two dollars and fifty cents", 3250),
        ("twenty thousand dollars", 2_000_000),
        ("knock ten percent off the eight hundred quid", 80_000),
        ("the deposit was three hundred and fifty", 35_000),
        ("we've got about 5,000", 500_000),
    ],
)
def test_sums_as_people_say_and_write_them(text: str, pence: int) -> None:
    assert sums_of_money(text) == (str(pence),)


def test_a_text_without_a_number_has_no_sum() -> None:
    assert sums_of_money("no money at all, not a penny") == ()


@given(st.integers(2, 10_000_000), st.integers(10, 99))
def test_pounds_and_pence_said_and_written_are_one(pounds: int, pence: int) -> None:
    expected = (str(pounds * 100 + pence),)
    assert sums_of_money(f"{cardinal(pounds)} pounds {cardinal(pence)}") == expected
    assert sums_of_money(f"£{pounds}.{pence}") == sums_of_money(f"£{pounds:,}.{pence}") == expected
