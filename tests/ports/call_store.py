"""What every state store and every journal must do, whoever makes it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from agent.cognitive.dialogue import Dialogue
from agent.cognitive.ports import (
    Acted,
    Dispatched,
    Held,
    Journal,
    JournalEntry,
    StateStore,
    ToolAnswered,
    ToolResult,
    TurnClosed,
    TurnOpened,
    Weighed,
)
from agent.errors import StateConflict
from agent.turn import (
    DialogueState,
    EndCall,
    IntentScore,
    ToolTrace,
    Transfer,
    Transition,
    Tts,
    TurnOutput,
    TurnTrace,
)
from tests.agent.cognitive.builders import a_turn, answered

STANDING = Dialogue(
    node_id="offer", path=("greeting", "offer"), captured={"name": "Zoë"}, known={"offered": ("a", "b"), "room": "c"},
    visits={"again": 1}, turns=2, outcome="booked", ending=Transfer(to="+442079460100", context={"why": "asked"}),
    seq=2, resting=False,
)  # fmt: skip
WEIGHED = Weighed(scores=(IntentScore(intent="yes", score=0.75, reason="said so"),), model="m", tokens_in=3)
TRACE = ToolTrace(
    name="cal.book", arguments={"slot": "10:30", "n": 2, "flag": True, "none": None, "list": [1, {"a": 0.5}]},
    status="success", value={"id": "é\u0000"}, error="", idempotency_key="call/turn/0/cal.book",
)  # fmt: skip
OUTPUT = TurnOutput(
    turn_id="turn-1",
    actions=(Tts(text="Hello."), Transition(node_id="x"), EndCall(reason="booked"), Transfer(to="y")),
    state=DialogueState(node_id="x", path=("x",), captured={"a": "b"}, outcome="booked"),
    trace=TurnTrace(intents=WEIGHED.scores, chosen="yes", tools=(TRACE,), stage_ns={"tools": 7}),
)
EVERY_KIND: Sequence[JournalEntry] = (
    TurnOpened(turn=a_turn(1, "yes", heard="", variables={"x": "y"}, stt_confidence=0.5), before=STANDING),
    Dispatched(weighed=WEIGHED),
    *(Acted(action=action) for action in OUTPUT.actions),
    ToolAnswered(trace=TRACE, result=ToolResult(ok=False, status="locked", value={"a": [1]}, error="e")),
    TurnClosed(output=OUTPUT, after=STANDING),
)
"""A turn with an entry of each kind, and every field of each in use."""


async def check_state_store(store: StateStore, other: StateStore, call: str) -> None:
    """`other` is a second worker's view of the same store; `call` is a call that it does not know."""
    assert await store.load(call) == Held(dialogue=None, version=0)
    first = await store.save(call, STANDING, after=0)
    assert await other.load(call) == Held(dialogue=STANDING, version=first)
    second = await other.save(call, Dialogue(node_id="later"), after=first)
    assert second > first
    for stale in (0, first, second + 1):
        with pytest.raises(StateConflict):
            await store.save(call, STANDING, after=stale)
    assert await store.load(call) == Held(dialogue=Dialogue(node_id="later"), version=second)
    assert (await store.load(call + "-another")).dialogue is None
    # Of several who saw the same version one gets its own in.
    assert sum(await _together([_wins(store.save(call, STANDING, after=second)) for _ in range(5)])) == 1


async def check_journal(journal: Journal, other: Journal, call: str) -> None:
    """`other` is a second worker's view of the same journal; `call` is a call that it does not know."""
    opening, turn = answered(call_sid=call), a_turn(1, "yes", call_sid=call)
    opened = TurnOpened(turn=opening, before=None)
    assert await journal.entries(call, opening.turn_id) == ()
    assert await journal.last_turn(call) == ()
    await journal.append(opening, 0, [opened])
    await journal.append(opening, 1, EVERY_KIND[2:4])
    assert await other.entries(call, opening.turn_id) == (opened, *EVERY_KIND[2:4])
    assert await other.last_turn(call) == (opened, *EVERY_KIND[2:4])
    await other.append(turn, 0, EVERY_KIND)
    assert await journal.entries(call, turn.turn_id) == tuple(EVERY_KIND)
    assert await journal.last_turn(call) == tuple(EVERY_KIND)
    # A place taken is taken, and then none of the entries is kept.
    for place in (0, len(EVERY_KIND) - 1):
        with pytest.raises(StateConflict):
            await journal.append(turn, place, EVERY_KIND[:2])
    # Nor can another turn have this one's number, or this one another number.
    for rival in (
        a_turn(1, "yes", call_sid=call, turn_id="rival"),
        a_turn(9, call_sid=call, turn_id=turn.turn_id),
    ):
        with pytest.raises(StateConflict):
            await journal.append(rival, 0, [opened])
    assert await journal.entries(call, turn.turn_id) == tuple(EVERY_KIND)
    assert await journal.entries(call, "rival") == ()
    # An older turn that is gone on with does not become the last one.
    await journal.append(opening, 3, EVERY_KIND[-1:])
    assert await journal.last_turn(call) == tuple(EVERY_KIND)
    third = a_turn(2, call_sid=call)
    wins = await _together([_wins(kept.append(third, 0, [opened])) for kept in (journal, other) * 3])
    assert sum(wins) == 1
    assert await journal.entries(call + "-another", turn.turn_id) == ()


async def _wins(writing: object) -> bool:
    try:
        await writing  # type: ignore[misc]
    except StateConflict:
        return False
    return True


async def _together(works: Sequence[object]) -> list[bool]:
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(work) for work in works]  # type: ignore[arg-type]
    return [task.result() for task in tasks]
