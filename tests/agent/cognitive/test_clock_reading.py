import pytest

from agent.cognitive.clock_reading import clock_times
from agent.cognitive.spoken_words import spoken_words


@pytest.mark.parametrize(
    ("said", "times"),
    [
        ("half past two", [(2, 30, "")]),
        ("half two", [(2, 30, "")]),
        ("a quarter to four", [(3, 45, "")]),
        ("quarter past nine in the morning", [(9, 15, "am")]),
        ("twenty five minutes to one", [(12, 35, "")]),
        ("ten past twelve at night", [(12, 10, "am")]),
        ("ten forty five", [(10, 45, "")]),
        ("9:05", [(9, 5, "")]),
        ("14:30", [(14, 30, "")]),
        ("fourteen hundred hours", [(14, 0, "")]),
        ("five pm or six p.m.", [(5, 0, "pm"), (6, 0, "pm")]),
        ("Tuesday morning at ten", [(10, 0, "am")]),
        ("the nine thirty one, please", [(9, 30, "")]),
        ("seven o'clock tonight", [(7, 0, "pm")]),
        ("noon", [(12, 0, "pm")]),
        ("good morning, at three", [(3, 0, "")]),
        ("two to three days", []),
        ("at five thousand pounds", []),
        ("three of us", []),
        ("oh seven seven oh nine hundred twelve thirty four", []),
        ("in ten minutes", []),
    ],
)
def test_times_of_day_are_read_as_they_are_said(said: str, times: list[tuple[int, int, str]]) -> None:
    assert [(time.hour, time.minute, time.half) for time in clock_times(spoken_words(said))] == times


def test_a_time_that_leaves_its_half_open_may_be_two_hours() -> None:
    open_, told = clock_times(spoken_words("at four")), clock_times(spoken_words("at four in the afternoon"))
    assert [time.hours for time in (*open_, *told)] == [(4, 16), (16,)]
