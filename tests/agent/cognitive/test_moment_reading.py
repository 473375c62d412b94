import pytest

from agent.cognitive.moment_reading import date_keyed, date_said, moment_said, time_said
from agent.cognitive.reading import Reading
from agent.cognitive.spoken_words import spoken_words
from tests.agent.cognitive.builders import NOW


def moment(said: str, *, zone: str = "Europe/London", now: str = NOW) -> Reading | None:
    return moment_said(spoken_words(said), now_iso=now, time_zone=zone)


@pytest.mark.parametrize(
    ("said", "value", "sure"),
    [
        ("next Tuesday at half two", "2026-05-26T14:30:00+01:00", False),
        ("Tuesday at half two in the afternoon", "2026-05-19T14:30:00+01:00", True),
        ("the third of December at quarter to four", "2026-12-03T15:45:00+00:00", False),
        ("tomorrow morning at nine", "2026-05-19T09:00:00+01:00", True),
        ("in half an hour", "2026-05-18T09:30:00+01:00", True),
        ("in two and a half hours", "2026-05-18T11:30:00+01:00", True),
        ("the second of May twenty twenty seven at noon", "2027-05-02T12:00:00+01:00", True),
    ],
)
def test_a_moment_has_the_offset_of_its_own_day(said: str, value: str, sure: bool) -> None:
    assert moment(said) == Reading(value=value, sure=sure)


def test_a_moment_is_on_the_callers_clock_wherever_now_was_written() -> None:
    reading = moment("tomorrow at nine in the morning", zone="America/New_York", now="2026-05-18T23:00:00Z")
    assert reading == Reading(value="2026-05-19T09:00:00-04:00")


@pytest.mark.parametrize(
    "said", ["tomorrow", "at nine", "Tuesday or Wednesday at nine", "Tuesday at nine or at ten", "hello"]
)
def test_half_a_moment_or_two_of_them_are_none(said: str) -> None:
    assert moment(said) is None


def test_an_hour_that_the_clocks_leave_out_is_none() -> None:
    assert moment("half past one in the morning on the twenty eighth of March") is None


def test_an_unknown_zone_falls_back_on_the_offset_of_now() -> None:
    reading = moment("tomorrow at noon", zone="Mars/Olympus")
    assert reading == Reading(value="2026-05-19T12:00:00+01:00")


def test_bounds_settle_which_half_of_the_day_is_meant() -> None:
    words = spoken_words("half past seven")
    assert time_said(words) == Reading(value="07:30", sure=False)
    assert time_said(words, earliest="12:00", latest="22:00") == Reading(value="19:30")
    assert time_said(words, earliest="09:00", latest="17:00") is None


def test_two_days_are_no_date() -> None:
    assert date_said(spoken_words("the third or the fourth of June"), now_iso=NOW) is None


@pytest.mark.parametrize(
    ("keys", "day"),
    [
        ("03061984", "1984-06-03"),
        ("29022024", "2024-02-29"),
        ("29022023", None),
        ("13131999", None),
        ("030684", None),
        ("", None),
        ("٠٣٠٦١٩٨٤", None),
    ],
)
def test_a_day_is_keyed_in_with_its_day_first_and_its_whole_year(keys: str, day: str | None) -> None:
    assert date_keyed(keys) == (None if day is None else Reading(value=day))
