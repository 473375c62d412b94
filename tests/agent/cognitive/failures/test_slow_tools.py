"""What a caller hears, and when, while a tool is slow, silent or to be asked again: whole calls on virtual time."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from contextlib import aclosing
from typing import Any

import pytest

from agent.cognitive.flow import Flow
from agent.cognitive.flow_file import BUILT_IN_FLOWS, parse_flow
from agent.cognitive.stores.memory import MemoryStore
from agent.flow_assembly import make_dialogue
from agent.turn import Tts, TurnInput, TurnOutput
from evals.sim.virtual_time import run_virtual
from evals.sim.world import World
from tests.agent.cognitive.builders import NOW
from tests.agent.cognitive.failures.calls import INTERESTED, TO_A_BOOKING, WEDNESDAY, YES, line, opening

FILLER = "One moment, Alex."
OFFER = "I have Tuesday at ten thirty in the morning or Wednesday at two in the afternoon."
NO_DIARY = "I'm sorry, I can't see our diary just now."

Heard = list[tuple[int, str]]
"""Milliseconds after the turn came, and what was said then."""


def patient() -> Flow:
    """The booking flow with a word for callers who wait for the calendar."""
    data = json.loads((BUILT_IN_FLOWS / "booking.json").read_text("utf-8"))
    for tool in ("cal.propose_slots", "cal.create_booking"):
        data["tools"][tool] = {"statuses": data["tools"][tool], "filler": "One moment, {{first_name}}."}
    return parse_flow(json.dumps(data), where="test")


FLOW = patient()


async def answered(agent: Any, turn: TurnInput) -> tuple[Heard, TurnOutput]:
    loop = asyncio.get_running_loop()
    began_s, heard = loop.time(), []
    async with aclosing(agent.stream_turn(turn)) as steps:
        async for step in steps:
            if isinstance(step, Tts):
                heard.append((round((loop.time() - began_s) * 1000), step.text))
            elif isinstance(step, TurnOutput):
                output = step
    return heard, output


def last_turn(world: Mapping[str, Any], lines: Sequence[str]) -> tuple[Heard, TurnOutput, World]:
    """What is heard in the last turn of a call, and the same turn again, which must be the same at once."""
    the_world = World(world, NOW, "Europe/London", takes_time=True)
    store = MemoryStore()

    async def played() -> tuple[Heard, TurnOutput]:
        agent = make_dialogue(FLOW, the_world.tools(), store=store)
        heard, output = await answered(agent, opening(flow=FLOW))
        for seq, words in enumerate(lines, start=1):
            heard, output = await answered(agent, line(seq, words, flow=FLOW))
        again, same = await answered(agent, line(len(lines), lines[-1], flow=FLOW))
        assert same == output
        assert again == [(0, text) for _, text in heard], "the filler is in the journal too"
        return heard, output

    return *run_virtual(played()), the_world


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ({"delay_ms": 700}, [(0, "Great."), (700, OFFER)]),
        ({"delay_ms": 900}, [(0, "Great."), (800, FILLER), (900, OFFER)]),
        ({"fault": "slow"}, [(0, "Great."), (800, FILLER), (1500, OFFER)]),
        ({"fault": "rate_limited", "times": 1}, [(0, "Great."), (800, FILLER), (1000, OFFER)]),
        ({"fault": "timeout"}, [(0, "Great."), (800, FILLER), (2000, NO_DIARY)]),
        # A second 429 would be waited for beyond the deadline: the caller is told at once.
        ({"fault": "rate_limited"}, [(0, "Great."), (800, FILLER), (1000, NO_DIARY)]),
        ({"fault": "refused"}, [(0, "Great."), (0, NO_DIARY)]),
    ],
)
def test_nobody_waits_longer_than_the_filler_without_a_word(entry: Mapping[str, Any], said: Heard) -> None:
    heard, _, _ = last_turn({"cal.propose_slots": entry}, (YES, INTERESTED))
    assert heard[: len(said)] == said


def test_a_booking_that_is_slow_is_bridged_and_made_once() -> None:
    heard, output, world = last_turn(
        {"cal.create_booking": {"fault": "slow"}, "crm.create_meeting": {"delay_ms": 400}}, TO_A_BOOKING
    )
    assert heard == [
        (0, "Wednesday at two in the afternoon."),
        (0, "Let me book that for you."),
        (800, FILLER),
        (1500, "You're booked for Wednesday at two in the afternoon."),
        (1500, "A calendar invite is on its way to you."),
        (1500, "Thank you, Alex, and goodbye."),
    ]
    assert output.state.outcome == "booked"
    assert [call.name for call in world.calls].count("cal.create_booking") == 1


def test_a_caller_who_leaves_while_the_tool_is_slow_leaves_a_turn_that_goes_on() -> None:
    the_world = World({"cal.create_booking": {"fault": "slow"}}, NOW, "Europe/London", takes_time=True)
    store = MemoryStore()

    async def played() -> tuple[Heard, TurnOutput]:
        agent = make_dialogue(FLOW, the_world.tools(), store=store)
        await answered(agent, opening(flow=FLOW))
        await answered(agent, line(1, YES, flow=FLOW))
        await answered(agent, line(2, INTERESTED, flow=FLOW))
        async with aclosing(agent.stream_turn(line(3, WEDNESDAY, flow=FLOW))) as steps:
            async for step in steps:
                if isinstance(step, Tts) and step.text == FILLER:
                    break
        return await answered(
            make_dialogue(FLOW, the_world.tools(), store=store), line(3, WEDNESDAY, flow=FLOW)
        )

    heard, output = run_virtual(played())
    assert [text for _, text in heard[:3]] == [
        "Wednesday at two in the afternoon.",
        "Let me book that for you.",
        FILLER,
    ]
    assert output.state.outcome == "booked"
