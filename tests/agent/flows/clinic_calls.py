"""Calls to the clinic in text, for its tests: the flow, its documents and a fake world, and a way to every question."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from agent.cognitive.flow import Flow
from agent.cognitive.flow_file import BUILT_IN_FLOWS, built_in_flow
from agent.cognitive.orchestrator import FlowOrchestrator
from agent.cognitive.ports import Tool
from agent.flow_documents import documents_of
from agent.turn import Json, Tts, TurnEvent, TurnInput, TurnOutput
from evals.record import ToolCall
from evals.sim.world import World

CLINIC = built_in_flow("clinic")
SILENCE = TurnEvent.NO_SPEECH
GONE = TurnEvent.HANGUP

Move = str | TurnEvent

KNEE = ("I'd like to see someone about my knee.",)
NAMED = ("Robin Hale, H A L E.", "Yes.")
BORN = ("The third of June, nineteen eighty four.", "Yes.")
TO_OFFER = (*KNEE, *NAMED, *BORN, "It's swollen.", "This number.")
MOVE = ("I need to move my appointment.", *NAMED, *BORN)
SCRIPT = ("I'd like to order a repeat prescription.",)

WAY_TO: Mapping[str, tuple[Move, ...]] = {
    "greeting": (),
    "book_name": KNEE,
    "book_birth": (*KNEE, *NAMED),
    "visit_reason": (*KNEE, *NAMED, *BORN),
    "contact_number": (*KNEE, *NAMED, *BORN, "It's swollen."),
    "offer": TO_OFFER,
    "other_times": (*TO_OFFER, "I can't do either of those."),
    "change_name": MOVE[:1],
    "change_birth": MOVE[:3],
    "move_or_cancel": ("It's about the appointment that I have on Wednesday.", *NAMED, *BORN),
    "move_offer": MOVE,
    "move_times": (*MOVE, "I can't do either of those."),
    "cancel_check": ("I have to cancel my appointment.", *NAMED, *BORN),
    "script_name": SCRIPT,
    "script_birth": (*SCRIPT, *NAMED),
    "script_item": (*SCRIPT, *NAMED, *BORN),
}
"""By question, what a caller says on the way to it."""


@dataclass(frozen=True, kw_only=True)
class Played:
    path: tuple[str, ...]
    outcome: str | None
    captured: Mapping[str, str]
    tools: list[ToolCall]
    replies: tuple[str, ...]
    sentences: tuple[str, ...]
    last: TurnOutput

    @property
    def said(self) -> str:
        return " ".join(self.replies)

    def asked_of(self, tool: str) -> list[Mapping[str, Json]]:
        return [call.arguments for call in self.tools if call.name == tool]


@cache
def documents() -> Mapping[str, Tool]:
    return documents_of(CLINIC, BUILT_IN_FLOWS / "clinic.json").tools


def play(
    *moves: Move,
    world: Mapping[str, Json] | None = None,
    heard: Mapping[int, str] | None = None,
    phone: str = "07700900456",
    flow: Flow = CLINIC,
) -> Played:
    """A call in which the caller makes these moves; figures alone are keyed in, `heard` marks interruptions."""
    the_world = World(world or {}, "2026-05-18T09:00:00", "Europe/London", own=documents())

    async def whole() -> list[TurnOutput]:
        agent = FlowOrchestrator(flow, the_world.tools())
        outputs = []
        for seq, move in enumerate([TurnEvent.ANSWERED, *moves]):
            words = "" if isinstance(move, TurnEvent) else move
            keyed = words.isdigit()
            event = move if isinstance(move, TurnEvent) else TurnEvent.DTMF if keyed else TurnEvent.SPEECH
            turn = TurnInput(
                call_sid="call",
                turn_id=str(seq),
                seq=seq,
                flow_id="clinic",
                event=event,
                transcript=words,
                variables={"phone": phone, "time_zone": "Europe/London"},
                heard=(heard or {}).get(seq),
                now_iso="2026-05-18T09:00:00+01:00",
            )
            outputs.append(await agent.run_turn(turn))
        return outputs

    outputs = asyncio.run(whole())
    spoken = [tuple(a.text for a in output.actions if isinstance(a, Tts)) for output in outputs]
    return Played(
        path=outputs[-1].state.path,
        outcome=outputs[-1].state.outcome,
        captured=outputs[-1].state.captured,
        tools=the_world.calls,
        replies=tuple(" ".join(reply) for reply in spoken),
        sentences=tuple(sentence for reply in spoken for sentence in reply),
        last=outputs[-1],
    )
