"""Turns that no dialogue takes (an unknown flow, a call that nothing is known of): what the caller hears then."""

from __future__ import annotations

import pytest

from agent.audio.reply import APOLOGY, Reply, ReplyMaker
from agent.clock import LoopClock
from agent.events import CallEvent, ProviderFailed
from agent.flow_assembly import make_dialogue
from agent.serving.flow_service import FlowServiceOptions, make_service
from agent.turn import EndCall, StreamTurn, TurnInput
from evals.sim.virtual_time import run_virtual
from tests.agent.cognitive.builders import a_flow, answered
from tests.agent.cognitive.failures.calls import BOOKING, INTERESTED, a_world, line, opening
from tests.fakes.tone_voice import ToneVoice


def spoken(stream_turn: StreamTurn, turn: TurnInput) -> tuple[str, Reply, list[CallEvent]]:
    """What the audio layer says to a turn, how that ends the call, and what it notes."""
    events: list[CallEvent] = []
    reply = Reply(seq=turn.seq)

    async def said() -> list[str]:
        maker = ReplyMaker(
            stream_turn=stream_turn, tts=ToneVoice(), voice="en-gb", clock=LoopClock(), on_event=events.append
        )
        return [word.text async for burst in maker.reply(turn, reply) for word in burst.words]

    return " ".join(run_virtual(said())), reply, events


def test_a_turn_that_is_answered_is_spoken() -> None:
    said, reply, _ = spoken(make_dialogue(BOOKING, a_world().tools()).stream_turn, opening())
    assert said.startswith("Hi, this is Nova from Quantum.") and reply.ending is None


@pytest.mark.parametrize("turn", [answered(flow_id="bookings"), line(3, INTERESTED, flow=a_flow())])
def test_a_flow_that_is_not_here_is_an_apology_and_the_end(turn: TurnInput) -> None:
    said, reply, events = spoken(make_dialogue(BOOKING, a_world().tools()).stream_turn, turn)
    assert said == APOLOGY
    assert reply.ending == EndCall(reason="failed")
    (failed,) = [event for event in events if isinstance(event, ProviderFailed)]
    assert (failed.provider, failed.error.split(":")[0]) == ("dialogue", "UnknownFlow")


def test_a_call_whose_service_has_died_with_its_memory_is_an_apology_and_the_end() -> None:
    service = make_service(FlowServiceOptions(flows=["booking"]), tools=lambda flow: a_world().tools())
    said, reply, events = spoken(service.flows["booking"].stream_turn, line(2, INTERESTED))
    assert said == APOLOGY
    assert reply.ending == EndCall(reason="failed")
    assert [event.error.split(":")[0] for event in events if isinstance(event, ProviderFailed)] == [
        "LostCall"
    ]
