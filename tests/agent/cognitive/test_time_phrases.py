import pytest

from agent.cognitive.spoken_words import spoken_words
from agent.cognitive.time_phrases import sum_of_money, timeline, when_said


@pytest.mark.parametrize(
    ("said", "when"),
    [
        ("Tomorrow after five.", "tomorrow after five"),
        ("he'll be back on Monday morning I think", "on monday morning"),
        ("try in an hour or so", "in an hour"),
        ("at three", "at three"),
        ("I'm in a meeting, call me at half past two", "at half past two"),
        ("some time next week would be good", "next week"),
        ("not today", None),
        ("I may be a while", None),
        ("no idea", None),
    ],
)
def test_when_is_kept_as_the_caller_put_it(said: str, when: str | None) -> None:
    assert when_said(spoken_words(said)) == when


@pytest.mark.parametrize(
    ("said", "sum_"),
    [
        ("we have about £5,000 set aside", "five thousand pounds"),
        ("around two and a half thousand pounds", "two and a half thousand pounds"),
        ("maybe ten grand", "ten grand"),
        ("a hundred and fifty euros", "a hundred and fifty euros"),
        ("three of us", None),
        ("yes", None),
    ],
)
def test_a_sum_of_money_is_kept_as_the_caller_put_it(said: str, sum_: str | None) -> None:
    assert sum_of_money(spoken_words(said)) == sum_


@pytest.mark.parametrize(
    ("said", "time"),
    [
        ("yes we are, this quarter", "this quarter"),
        ("in about three months I'd say", "in about three months"),
        ("by the end of the year", "by the end of the year"),
        ("hopefully before Christmas", "before christmas"),
        ("we might", None),
    ],
)
def test_a_timeline_is_kept_as_the_caller_put_it(said: str, time: str | None) -> None:
    assert timeline(spoken_words(said)) == time
