from hypothesis import given, settings
from hypothesis import strategies as st

from agent.cognitive.guard.redaction.redaction import RedactionState, Speaker
from agent.cognitive.guard.redaction.redactor import redact
from agent.cognitive.guard.redaction.structures import MAX_DEPTH, redacted
from agent.turn import TurnEvent, TurnInput


def test_values_are_redacted_by_their_form_and_by_what_their_keys_say() -> None:
    answer = {
        "contact": {"email": "jane@example.com", "phone": "7700900", "first_name": "Alex"},
        "order_id": "48213377",
        "slot": "2026-05-19T10:30:00+01:00",
        "cardNumber": "anything",
        "cvv": 123,
        "count": 3,
        "paid": True,
        "note": None,
    }
    assert redacted(answer, RedactionState().knowing(["Alex"])) == {
        "contact": {"email": "[email]", "phone": "[phone]", "first_name": "[name]"},
        "order_id": "48213377",
        "slot": "2026-05-19T10:30:00+01:00",
        "cardNumber": "[secret]",
        "cvv": "[secret]",
        "count": 3,
        "paid": True,
        "note": None,
    }


def test_a_card_spread_over_several_values_is_found() -> None:
    assert redacted({"a": ["4111 1111", {"b": "1111 1111"}]}) == {"a": ["[card]", {"b": "[card]"}]}


def test_a_card_as_a_number_is_found_and_other_numbers_stay() -> None:
    assert redacted([4111111111111111, 4111111111111112, 1.5, 10**30]) == [
        "[card]", 4111111111111112, 1.5, 10**30
    ]  # fmt: skip


def test_a_turn_stays_a_turn_and_its_names_of_call_and_place_stay() -> None:
    turn = TurnInput(
        call_sid="4111111111111111",
        turn_id="4111111111111111",
        seq=1,
        flow_id="f",
        event=TurnEvent.SPEECH,
        transcript="it's 4111111111111111",
        variables={"email": "a@b.com"},
    )
    done = redacted(turn)
    assert (done.call_sid, done.turn_id, done.event) == (turn.call_sid, turn.turn_id, turn.event)
    assert (done.transcript, done.variables) == ("it's [card]", {"email": "[email]"})


def test_what_the_agent_asked_for_counts_for_a_turns_transcript() -> None:
    state = redact("What is the security code?", RedactionState(), Speaker.AGENT).state
    turn = TurnInput(call_sid="c", turn_id="t", seq=1, flow_id="f", event=TurnEvent.DTMF, transcript="721")
    assert redacted(turn, state).transcript == "[security code]"


def test_what_is_nested_beyond_reason_is_dropped() -> None:
    nested: list[object] = ["4111111111111111"]
    for _ in range(10 * MAX_DEPTH):
        nested = [nested]
    assert "4111" not in repr(redacted(nested))


def test_a_key_that_was_taken_out_says_nothing_of_its_value() -> None:
    once = redacted({"0000000": "4111 1111"})
    assert once == redacted(once) == {"[phone]": "4111 1111"}


JSON = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(),
        st.text(max_size=20),
        st.sampled_from(["4111 1111", "1111", "07700 900123", "a@b.com", "[card]", "one two three four"]),
    ),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@settings(deadline=None)
@given(JSON)
def test_any_structure_is_redacted_and_a_second_time_changes_nothing(value: object) -> None:
    once = redacted(value)
    assert repr(redacted(once)) == repr(once)  # repr: not-a-number is not equal to itself
