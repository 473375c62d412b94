from datetime import date

import pytest

from agent.cognitive.day_reading import days
from agent.cognitive.spoken_words import spoken_words

MONDAY = date(2026, 5, 18)


@pytest.mark.parametrize(
    ("said", "day", "sure"),
    [
        ("tomorrow", "2026-05-19", True),
        ("the day after tomorrow", "2026-05-20", True),
        ("on Thursday", "2026-05-21", True),
        ("this Thursday", "2026-05-21", True),
        ("next Thursday", "2026-05-28", False),
        ("Thursday next week", "2026-05-28", True),
        ("Thursday week", "2026-05-28", True),
        ("a week on Thursday", "2026-05-28", True),
        ("Monday", "2026-05-25", False),
        ("last Friday", "2026-05-15", True),
        ("the third of June", "2026-06-03", True),
        ("June the third", "2026-06-03", True),
        ("3rd June", "2026-06-03", True),
        ("Wednesday the third of June", "2026-06-03", True),
        ("Tuesday the third of June", "2026-06-03", False),
        ("the second of May", "2027-05-02", True),
        ("the fourth of July nineteen eighty four", "1984-07-04", True),
        ("the first of January two thousand and six", "2006-01-01", True),
        ("the twenty ninth of February", "2028-02-29", True),
        ("the twenty first", "2026-05-21", True),
        ("on the first", "2026-06-01", True),
        ("Tuesday the ninth", "2026-06-09", True),
        ("in a fortnight", "2026-06-01", True),
        ("in three days", "2026-05-21", True),
        ("a week tomorrow", "2026-05-26", True),
    ],
)
def test_days_are_seen_from_the_day_of_the_call(said: str, day: str, sure: bool) -> None:
    found = days(spoken_words(said), MONDAY)
    assert [(one.day.isoformat(), one.sure) for one in found] == [(day, sure)]


@pytest.mark.parametrize(
    "said", ["the thirtieth of February", "the first one", "the first", "I may be late", "a week"]
)
def test_what_names_no_day_is_none(said: str) -> None:
    assert days(spoken_words(said), MONDAY) == []


def test_without_the_day_of_the_call_only_a_whole_date_is_a_day() -> None:
    words = spoken_words("tomorrow or the third of June or the fourth of July twenty thirty")
    assert [one.day.isoformat() for one in days(words, None)] == ["2030-07-04"]
