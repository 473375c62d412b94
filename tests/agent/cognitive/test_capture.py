import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.cognitive.capture import Answer, captured_value, has_no_preference
from agent.cognitive.flow import ValueType
from agent.cognitive.spoken_words import digit_by_digit, spoken_words
from agent.cognitive.wording import spoken_address
from tests.agent.cognitive.builders import NOW, TUESDAY, WEDNESDAY

OFFERED = (TUESDAY, WEDNESDAY)


def taken(value_type: ValueType, said: str, offered: tuple[str, ...] = OFFERED) -> str | None:
    return captured_value(value_type, Answer(words=spoken_words(said), offered=offered, now_iso=NOW))


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
    assert taken(ValueType.SLOT, said) == slot


def test_a_day_tells_two_slots_of_one_day_apart_only_with_its_time() -> None:
    same_day = (TUESDAY, "2026-05-19T15:00:00+01:00")
    assert taken(ValueType.SLOT, "tuesday", same_day) is None
    assert taken(ValueType.SLOT, "tuesday at three", same_day) == same_day[1]


def test_nothing_is_chosen_where_nothing_was_offered() -> None:
    assert taken(ValueType.SLOT, "the first one", ()) is None


def test_slots_are_compared_in_the_callers_zone() -> None:
    answer = Answer(
        words=["two", "o'clock"], offered=("2026-05-20T13:00:00Z",), now_iso=NOW, time_zone="Europe/London"
    )
    assert captured_value(ValueType.SLOT, answer) == "2026-05-20T13:00:00Z"


@pytest.mark.parametrize(("said", "no_preference"), [("either is fine", True), ("tuesday", False)])
def test_a_caller_may_have_no_preference(said: str, no_preference: bool) -> None:
    assert has_no_preference(said.split()) is no_preference


@pytest.mark.parametrize(
    ("said", "address"),
    [
        ("jane dot smith at gmail dot com", "jane.smith@gmail.com"),
        ("It's Jane.Smith@Example.co.uk, thanks.", "jane.smith@example.co.uk"),
        ("yeah my email is jane underscore smith at example dot org please", "jane_smith@example.org"),
        ("j a n e at e x a m p l e dot c o m", "jane@example.com"),
        ("jane eighty four at example dot com", "jane84@example.com"),
        ("sam two at g mail dot com", "sam2@gmail.com"),
        ("b as in bravo o double b at example dot co dot u k", "bobb@example.co.uk"),
        ("you can reach me at jo dash ann at my firm dot io", "jo-ann@myfirm.io"),
        ("meet me at the station", None),
        ("dot dot dot", None),
        ("", None),
    ],
)
def test_a_mail_address_is_put_together_from_what_is_said(said: str, address: str | None) -> None:
    assert taken(ValueType.EMAIL, said) == address


@pytest.mark.parametrize(
    ("said", "number"),
    [
        ("oh seven seven double oh nine hundred one two three", "07700900123"),
        ("07700 900 123", "07700900123"),
        ("it's zero seven seven zero zero, nine double zero, one two three", "07700900123"),
        ("plus four four seven seven double oh nine hundred one two three", "+447700900123"),
        ("oh two oh seven nine four six oh triple one", "02079460111"),
        ("seventy seven ninety twelve thirty four", "77901234"),
        ("call me on eight double five five oh one two three thanks", "85550123"),
        ("one two three", None),
        ("double trouble", None),
        ("no", None),
    ],
)
def test_a_telephone_number_is_put_together_digit_by_digit(said: str, number: str | None) -> None:
    assert taken(ValueType.PHONE, said) == number


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
    assert taken(ValueType.WHEN, said) == when


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
    assert taken(ValueType.MONEY, said) == sum_


@pytest.mark.parametrize(
    ("said", "timeline"),
    [
        ("yes we are, this quarter", "this quarter"),
        ("in about three months I'd say", "in about three months"),
        ("by the end of the year", "by the end of the year"),
        ("hopefully before Christmas", "before christmas"),
        ("we might", None),
    ],
)
def test_a_timeline_is_kept_as_the_caller_put_it(said: str, timeline: str | None) -> None:
    assert taken(ValueType.TIMELINE, said) == timeline


def test_any_words_will_do_for_a_text() -> None:
    assert taken(ValueType.TEXT, "Whatever, really!") == "whatever really"
    assert taken(ValueType.TEXT, "...") is None


@given(st.from_regex(r"0[1-9][0-9]{8,9}", fullmatch=True))
def test_a_number_read_out_is_the_number_taken(number: str) -> None:
    assert taken(ValueType.PHONE, digit_by_digit(number)) == number


WORD = st.from_regex(r"[bcdfghjklmn]{3,8}", fullmatch=True)


@given(WORD, WORD, WORD)
def test_an_address_read_out_is_the_address_taken(first: str, last: str, host: str) -> None:
    address = f"{first}.{last}@{host}.com"
    assert taken(ValueType.EMAIL, spoken_address(address)) == address


@given(st.sampled_from(ValueType), st.text(max_size=60))
def test_no_words_whatever_break_a_reader(value_type: ValueType, said: str) -> None:
    taken(value_type, said)
