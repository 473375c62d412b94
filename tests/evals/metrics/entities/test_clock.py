from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.number_words import cardinal
from evals.metrics.entities.clock import times


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("half past ten", ("10:30", "22:30")),
        ("half ten", ("10:30", "22:30")),
        ("ten thirty", ("10:30", "22:30")),
        ("10.30", ("10:30", "22:30")),
        ("10:30", ("10:30", "22:30")),
        ("nine thirty", ("09:30", "21:30")),
        ("9:30", ("09:30", "21:30")),
        ("9.30 am", ("09:30",)),
        ("9.30 a.m.", ("09:30",)),
        ("09:30", ("09:30",)),
        ("nine a m", ("09:00",)),
        ("quarter to nine in the morning", ("08:45",)),
        ("a quarter after seven", ("07:15", "19:15")),
        ("twenty five to three", ("02:35", "14:35")),
        ("twenty minutes past two", ("02:20", "14:20")),
        ("quarter to one", ("00:45", "12:45")),
        ("the nine oh five slot", ("09:05", "21:05")),
        ("eight o'clock", ("08:00", "20:00")),
        ("ten o'clock tonight", ("22:00",)),
        ("four o'clock in the afternoon", ("16:00",)),
        ("14:00", ("14:00",)),
        ("fourteen hundred hours", ("14:00",)),
        ("fourteen thirty", ("14:30",)),
        ("twelve thirty am", ("00:30",)),
        ("noon", ("12:00",)),
        ("Thursday, after two", ("02:00", "14:00")),
        ("nine, or half past ten", ("10:30", "22:30")),
    ],
)
def test_times_with_what_they_leave_open(text: str, expected: tuple[str, ...]) -> None:
    assert times(text) == expected


@pytest.mark.parametrize(
    "text", ["", "ten to twelve thousand pounds", "two of those", "seven pounds", "on 3.05.2026"]
)
def test_what_is_no_time_is_not_read_as_one(text: str) -> None:
    assert times(text) == ()


@given(st.integers(1, 12), st.integers(10, 59))
def test_an_hour_and_minute_said_and_written_are_one(hour: int, minute: int) -> None:
    said = times(f"{cardinal(hour)} {cardinal(minute)}")
    assert said == times(f"{hour}:{minute}" if hour > 9 else f"{hour}.{minute}")
    assert f"{hour % 12:02d}:{minute}" in said and f"{hour % 12 + 12:02d}:{minute}" in said
    assert times(f"{cardinal(hour)} {cardinal(minute)} pm") == (f"{hour % 12 + 12:02d}:{minute}",)


@given(st.integers(13, 23), st.integers(0, 59))
def test_a_time_of_the_afternoon_written_whole_is_itself(hour: int, minute: int) -> None:
    assert times(f"at {hour:02d}:{minute:02d}.") == (f"{hour:02d}:{minute:02d}",)
