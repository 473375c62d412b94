"""Whole turns: what is said, where the call rests and what counts, when a value is in doubt."""

import json
from dataclasses import replace
from typing import Any

import pytest

from agent.cognitive.chain import ToolRequest, respond
from agent.cognitive.dialogue import Dialogue
from agent.cognitive.dispatch import dispatcher_for
from agent.cognitive.flow import Flow
from agent.cognitive.flow_file import parse_flow
from agent.turn import Action, TurnEvent, TurnInput
from tests.agent.cognitive.builders import a_turn, flow_json, script_of

PHONE = {"type": "phone", "branch": "given"}
NUMBER = "zero seven seven zero zero nine zero zero one two three"
OTHER = "oh seven seven double oh nine hundred four five six"
SAID_OTHER = "zero seven seven zero zero nine zero zero four five six"


def asking(capture: dict[str, Any], **more: Any) -> Flow:
    """A flow that asks for a value `it`, then whether it may come in."""
    raw = flow_json(**more)
    raw["states"]["number"] = {"ask": "What is it?", "reask": "So what is it?", "capture": {"it": capture}}
    raw["states"]["number"]["on"] = {"given": "knock_harder", "no": "leave"}
    raw["states"]["knock"]["on"]["yes"] = "number"
    for unused in ("open_door", "inside"):
        del raw["states"][unused]
    raw["tools"] = {}
    return parse_flow(json.dumps(raw), where="test")


class Call:
    """A call that rests at the question for the value."""

    def __init__(self, flow: Flow, **turn: Any) -> None:
        self.flow, self.turn = flow, turn
        self.dialogue = Dialogue(node_id="number", path=("knock", "number"))

    def says(self, text: str, **turn: Any) -> list[str]:
        return self._takes(a_turn(1, text, **{**self.turn, **turn}))

    def presses(self, keys: str) -> list[str]:
        return self._takes(a_turn(1, keys, TurnEvent.DTMF, **self.turn))

    def is_silent(self) -> list[str]:
        return self._takes(a_turn(1, event=TurnEvent.NO_SPEECH, **self.turn))

    def _takes(self, turn: TurnInput) -> list[str]:
        _, walk = respond(self.flow, self.dialogue, turn, dispatcher_for(self.flow).scores)
        actions: list[Action] = []
        while True:
            try:
                step = next(walk)
            except StopIteration as done:
                self.dialogue = done.value
                return script_of(actions)
            assert not isinstance(step, ToolRequest)
            actions.append(step)

    @property
    def value(self) -> str | None:
        return self.dialogue.captured.get("it")


READ_BACK = [f"I have {NUMBER}.", "Is that right?"]
MOVED_ON = ["-> knock_harder", "It is locked.", "Shall I wait?"]


def in_doubt(**capture: Any) -> Call:
    return Call(asking({**PHONE, **capture}), stt_confidence=0.3)


def test_a_value_heard_badly_is_read_back_and_counts_after_a_yes() -> None:
    call = in_doubt()
    assert call.says("07700 900123") == READ_BACK
    assert (call.value, call.dialogue.node_id) == (None, "number")
    assert call.says("yes, that's right") == MOVED_ON
    assert (call.value, call.dialogue.pending) == ("07700900123", None)


def test_a_value_heard_well_counts_at_once() -> None:
    call = in_doubt()
    assert call.says("07700 900123", stt_confidence=0.9) == MOVED_ON


def test_a_recogniser_that_gives_no_confidence_is_believed() -> None:
    call = in_doubt()
    assert call.says("07700 900123", stt_confidence=None) == MOVED_ON


def test_a_number_that_cannot_be_dialled_is_read_back_however_well_it_was_heard() -> None:
    call = in_doubt()
    call.turn["variables"] = {"time_zone": "Europe/London"}
    assert call.says("07700 9001234", stt_confidence=1.0)[-1] == "Is that right?"


def test_a_capture_may_always_or_never_be_confirmed() -> None:
    assert in_doubt(confirm="never").says("07700 900123") == MOVED_ON
    assert in_doubt(confirm="always").says("07700 900123", stt_confidence=1.0) == READ_BACK


def test_a_no_with_another_value_reads_that_one_back() -> None:
    call = in_doubt()
    call.says("07700 900123")
    assert call.says(f"no, it's {OTHER}") == [f"I have {SAID_OTHER}.", "Is that right?"]
    call.says("yes")
    assert call.value == "07700900456"


def test_the_same_value_told_again_counts() -> None:
    call = in_doubt()
    call.says("07700 900123")
    assert call.says("07700 900123") == MOVED_ON


def test_a_no_asks_again_and_after_two_more_takes_the_branch_for_it() -> None:
    call = in_doubt(unconfirmed="no")
    call.says("07700 900123")
    assert call.says("no") == ["Sorry about that.", "So what is it?"]
    assert call.says("07700 900123") == READ_BACK
    assert call.says("nah, that's wrong") == ["-> leave", "Goodbye, then.", "END left"]
    assert call.value is None


def test_without_a_branch_of_its_own_a_value_turned_down_is_unclear() -> None:
    call = in_doubt()
    for said in ("07700 900123", "no", "07700 900123"):
        call.says(said)
    assert call.says("no") == ["-> again", "Hello?", "-> number", "So what is it?"]


def test_silence_and_mumbling_are_asked_again_a_bounded_number_of_times() -> None:
    call = in_doubt()
    call.says("07700 900123")
    assert call.is_silent() == READ_BACK
    assert call.says("the soup is hot") == READ_BACK
    assert call.says("...") == ["-> again", "Hello?", "-> number", "So what is it?"]


def test_a_wish_that_goes_before_all_others_goes_before_the_answer() -> None:
    call = in_doubt()
    call.says("07700 900123")
    assert call.says("help me please")[0] == "-> fetch_help"
    assert call.value is None


def test_keys_settle_what_was_heard_badly() -> None:
    call = in_doubt()
    call.says("07700 900123")
    assert call.presses("07700900123#") == MOVED_ON
    assert call.value == "07700900123"


WHICH = [f"I have {SAID_OTHER} from your keypad, and {NUMBER} from what you said.", "Which of them is right?"]


@pytest.mark.parametrize(
    ("answer", "value"),
    [
        ("the one I typed", "07700900456"),
        ("what I said", "07700900123"),
        (OTHER, "07700900456"),
        ("the second one", "07700900123"),
    ],
)
def test_keys_that_differ_from_the_words_are_asked_about_and_never_guessed(answer: str, value: str) -> None:
    call = in_doubt()
    call.says("07700 900123")
    assert call.presses("07700900456") == WHICH
    assert call.value is None
    assert call.says("yes") == WHICH
    assert call.says(answer) == MOVED_ON
    assert call.value == value


def test_keys_after_the_question_has_moved_on_are_asked_about_where_they_differ() -> None:
    call = in_doubt()
    assert call.says("07700 900123", stt_confidence=0.9) == MOVED_ON
    assert call.presses("07700900456") == WHICH
    assert call.value == "07700900123"
    assert call.says("the one I typed") == [
        f"{SAID_OTHER.capitalize()}, then.",
        "It is locked.",
        "Shall I wait?",
    ]
    assert (call.value, call.dialogue.node_id) == ("07700900456", "knock_harder")


def test_words_after_keys_that_differ_are_asked_about() -> None:
    call = in_doubt()
    assert call.presses("07700900456") == MOVED_ON
    assert call.says("no, I said 07700 900123") == WHICH


def test_keys_stand_for_choices() -> None:
    call = Call(
        asking({"type": "choice", "branch": "given", "choices": {"a": [], "b": []}, "keys": {"2": "b"}})
    )
    assert call.presses("2") == MOVED_ON
    assert call.value == "b"


DATE = {"type": "date", "branch": "given"}


def test_an_answer_is_put_right_while_the_next_question_is_open() -> None:
    call = Call(asking(DATE))
    assert call.says("on Wednesday") == MOVED_ON
    assert call.says("sorry, I meant Thursday") == [
        "Thursday the twenty first of May, then.",
        "It is locked.",
        "Shall I wait?",
    ]
    assert (call.value, call.dialogue.node_id) == ("2026-05-21", "knock_harder")
    assert call.says("actually make it Friday")[0] == "Friday the twenty second of May, then."


def test_a_day_that_may_be_another_is_read_back_before_it_counts() -> None:
    call = Call(asking(DATE))
    assert call.says("next Wednesday") == ["I have Wednesday the twenty seventh of May.", "Is that right?"]
    assert call.says("no, this Wednesday") == ["I have Wednesday the twentieth of May.", "Is that right?"]
    assert call.says("yes") == MOVED_ON


def test_an_answer_two_turns_old_is_not_put_right_by_the_way() -> None:
    call = Call(asking(DATE))
    call.says("on Wednesday")
    call.says("the soup is hot")
    call.says("sorry, I meant Thursday")
    assert call.value == "2026-05-20"


def test_an_answer_to_the_open_question_is_no_correction() -> None:
    call = Call(asking(DATE))
    call.says("on Wednesday")
    assert call.says("no") == ["-> leave", "Goodbye, then.", "END left"]
    assert call.value == "2026-05-20"


def test_the_flow_may_say_it_in_its_own_words() -> None:
    flow = asking({**PHONE, "confirm": "always"}, values={"read_back": "{{value}}, yes?"})
    assert Call(flow).says("07700 900123") == [f"{NUMBER.capitalize()}, yes?"]


def test_a_flow_that_has_changed_lets_a_pending_value_go() -> None:
    call = in_doubt()
    call.says("07700 900123")
    assert call.dialogue.pending is not None
    call.dialogue = replace(call.dialogue, pending=replace(call.dialogue.pending, variable="gone"))
    assert call.says("yes")[0] == "-> again"
