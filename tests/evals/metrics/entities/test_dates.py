from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.number_words import cardinal, ordinal
from evals.metrics.entities.context import EntityContext
from evals.metrics.entities.dates import dates

MONDAY = EntityContext(today=date(2026, 5, 18), country="GB")
MONTHS = ("January February March April May June July August September October November December").split()
days = st.dates(date(1950, 1, 1), date(2099, 12, 31))


@pytest.mark.parametrize(
    "text",
    [
        "2026-05-03",
        "3/5/2026",
        "03/05/26",
        "3.5.2026",
        "3 slash 5 slash 2026",
        "3 May 2026",
        "May 3rd, 2026",
        "the 3rd of May 2026",
        "the third of May twenty twenty six",
        "May the third, two thousand and twenty six",
        "third of the fifth twenty twenty six",
        "on Sunday the third of May twenty twenty six, please",
    ],
)
def test_spoken_and_written_forms_are_one_day(text: str) -> None:
    assert dates(text, MONDAY) == ("2026-05-03",)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("today", ("2026-05-18",)),
        ("tomorrow at nine", ("2026-05-19",)),
        ("the day after tomorrow", ("2026-05-20",)),
        ("yesterday", ("2026-05-17",)),
        ("in three days", ("2026-05-21",)),
        ("in a fortnight", ("2026-06-01",)),
        ("Tuesday works", ("2026-05-19",)),
        ("tuesday week", ("2026-05-26",)),
        ("a week on tuesday", ("2026-05-26",)),
        ("next tuesday", ("2026-05-26", "2026-05-19")),
        ("last friday", ("2026-05-15",)),
        ("on monday", ("2026-05-25", "2026-05-18")),
        ("the fourth of march", ("2027-03-04", "2026-03-04")),
        ("the twenty ninth of february", ("2028-02-29", "2024-02-29")),
        ("tuesday the sixteenth", ("2026-06-16",)),
        ("it's on the twenty first", ("2026-05-21",)),
    ],
)
def test_days_seen_from_the_day_of_the_call(text: str, expected: tuple[str, ...]) -> None:
    assert dates(text, MONDAY) == expected


def test_american_dates_begin_with_the_month() -> None:
    assert dates("3/5/2026", EntityContext(day_first=False)) == ("2026-03-05",)
    assert dates("25/5/2026", EntityContext(day_first=False)) == ("2026-05-25",)


def test_without_the_day_of_the_call_what_hangs_on_it_is_left_open() -> None:
    assert dates("the third of may", EntityContext()) == ("--05-03",)
    assert dates("tomorrow, or tuesday", EntityContext()) == ()


@pytest.mark.parametrize(
    "text", ["", "half past ten", "10.30", "31/2/2026", "the second of those", "I may go", "three to five"]
)
def test_what_is_no_day_is_not_read_as_one(text: str) -> None:
    assert dates(text, MONDAY) == ()


@given(days, st.booleans())
def test_a_day_said_and_read_back_is_the_same(day: date, month_first: bool) -> None:
    month, year = MONTHS[day.month - 1], cardinal(day.year)
    said = (
        f"{month} {ordinal(day.day)} {year}" if month_first else f"the {ordinal(day.day)} of {month} {year}"
    )
    assert dates(said, MONDAY) == (day.isoformat(),) == dates(day.isoformat(), MONDAY)
    assert dates(f"{day.day}/{day.month}/{day.year}", MONDAY) == (day.isoformat(),)
