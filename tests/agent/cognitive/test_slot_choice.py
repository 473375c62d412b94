import pytest

from agent.cognitive.slot_choice import chosen_slot, has_no_preference
from agent.cognitive.spoken_words import spoken_words
from tests.agent.cognitive.builders import NOW, TUESDAY, WEDNESDAY

OFFERED = (TUESDAY, WEDNESDAY)


def chosen(said: str, offered: tuple[str, ...] = OFFERED, time_zone: str = "") -> str | None:
    return chosen_slot(spoken_words(said), offered, now_iso=NOW, time_zone=time_zone)


@pytest.mark.parametrize(
    ("said", "slot"),
    [
        ("The first one.", TUESDAY),
        ("second please", WEDNESDAY),
        ("the last one", WEDNESDAY),
        ("the later of the two", WEDNESDAY),
        ("the first of those", TUESDAY),
        ("the second of June", None),
        ("Tuesday works", TUESDAY),
        ("tuesday's good", TUESDAY),
        ("yes ten thirty", TUESDAY),
        ("10:30 is fine", TUESDAY),
        ("half past ten", TUESDAY),
        ("two o'clock", WEDNESDAY),
        ("at two", WEDNESDAY),
        ("the afternoon one", WEDNESDAY),
        ("in the morning, please", TUESDAY),
        ("tomorrow", TUESDAY),
        ("the twentieth of May", WEDNESDAY),
        ("I can't do Tuesday, but Wednesday is okay", WEDNESDAY),
        ("not the first one, the second", WEDNESDAY),
        ("tuesday won't work so wednesday", WEDNESDAY),
        ("no, Wednesday", WEDNESDAY),
        ("Friday", None),
        ("Tuesday at four o'clock", None),
        ("Tuesday or Wednesday", None),
        ("that one", None),
        ("the third one", None),
        ("I have one question", None),
        ("good morning", None),
        ("not on Tuesday", None),
        ("bananas", None),
    ],
)
def test_a_slot_is_chosen_by_place_day_or_time_and_never_guessed(said: str, slot: str | None) -> None:
    assert chosen(said) == slot


def test_a_day_tells_two_slots_of_one_day_apart_only_with_its_time() -> None:
    same_day = (TUESDAY, "2026-05-19T15:00:00+01:00")
    assert chosen("tuesday", same_day) is None
    assert chosen("tuesday at three", same_day) == same_day[1]


def test_nothing_is_chosen_where_nothing_was_offered() -> None:
    assert chosen("the first one", ()) is None


def test_slots_are_compared_in_the_callers_zone() -> None:
    assert chosen("two o'clock", ("2026-05-20T13:00:00Z",), "Europe/London") == "2026-05-20T13:00:00Z"


def test_what_was_offered_may_be_no_time_at_all() -> None:
    assert chosen("tuesday", ("soon", TUESDAY)) == TUESDAY


@pytest.mark.parametrize(
    ("said", "no_preference"),
    [
        ("either is fine", True),
        ("either's fine", True),
        ("i can't say either's any good", False),
        ("i don't mind either of those", True),
        ("tuesday", False),
        ("no i'm not about for either of those", False),
        ("i can't do either", False),
    ],
)
def test_a_caller_may_have_no_preference(said: str, no_preference: bool) -> None:
    assert has_no_preference(said.split()) is no_preference
