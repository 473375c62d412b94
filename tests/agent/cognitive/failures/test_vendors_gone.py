"""The vendors' servers themselves gone in the middle of a call: real tools over HTTP, and the sandbox stopped."""

from __future__ import annotations

import asyncio
from contextlib import closing
from pathlib import Path

from agent.clock import LoopClock
from agent.cognitive.stores.joined import JoinedStore
from agent.cognitive.stores.memory import MemoryStore
from agent.cognitive.stores.sql_journal import SqlJournal
from agent.flow_assembly import make_dialogue
from agent.tool_assembly import make_tools, tool_settings_from
from agent.turn import TurnOutput
from tests.agent.cognitive.failures.calls import BOOKING, TO_A_BOOKING, all_heard, heard, kept, line, opening
from tests.sandboxes import MONDAY, a_sandbox


def call_in_which_all_stop(
    database: Path, before_turn: int
) -> tuple[list[TurnOutput], list[tuple[str, str]]]:
    """A call to a booking, all of whose vendors stop before one of its turns; and what the journal has of that turn."""

    async def played() -> tuple[list[TurnOutput], list[tuple[str, str]]]:
        running = a_sandbox()
        box = running.__enter__()
        made = make_tools(tool_settings_from(box.environment()), LoopClock(MONDAY))
        with closing(SqlJournal(f"sqlite:///{database}")) as journal:
            agent = make_dialogue(BOOKING, made.tools, store=JoinedStore(MemoryStore(), journal))
            outputs = []
            turns = [opening(), *(line(seq, words) for seq, words in enumerate(TO_A_BOOKING, start=1))]
            for turn in turns[: before_turn + 1]:
                if turn.seq == before_turn:
                    running.__exit__(None, None, None)
                async with asyncio.timeout(20):
                    outputs.append(await agent.run_turn(turn))
            whole, tools = await kept(journal, "call", outputs[-1].turn_id)
            assert whole
        await made.close()
        return outputs, tools

    return asyncio.run(played())


def test_a_calendar_that_stops_before_it_is_asked_leaves_a_promise(tmp_path: Path) -> None:
    outputs, tools = call_in_which_all_stop(tmp_path / "calls.sqlite", before_turn=2)
    assert "I can't see our diary just now." in all_heard(outputs)[-1]
    assert "A colleague will call you back today." in heard(outputs[-1])
    assert outputs[-1].state.outcome == "handoff_failed"
    assert tools == [("cal.propose_slots", "unavailable"), ("transfer_to_human", "unavailable")]


def test_a_calendar_that_stops_after_its_offer_books_nothing_and_says_so(tmp_path: Path) -> None:
    outputs, tools = call_in_which_all_stop(tmp_path / "calls.sqlite", before_turn=3)
    assert "I couldn't complete the booking just now." in all_heard(outputs)[-1]
    assert outputs[-1].state.outcome == "handoff_failed"
    assert tools == [("cal.create_booking", "unavailable"), ("transfer_to_human", "unavailable")]
