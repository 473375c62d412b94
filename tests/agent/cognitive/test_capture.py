import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.cognitive.capture import Answer, captured_value
from agent.cognitive.flow import ValueType
from agent.cognitive.spoken_words import spoken_words
from tests.agent.cognitive.builders import NOW, TUESDAY, WEDNESDAY


def taken(value_type: ValueType, said: str) -> str | None:
    return captured_value(
        value_type, Answer(words=spoken_words(said), offered=(TUESDAY, WEDNESDAY), now_iso=NOW)
    )


@pytest.mark.parametrize(
    ("value_type", "said", "value"),
    [
        (ValueType.SLOT, "the second one", WEDNESDAY),
        (ValueType.EMAIL, "jo at example dot com", "jo@example.com"),
        (ValueType.PHONE, "07700 900123", "07700900123"),
        (ValueType.WHEN, "tomorrow, I think", "tomorrow"),
        (ValueType.MONEY, "say £20", "twenty pounds"),
        (ValueType.TIMELINE, "next month", "next month"),
        (ValueType.TEXT, "Whatever, really!", "whatever really"),
    ],
)
def test_each_type_has_its_reader(value_type: ValueType, said: str, value: str) -> None:
    assert taken(value_type, said) == value


@pytest.mark.parametrize("value_type", ValueType)
def test_no_words_hold_no_value(value_type: ValueType) -> None:
    assert taken(value_type, "...") is None


@settings(deadline=None)
@given(st.sampled_from(ValueType), st.text(max_size=60))
def test_no_words_whatever_break_a_reader(value_type: ValueType, said: str) -> None:
    taken(value_type, said)
