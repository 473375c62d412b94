"""The support flow with its language models: hard turns weighed by a model over the wire, the rest at home."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from agent.cognitive.dispatch import dispatcher_for
from agent.cognitive.flow import Flow
from agent.cognitive.flow_file import BUILT_IN_FLOWS, parse_flow
from agent.cognitive.orchestrator import FlowOrchestrator
from agent.flow_documents import documents_of
from agent.model_assembly import make_models
from agent.turn import Tts, TurnEvent, TurnInput, TurnOutput
from evals.sandbox.models.openai_api import openai_api
from evals.sandbox.models.script import Script, ScriptedAnswer
from evals.sandbox.models.serving import serving
from evals.sim.world import World
from tests.agent.cognitive.test_intent_question import an_answer

FILE = BUILT_IN_FLOWS / "support.json"
OWN_SERVER = "http://127.0.0.1:11434"
OUTAGE = ["my internet is down", "four eight two seven oh three two six", "q l nine two r b"]
FALLBACK = "I'm sorry, I know how much hangs on a connection."
NUMBER, POSTCODE = "four eight two seven oh three one five", "q l four seven z x"
WAYS_PART = "i reckon it is time that you and i went our separate ways"


def at(url: str) -> Flow:
    """The flow with its models at another address."""
    text = FILE.read_text(encoding="utf-8")
    assert OWN_SERVER in text
    return parse_flow(text.replace(OWN_SERVER, url), where="support")


def played(script: Script, lines: Sequence[str]) -> list[TurnOutput]:
    async def whole() -> list[TurnOutput]:
        async with serving(openai_api(script)) as url:
            flow = at(url)
            models = make_models(flow, {})
            world = World({}, "2026-05-18T09:00:00", "Europe/London", own=documents_of(flow, FILE).tools)
            agent = FlowOrchestrator(
                flow,
                world.tools(),
                dispatcher=models.dispatcher(dispatcher_for(flow)),
                models=models.for_replies(),
            )
            outputs = []
            for seq, line in enumerate(["", *lines]):
                turn = TurnInput(
                    call_sid="call",
                    turn_id=str(seq),
                    seq=seq,
                    flow_id="support",
                    event=TurnEvent.SPEECH if seq else TurnEvent.ANSWERED,
                    transcript=line,
                    now_iso="2026-05-18T09:00:00+01:00",
                )
                outputs.append(await agent.run_turn(turn))
            await models.close()
            return outputs

    return asyncio.run(whole())


def test_a_turn_that_the_classifier_is_unsure_of_is_understood_by_the_model_and_the_others_cost_nothing() -> (
    None
):
    script = Script([ScriptedAnswer(text=(an_answer(("cancel", 0.92)),))])
    lines = ["it's about my account", NUMBER, POSTCODE, WAYS_PART, "no", "goodbye"]
    outputs = played(script, lines)
    weighed = outputs[4]
    assert weighed.trace.chosen == "cancel"
    assert weighed.trace.route.startswith("small (rule 3: ")
    assert weighed.state.path[-2:] == ("leaving", "keep")
    assert [output.trace.route for output in outputs[1:4]] == ["embedded (no rule)"] * 3
    assert len(script.received) == 1
    assert outputs[-1].state.outcome == "cancelled"


def test_a_model_that_fails_leaves_the_call_where_the_classifier_would_have_led_it() -> None:
    failing = played(
        Script([ScriptedAnswer(status=500)]), ["it's about my account", NUMBER, POSTCODE, WAYS_PART]
    )
    assert failing[-1].trace.route.startswith("embedded: small failed")
    assert failing[-1].trace.chosen == "unclear"
    assert failing[-1].state.path[-1] == "desk"


def test_a_model_cannot_take_a_wish_for_a_person_away() -> None:
    script = Script([ScriptedAnswer(text=(an_answer(("goodbye", 0.99)),))])
    outputs = played(script, ["can i please speak to a human now about all of this bother with you"])
    assert outputs[-1].state.outcome == "handed_off"


def spoken(output: TurnOutput) -> list[str]:
    return [action.text for action in output.actions if isinstance(action, Tts)]


def test_a_word_of_sympathy_is_the_models_and_the_facts_are_the_tools() -> None:
    said = "I'm sorry, that must be a nuisance with the office full."
    script = Script([ScriptedAnswer(text=(said[:20], said[20:]))])
    last = played(script, OUTAGE)[-1]
    assert said in spoken(last)
    assert FALLBACK not in spoken(last)
    assert "There is an outage in your area, because of a damaged cable." in spoken(last)
    assert last.trace.route.endswith("reply by openai/qwen3:4b")


def test_a_model_that_fails_costs_the_caller_no_more_than_its_words() -> None:
    last = played(Script([ScriptedAnswer(status=503)]), OUTAGE)[-1]
    assert FALLBACK in spoken(last)
    assert spoken(last)[-1] == "Is there anything else?"
