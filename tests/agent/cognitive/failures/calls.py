"""Whole calls of the booking flow while something fails, and what their caller hears and the journal keeps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from agent.cognitive.flow import Flow
from agent.cognitive.flow_file import built_in_flow
from agent.cognitive.ports import Journal, ToolAnswered, TurnClosed
from agent.turn import Tts, TurnInput, TurnOutput
from evals.sim.world import World
from tests.agent.cognitive.builders import NOW, a_turn, answered

BOOKING = built_in_flow("booking")
ABOUT = {"first_name": "Alex", "email": "alex@example.com", "time_zone": "Europe/London"}
YES, INTERESTED, WEDNESDAY = "yes speaking", "yes we are this quarter", "the second one"
TO_A_BOOKING = (YES, INTERESTED, WEDNESDAY)
TROUBLE = BOOKING.trouble


def opening(call: str = "call", flow: Flow = BOOKING) -> TurnInput:
    return answered(flow_id=flow.name, variables=ABOUT, call_sid=call)


def line(seq: int, words: str, call: str = "call", flow: Flow = BOOKING) -> TurnInput:
    return a_turn(seq, words, flow_id=flow.name, variables=ABOUT, call_sid=call)


def a_world(**world: Mapping[str, str | int]) -> World:
    """The tools of one call: a fake; `cal_propose_slots={"fault": "error"}`."""
    return World({name.replace("_", ".", 1): entry for name, entry in world.items()}, NOW, "Europe/London")


def heard(output: TurnOutput) -> str:
    """All that is said in a turn; never nothing."""
    said = " ".join(action.text for action in output.actions if isinstance(action, Tts))
    assert said.strip(), f"silence in {output.turn_id} ({output.trace.chosen})"
    return said


def all_heard(outputs: Sequence[TurnOutput]) -> list[str]:
    return [heard(output) for output in outputs]


async def kept(journal: Journal, call: str, turn_id: str) -> tuple[bool, list[tuple[str, str]]]:
    """Whether the journal has the turn whole, and its tools with their statuses."""
    entries = await journal.entries(call, turn_id)
    tools = [(entry.trace.name, entry.trace.status) for entry in entries if isinstance(entry, ToolAnswered)]
    return bool(entries) and isinstance(entries[-1], TurnClosed), tools
