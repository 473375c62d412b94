import asyncio
from typing import Any

import pytest

from agent.cognitive.dialogue import Dialogue, Said
from agent.cognitive.flow import Flow
from agent.cognitive.handoff import whisper
from agent.cognitive.orchestrator import FlowOrchestrator
from agent.cognitive.ports import ToolResult
from agent.errors import BadFlow
from agent.turn import Transfer, TurnEvent, TurnInput
from tests.agent.cognitive.builders import TUESDAY, a_flow, a_turn, answered, flow_json
from tests.fakes.tools import ScriptedTool


def handing_over(**changes: Any) -> Flow:
    """The flow of the door, where help and leaving give the call to a person."""
    raw = flow_json(**changes)
    raw["states"]["fetch_help"]["hand_over"] = {"to": "the desk"}
    raw["states"]["leave"]["hand_over"] = {"to": "the desk"}
    return a_flow(**{**changes, "states": raw["states"]})


def transferred(flow: Flow, *turns: TurnInput, answer: ToolResult | None = None) -> Transfer:
    door = ScriptedTool(
        "door.open", [answer or ToolResult(ok=True, status="success", value={"room": "hall"})]
    )
    agent = FlowOrchestrator(flow, {"door.open": door})

    async def call() -> Transfer:
        output = await agent.run_turn(answered())
        for turn in turns:
            output = await agent.run_turn(turn)
        last = output.actions[-1]
        assert isinstance(last, Transfer)
        return last

    return asyncio.run(call())


def quiet(seq: int) -> TurnInput:
    return a_turn(seq, event=TurnEvent.NO_SPEECH)


def test_a_caller_who_asks_for_a_person_is_announced_so() -> None:
    given = transferred(handing_over(), a_turn(1, "help me please"))
    assert given.context["reason"] == "explicit_request"
    assert given.context["summary"] == 'The caller asked for a person. Last said: "help me please".'


def test_an_intent_named_like_a_reason_is_that_reason() -> None:
    raw = flow_json()
    intents = {**raw["intents"], "anger": ["you are useless", "this is a joke", "I have had enough of this"]}
    given = transferred(
        handing_over(intents=intents, on={**raw["on"], "anger": "fetch_help"}), a_turn(1, "this is a joke")
    )
    assert given.context["reason"] == "anger"


def test_a_question_put_too_often_is_a_reason() -> None:
    given = transferred(handing_over(), quiet(1), quiet(2), quiet(3))
    assert given.context["reason"] == "failed_attempts"


def test_a_tool_that_fails_is_a_reason() -> None:
    failed = ToolResult(ok=False, status="error")
    given = transferred(handing_over(), a_turn(1, "yes"), answer=failed)
    assert given.context["reason"] == "system_error"


def test_a_call_too_long_is_a_reason() -> None:
    given = transferred(handing_over(turn_limit=1), quiet(1), quiet(2))
    assert given.context["reason"] == "failed_attempts"


HARDLY = {"to": "fetch_help", "below": 0.5, "turns": 2}


def test_words_hardly_heard_again_and_again_go_to_a_person() -> None:
    doubted = [a_turn(seq, "the soup is hot", stt_confidence=0.3) for seq in (1, 2)]
    given = transferred(handing_over(low_confidence=HARDLY), *doubted)
    assert given.context["reason"] == "low_confidence"


def test_words_well_heard_in_between_begin_the_count_anew() -> None:
    flow = handing_over(low_confidence=HARDLY)
    agent = FlowOrchestrator(flow, {"door.open": ScriptedTool("door.open")})

    async def outcome() -> str | None:
        output = await agent.run_turn(answered())
        for seq, confidence in enumerate((0.3, 0.9, 0.3, None), start=1):
            output = await agent.run_turn(a_turn(seq, "the soup is hot", stt_confidence=confidence, heard=""))
        return output.state.outcome

    assert asyncio.run(outcome()) is None


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"to": "nowhere"}, "low_confidence.to: there is no state 'nowhere'"),
        ({"to": "leave", "below": 2}, "low_confidence.below"),
        ({"to": "leave", "turns": 0}, "low_confidence.turns"),
        ({}, "low_confidence.to: missing"),
    ],
)
def test_a_bound_of_confidence_with_mistakes_is_refused(wrong: dict[str, Any], said: str) -> None:
    with pytest.raises(BadFlow) as refused:
        handing_over(low_confidence=wrong)
    assert said in str(refused.value)


def test_texts_and_tools_on_the_way_out_may_tell_why() -> None:
    raw = flow_json()
    raw["states"]["fetch_help"] = {
        "action": {"tool": "door.open", "arguments": {"text": "{{handoff_reason}}: {{handoff_summary}}"}},
        "outcome": "helped",
        "hand_over": {"to": "the desk"},
        "on": {"locked": "leave", "failure": "leave"},
    }
    door = ScriptedTool("door.open")
    agent = FlowOrchestrator(a_flow(states=raw["states"]), {"door.open": door})

    async def call() -> None:
        await agent.run_turn(answered())
        await agent.run_turn(a_turn(1, "help"))

    asyncio.run(call())
    assert door.calls == [{"text": 'explicit_request: The caller asked for a person. Last said: "help".'}]


def test_the_whisper_says_times_in_words_and_the_last_words_before_a_silence() -> None:
    dialogue = Dialogue(
        reason="anger",
        captured={"slot": TUESDAY, "name": "Jo", "empty": ""},
        said=(Said(who="caller", text="this is a joke"), Said(who="agent", text="I am sorry.")),
    )
    assert whisper(dialogue, quiet(4)) == (
        "The caller is angry. Caller: Jo. Known so far: slot Tuesday at ten thirty in the morning. "
        'Last said: "this is a joke".'
    )


def test_no_card_goes_to_the_person_who_takes_over() -> None:
    said = "my card is 4111 1111 1111 1111 and I want a person"
    dialogue = Dialogue(reason="explicit_request")
    assert whisper(dialogue, a_turn(3, said)) == (
        'The caller asked for a person. Last said: "my card is [card] and I want a person".'
    )
