import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.cognitive.capture import Answer, captured_value
from agent.cognitive.flow import ValueType
from agent.cognitive.repairs import after_repairs, opening_repair, without_refusals
from agent.cognitive.spoken_words import spoken_words
from tests.agent.cognitive.builders import NOW, TUESDAY, WEDNESDAY


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("Tuesday, no, Wednesday", ["wednesday"]),
        ("Tuesday, er no sorry, Wednesday, I mean Friday", ["friday", "wednesday i mean friday"]),
        ("no, Wednesday", []),
        ("Tuesday, sorry", []),
        ("Tuesday", []),
    ],
)
def test_what_stands_after_an_editing_term_comes_last_first(said: str, kept: list[str]) -> None:
    assert [" ".join(words) for words in after_repairs(spoken_words(said))] == kept


def test_the_no_of_a_repair_refuses_nothing() -> None:
    words = "no we plan it in the spring no sorry this autumn".split()
    assert without_refusals(words) == tuple("no we plan it in the spring this autumn".split())


@pytest.mark.parametrize(
    ("said", "rest"),
    [
        ("Sorry, I meant Thursday", ("thursday", True)),
        ("actually make it four", ("four", True)),
        ("no, Wednesday", ("wednesday", False)),
        ("oh wait, no, Wednesday", ("wednesday", False)),
        ("Wednesday", None),
        ("no", None),
    ],
)
def test_a_turn_may_open_by_taking_something_back(said: str, rest: tuple[str, bool] | None) -> None:
    found = opening_repair(spoken_words(said))
    assert (None if found is None else (" ".join(found[0]), found[1])) == rest


@pytest.mark.parametrize(
    ("value_type", "said", "value"),
    [
        (ValueType.SLOT, "Tuesday, no, Wednesday", WEDNESDAY),
        (ValueType.SLOT, "Wednesday at two, actually Tuesday", TUESDAY),
        (ValueType.SLOT, "Tuesday, sorry, I'm thinking", TUESDAY),
        (ValueType.MONEY, "six thousand pounds, well no, two thousand pounds", "two thousand pounds"),
        (ValueType.DATE, "the third, scratch that, the fourth of June", "2026-06-04"),
        (ValueType.TIME, "at four in the afternoon, I mean five in the afternoon", "17:00"),
        (ValueType.EMAIL, "jo at example dot com, sorry, jim at example dot com", "jim@example.com"),
        (ValueType.AMOUNT, "ten pounds, make that twelve pounds", "GBP 12.00"),
        (ValueType.TEXT, "Tuesday, no, Wednesday", "tuesday no wednesday"),
    ],
)
def test_the_last_value_of_a_line_counts(value_type: ValueType, said: str, value: str) -> None:
    answer = Answer(words=spoken_words(said), offered=(TUESDAY, WEDNESDAY), now_iso=NOW)
    assert captured_value(value_type, answer) == value


@given(
    st.lists(st.sampled_from("no sorry i mean meant tuesday wednesday make it actually wait four".split()))
)
def test_what_stands_after_a_repair_is_always_an_end_of_the_words(words: list[str]) -> None:
    for rest in after_repairs(words):
        assert rest
        assert list(rest) == words[-len(rest) :]
