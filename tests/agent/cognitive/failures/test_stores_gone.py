"""Redis and PostgreSQL gone in the middle of a call: what the caller hears, and what is kept."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import aclosing, closing
from pathlib import Path
from typing import Any

import psycopg
import pytest
from redis.asyncio import Redis

from agent.cognitive.orchestrator import STORE_UNAVAILABLE
from agent.cognitive.stores.joined import JoinedStore
from agent.cognitive.stores.memory import MemoryStore
from agent.cognitive.stores.redis_state import KEY, RedisState
from agent.cognitive.stores.sql_journal import SqlJournal
from agent.cognitive.stores.sql_schema import JOURNAL
from agent.flow_assembly import make_dialogue
from agent.turn import Transfer, TurnOutput
from tests.agent.cognitive.failures.calls import (
    BOOKING,
    INTERESTED,
    TO_A_BOOKING,
    TROUBLE,
    WEDNESDAY,
    YES,
    a_world,
    all_heard,
    heard,
    kept,
    line,
    opening,
)
from tests.services import PostgresService, RedisService

HASTE_S = 0.2
Happening = Callable[[RedisState], Awaitable[None]]


async def over_redis(
    service: RedisService, database: Path, call: str, *, before_turn: int, happening: Happening
) -> list[TurnOutput]:
    """A call to a booking, in which something happens to Redis before one of its turns."""
    with closing(SqlJournal(f"sqlite:///{database}")) as journal:
        async with aclosing(RedisState(service.url, timeout_s=HASTE_S)) as state:
            agent = make_dialogue(BOOKING, a_world().tools(), store=JoinedStore(state, journal))
            outputs = []
            turns = [
                opening(call),
                *(line(seq, words, call) for seq, words in enumerate(TO_A_BOOKING, start=1)),
            ]
            for turn in turns:
                if turn.seq == before_turn:
                    await happening(state)
                outputs.append(await agent.run_turn(turn))
            for turn in turns:
                whole, _ = await kept(journal, call, turn.turn_id)
                assert whole, f"the journal has all of {turn.turn_id}"
            story = [logged.row.kind for logged in await journal.story(call)]
            assert story.count("opened") == story.count("closed") == len(turns), story
    return outputs


async def nothing(state: RedisState) -> None:
    return


@pytest.mark.parametrize("before_turn", [2, 3])
@pytest.mark.parametrize("how", ["killed", "hanging", "restarted empty", "expired"])
def test_redis_gone_mid_call_is_not_heard(
    mortal_redis: RedisService, tmp_path: Path, how: str, before_turn: int
) -> None:
    async def happens(state: RedisState) -> None:
        match how:
            case "killed":
                mortal_redis.kill()
            case "hanging":
                mortal_redis.pause()
            case "restarted empty":
                mortal_redis.kill()
                mortal_redis.start()
            case "expired":
                async with aclosing(Redis.from_url(mortal_redis.url)) as redis:
                    assert await redis.pexpire(KEY.format("gone"), 1)
                    async with asyncio.timeout(5):
                        while await redis.exists(KEY.format("gone")):
                            pass

    async def both() -> tuple[list[TurnOutput], list[TurnOutput]]:
        database = tmp_path / "calls.sqlite"
        whole = await over_redis(mortal_redis, database, "whole", before_turn=0, happening=nothing)
        cut = await over_redis(mortal_redis, database, "gone", before_turn=before_turn, happening=happens)
        return whole, cut

    whole, cut = asyncio.run(both())
    assert all_heard(cut) == all_heard(whole)
    assert [output.state for output in cut] == [output.state for output in whole]
    assert cut[-1].state.outcome == "booked"


def test_a_call_that_state_and_journal_have_forgotten_is_greeted_anew(
    mortal_redis: RedisService, tmp_path: Path
) -> None:
    async def played() -> list[TurnOutput]:
        outputs = []
        for number, turn in enumerate([opening(), line(1, YES), line(2, INTERESTED), line(3, YES)]):
            if number == 2:  # both are another's from here on
                mortal_redis.kill()
                mortal_redis.start()
            with closing(SqlJournal(f"sqlite:///{tmp_path / f'calls-{number > 1}.sqlite'}")) as journal:
                async with aclosing(RedisState(mortal_redis.url)) as state:
                    agent = make_dialogue(BOOKING, a_world().tools(), store=JoinedStore(state, journal))
                    outputs.append(await agent.run_turn(turn))
        return outputs

    greeted, understood, anew, again = asyncio.run(played())
    assert heard(anew) == heard(greeted), "better asked twice than misunderstood"
    assert again.state.node_id == understood.state.node_id == "qualify"


def over_postgres(
    service: PostgresService,
    call: str,
    play: Callable[[Any, SqlJournal], Awaitable[list[TurnOutput]]],
    **world: Any,
) -> tuple[list[TurnOutput], list[tuple[str, str]]]:
    """The turns that `play` makes, and what was asked of the tools."""
    the_world = a_world(**world)

    async def played() -> list[TurnOutput]:
        with closing(SqlJournal(service.url, timeout_s=HASTE_S)) as journal:
            agent = make_dialogue(BOOKING, the_world.tools(), store=JoinedStore(MemoryStore(), journal))
            return await play(agent, journal)

    outputs = asyncio.run(played())
    return outputs, [(called.name, called.status) for called in the_world.calls]


def test_postgresql_gone_for_two_turns_costs_two_lines_and_the_call_goes_on(
    mortal_postgres: PostgresService,
) -> None:
    async def play(agent: Any, journal: SqlJournal) -> list[TurnOutput]:
        outputs = [await agent.run_turn(opening("patient")), await agent.run_turn(line(1, YES, "patient"))]
        mortal_postgres.kill()
        outputs.append(await agent.run_turn(line(2, INTERESTED, "patient")))
        outputs.append(await agent.run_turn(line(3, INTERESTED, "patient")))
        mortal_postgres.start()
        outputs.append(await agent.run_turn(line(4, INTERESTED, "patient")))
        outputs.append(await agent.run_turn(line(5, WEDNESDAY, "patient")))
        closed = [(await kept(journal, "patient", f"turn-{seq}"))[0] for seq in range(6)]
        assert closed == [True, True, False, False, True, True]
        return outputs

    outputs, calls = over_postgres(mortal_postgres, "patient", play)
    assert all_heard(outputs)[2:4] == [TROUBLE, TROUBLE]
    assert [output.trace.chosen for output in outputs[2:4]] == [STORE_UNAVAILABLE] * 2
    assert "which would suit you" in heard(outputs[4]).lower()
    assert outputs[-1].state.outcome == "booked"
    assert calls == [
        (tool, "success") for tool in ("cal.propose_slots", "cal.create_booking", "crm.create_meeting")
    ]


def test_postgresql_that_hangs_is_no_silence_either(mortal_postgres: PostgresService) -> None:
    async def play(agent: Any, journal: SqlJournal) -> list[TurnOutput]:
        outputs = [await agent.run_turn(opening("hanging"))]
        with psycopg.connect(mortal_postgres.url) as somebody:
            somebody.execute(f"LOCK TABLE {JOURNAL.name} IN ACCESS EXCLUSIVE MODE")
            async with asyncio.timeout(5):
                outputs.append(await agent.run_turn(line(1, YES, "hanging")))
        async with asyncio.timeout(5):
            outputs.append(await agent.run_turn(line(2, YES, "hanging")))
        return outputs

    outputs, _ = over_postgres(mortal_postgres, "hanging", play)
    assert all_heard(outputs)[1] == TROUBLE
    assert outputs[-1].state.node_id == "qualify"


def test_postgresql_gone_and_the_diary_too_still_ends_in_a_hand_over(
    mortal_postgres: PostgresService,
) -> None:
    async def play(agent: Any, journal: SqlJournal) -> list[TurnOutput]:
        outputs = [await agent.run_turn(opening("both")), await agent.run_turn(line(1, YES, "both"))]
        mortal_postgres.kill()
        outputs.append(await agent.run_turn(line(2, INTERESTED, "both")))
        mortal_postgres.start()
        outputs.append(await agent.run_turn(line(3, INTERESTED, "both")))
        assert await kept(journal, "both", "turn-3") == (
            True,
            [("cal.propose_slots", "refused"), ("transfer_to_human", "success")],
        )
        return outputs

    outputs, _ = over_postgres(mortal_postgres, "both", play, cal_propose_slots={"fault": "refused"})
    assert all_heard(outputs)[2] == TROUBLE
    assert "I can't see our diary just now." in heard(outputs[3])
    ending = outputs[3].actions[-1]
    assert isinstance(ending, Transfer) and ending.context["reason"] == "system_error"


def test_postgresql_gone_after_a_booking_was_made_books_once_and_the_retry_says_so(
    mortal_postgres: PostgresService,
) -> None:
    world, call = a_world(), "once"

    async def played() -> list[TurnOutput]:
        with closing(SqlJournal(mortal_postgres.url, timeout_s=HASTE_S)) as journal:
            tools = world.tools()
            book = tools["cal.create_booking"]
            tools["cal.create_booking"] = _Last(book, mortal_postgres.kill)
            agent = make_dialogue(BOOKING, tools, store=JoinedStore(MemoryStore(), journal))
            turns = [
                opening(call),
                *(line(seq, words, call) for seq, words in enumerate(TO_A_BOOKING, start=1)),
            ]
            outputs = [await agent.run_turn(turn) for turn in turns]
            mortal_postgres.start()
            outputs.append(await agent.run_turn(turns[-1]))
            assert await kept(journal, call, turns[-1].turn_id) == (
                True,
                [("cal.create_booking", "success"), ("crm.create_meeting", "success")],
            )
            return outputs

    outputs = asyncio.run(played())
    assert heard(outputs[3]).endswith(TROUBLE)
    assert "You're booked for Wednesday at two in the afternoon." in heard(outputs[4])
    assert [called.name for called in world.calls].count("cal.create_booking") == 1


class _Last:
    """A tool after whose first answer something happens."""

    def __init__(self, tool: Any, happening: Callable[[], None]) -> None:
        self._tool = tool
        self._happening: Callable[[], None] | None = happening
        self.name, self.read_only, self.idempotent = tool.name, tool.read_only, tool.idempotent
        self.arguments_schema = tool.arguments_schema

    async def call(self, arguments: Any, idempotency_key: str) -> Any:
        result = await self._tool.call(arguments, idempotency_key)
        if self._happening is not None:
            happening, self._happening = self._happening, None
            happening()
        return result
