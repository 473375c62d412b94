"""The engine over stores that fail, forget, and are shared with other workers."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from pathlib import Path
from typing import Any

import pytest

from agent.cognitive.dialogue import Dialogue
from agent.cognitive.orchestrator import OUT_OF_ORDER, STORE_UNAVAILABLE, FlowOrchestrator
from agent.cognitive.ports import CallStore, ToolResult
from agent.cognitive.stores.joined import JoinedStore
from agent.cognitive.stores.memory import MemoryStore
from agent.cognitive.stores.redis_state import RedisState
from agent.cognitive.stores.sql_journal import SqlJournal
from agent.errors import ProviderError, UnknownFlow
from agent.turn import Tts, TurnInput, TurnOutput
from tests.agent.cognitive.builders import a_flow, a_turn, answered, script_of
from tests.fakes.failing_store import FailingStore
from tests.fakes.tools import ScriptedTool
from tests.services import PostgresService, RedisService

DOOR = a_flow(trouble="One moment, please.")
LOCKED = ToolResult(ok=False, status="locked")
OPENED = ToolResult(ok=True, status="success", value={"room": "the kitchen"})


def a_door(*answers: ToolResult | Exception) -> ScriptedTool:
    return ScriptedTool("door.open", answers or (OPENED, ProviderError("opened twice")))


def an_agent(
    store: CallStore | None = None, door: ScriptedTool | None = None, **fields: Any
) -> FlowOrchestrator:
    return FlowOrchestrator(DOOR, {"door.open": door or a_door()}, store, **fields)


def test_the_state_is_saved_at_each_move_and_says_when_the_call_rests() -> None:
    async def saved() -> list[tuple[str, int, bool]]:
        store = FailingStore()
        agent = an_agent(store)
        await agent.run_turn(answered())
        await agent.run_turn(a_turn(1, "yes"))
        return [(dialogue.node_id, dialogue.seq, dialogue.resting) for dialogue in store.saved]

    assert asyncio.run(saved()) == [("knock", 0, True), ("open_door", 1, False), ("inside", 1, True)]


@pytest.mark.parametrize("back_for_retry", [True, False])
def test_a_state_store_that_goes_away_mid_call_is_not_noticed_by_the_caller(back_for_retry: bool) -> None:
    async def played(*, away: bool) -> list[TurnOutput]:
        store = FailingStore()
        agent = an_agent(store, a_door(LOCKED))
        outputs = [await agent.run_turn(answered())]
        store.state_away = away
        outputs.append(await agent.run_turn(a_turn(1, "yes")))
        store.state_away = away and not back_for_retry
        outputs.append(await agent.run_turn(a_turn(2, "yes")))
        return outputs

    assert asyncio.run(played(away=True)) == asyncio.run(played(away=False))


def test_a_journal_that_is_away_costs_a_line_and_no_turn() -> None:
    door = a_door()

    async def played() -> list[TurnOutput]:
        store = FailingStore()
        agent = an_agent(store, door)
        outputs = [await agent.run_turn(answered())]
        store.journal_away = True
        outputs.append(await agent.run_turn(a_turn(1, "yes")))
        assert door.calls == []
        store.journal_away = False
        return [*outputs, await agent.run_turn(a_turn(1, "yes"))]

    _, away, back = asyncio.run(played())
    assert away.actions == (Tts(text="One moment, please."),)
    assert away.trace.chosen == STORE_UNAVAILABLE
    assert (back.state.outcome, len(door.calls)) == ("inside", 1)


def test_a_journal_that_goes_away_after_the_tools_effect_repeats_no_effect() -> None:
    store = FailingStore()

    class Saboteur(ScriptedTool):
        async def call(self, arguments: Any, idempotency_key: str) -> ToolResult:
            result = await super().call(arguments, idempotency_key)
            store.journal_away = True
            return result

    door = Saboteur("door.open", (OPENED, ProviderError("opened twice")))

    async def played() -> tuple[TurnOutput, TurnOutput, list[str]]:
        agent = an_agent(store, door)
        await agent.run_turn(answered())
        cut = await agent.run_turn(a_turn(1, "yes"))
        store.journal_away = False
        again = await an_agent(store, ScriptedTool("door.open", (OPENED,))).run_turn(a_turn(1, "yes"))
        return cut, again, [call.idempotency_key for call in again.trace.tools]

    cut, again, keys = asyncio.run(played())
    assert script_of(cut.actions) == ["-> open_door", "Thank you.", "One moment, please."]
    assert again.state.outcome == "inside"
    assert keys == door.keys, "who asks again must ask under the same key"


def test_a_state_that_expired_is_restored_from_the_journal() -> None:
    async def played() -> tuple[TurnOutput, Dialogue | None]:
        store = FailingStore()
        agent = an_agent(store, a_door(LOCKED))
        await agent.run_turn(answered())
        await agent.run_turn(a_turn(1, "yes"))
        forgetful = JoinedStore(MemoryStore(), store.kept)
        output = await an_agent(forgetful).run_turn(a_turn(2, "no"))
        return output, (await forgetful.load("call")).dialogue

    output, held = asyncio.run(played())
    assert output.state.path == ("knock", "open_door", "knock_harder", "leave")
    assert held is not None and held.path == output.state.path


def test_a_state_that_is_behind_the_journal_is_not_believed() -> None:
    async def played() -> TurnOutput:
        store = FailingStore()
        agent = an_agent(store, a_door(LOCKED))
        await agent.run_turn(answered())
        store.state_away = True
        await agent.run_turn(a_turn(1, "yes"))
        store.state_away = False  # and it still says that the call is where turn 0 left it
        return await agent.run_turn(a_turn(2, "no"))

    assert asyncio.run(played()).state.path == ("knock", "open_door", "knock_harder", "leave")


def test_a_call_whose_journal_was_lost_goes_on_from_its_state() -> None:
    async def played() -> TurnOutput:
        store = FailingStore()
        await an_agent(store).run_turn(answered())
        return await an_agent(JoinedStore(store.kept, MemoryStore())).run_turn(a_turn(1, "no"))

    assert asyncio.run(played()).state.path == ("knock", "leave")


def meeting(store: FailingStore, turn: TurnInput, door: ScriptedTool) -> Callable[[], Awaitable[object]]:
    """Another worker on the same store, which answers this turn from beginning to end."""
    return lambda: an_agent(store, door).run_turn(turn)


@pytest.mark.parametrize("moment", ["before_append", "before_save"])
@pytest.mark.parametrize("rounds", [1, 2])
def test_two_workers_with_one_turn_tell_one_story(moment: str, rounds: int) -> None:
    door = a_door()

    async def met() -> tuple[TurnOutput, TurnOutput]:
        store = FailingStore()
        agent = an_agent(store, door)
        await agent.run_turn(answered())
        turn = a_turn(1, "yes")
        setattr(store, moment, meeting(store, turn, door))
        if rounds == 2:  # the other one meets a third
            setattr(store, moment, meeting_of_two(store, turn, door, moment))
        first = await agent.run_turn(turn)
        return first, await agent.run_turn(turn)

    first, kept = asyncio.run(met())
    assert first == kept
    assert script_of(first.actions)[-1] == "END inside"
    assert len(door.calls) == 1


def meeting_of_two(
    store: FailingStore, turn: TurnInput, door: ScriptedTool, moment: str
) -> Callable[[], Awaitable[object]]:
    async def two() -> None:
        setattr(store, moment, meeting(store, turn, door))
        await an_agent(store, door).run_turn(turn)

    return two


def test_a_turn_answered_elsewhere_while_the_journal_is_read_is_not_taken_for_late() -> None:
    door = a_door(LOCKED)

    class MetWhileReading(FailingStore):
        async def last_turn(self, call_sid: str) -> Any:
            # The turn was not in the journal a moment ago; before the call's last turn is read, it is answered.
            if self.before_append is not None:
                meeting, self.before_append = self.before_append, None
                await meeting()
            return await super().last_turn(call_sid)

    async def met() -> tuple[TurnOutput, TurnOutput]:
        store = MetWhileReading()
        await an_agent(store, door).run_turn(answered())
        forgetful = JoinedStore(MemoryStore(), store)  # so that it must read the journal
        turn = a_turn(1, "yes")
        store.before_append = meeting(store, turn, door)
        first = await an_agent(forgetful, door).run_turn(turn)
        return first, await an_agent(store, door).run_turn(turn)

    first, kept = asyncio.run(met())
    assert first == kept
    assert first.trace.chosen == "yes"


def test_actions_given_out_before_a_conflict_are_not_given_out_again() -> None:
    store, door = FailingStore(), a_door()

    async def met() -> list[object]:
        agent = an_agent(store, door)
        await agent.run_turn(answered())
        turn = a_turn(1, "yes")
        steps: list[object] = []
        async with aclosing(agent.stream_turn(turn)) as stream:
            async for step in stream:
                steps.append(step)
                if len(steps) == 1:
                    store.before_append = meeting(store, turn, door)
        return steps

    *actions, output = asyncio.run(met())
    assert isinstance(output, TurnOutput)
    assert tuple(actions) == output.actions
    assert len(door.calls) == 1


def test_a_turn_that_overtook_the_one_before_it_waits_for_it() -> None:
    async def played() -> tuple[TurnOutput, TurnOutput]:
        agent = an_agent(None, a_door(LOCKED), patience_s=5.0)
        await agent.run_turn(answered())
        async with asyncio.TaskGroup() as group:
            early = group.create_task(agent.run_turn(a_turn(2, "no")))
            await asyncio.sleep(0.05)
            assert not early.done()
            before = group.create_task(agent.run_turn(a_turn(1, "yes")))
        return before.result(), early.result()

    before, early = asyncio.run(played())
    assert before.state.node_id == "knock_harder"
    assert early.state.path == ("knock", "open_door", "knock_harder", "leave")


@pytest.mark.parametrize("patience_s", [0.0, 0.05])
def test_a_turn_whose_predecessor_never_comes_is_played_and_the_late_one_only_told_where_the_call_is(
    patience_s: float,
) -> None:
    async def played() -> tuple[TurnOutput, TurnOutput, TurnOutput]:
        agent = an_agent(None, a_door(LOCKED), patience_s=patience_s)
        await agent.run_turn(answered())
        early = await agent.run_turn(a_turn(2, "yes"))
        late = await agent.run_turn(a_turn(1, "help"))
        twin = await agent.run_turn(a_turn(2, "help", turn_id="another"))
        return early, late, twin

    early, late, twin = asyncio.run(played())
    assert early.state.node_id == "knock_harder"
    for output in (late, twin):
        assert (output.actions, output.trace.chosen) == ((), OUT_OF_ORDER)
        assert output.state == early.state


def test_a_turn_for_another_flow_is_of_a_type_that_a_service_can_tell_apart() -> None:
    with pytest.raises(UnknownFlow, match="is for flow 'window'"):
        asyncio.run(an_agent().run_turn(answered(flow_id="window")))


# --- the real ones, gone in the middle of a call


def test_redis_gone_mid_call_is_not_noticed_by_the_caller(tmp_path: Path) -> None:
    async def played(service: RedisService, call: str, *, killed: bool) -> list[TurnOutput]:
        journal = SqlJournal(f"sqlite:///{tmp_path / 'calls.sqlite'}")
        async with aclosing(RedisState(service.url, timeout_s=0.3)) as state:
            agent = an_agent(JoinedStore(state, journal), a_door(LOCKED))
            outputs = [await agent.run_turn(answered(call_sid=call))]
            if killed:
                service.kill()
            outputs.append(await agent.run_turn(a_turn(1, "yes", call_sid=call)))
            if killed:
                service.start()
            outputs.append(await agent.run_turn(a_turn(2, "no", call_sid=call)))
            held = await state.load(call)
        journal.close()
        assert held.dialogue is not None and held.dialogue.outcome == "left"
        return outputs

    service = RedisService()
    try:
        service.start()
        whole = asyncio.run(played(service, "undisturbed", killed=False))
        cut = asyncio.run(played(service, "killed", killed=True))
    finally:
        service.remove()
    assert [output.actions for output in cut] == [output.actions for output in whole]
    assert [output.state for output in cut] == [output.state for output in whole]


def test_postgresql_gone_mid_call_is_a_line_to_the_caller_and_the_retry_goes_on() -> None:
    async def played(service: PostgresService) -> list[TurnOutput]:
        journal = SqlJournal(service.url, timeout_s=0.5)
        agent = an_agent(JoinedStore(MemoryStore(), journal), a_door(LOCKED))
        outputs = [await agent.run_turn(answered())]
        service.kill()
        outputs.append(await agent.run_turn(a_turn(1, "yes")))
        service.start()
        outputs += [await agent.run_turn(a_turn(1, "yes")), await agent.run_turn(a_turn(2, "no"))]
        journal.close()
        return outputs

    service = PostgresService()
    try:
        service.start()
        _, away, retried, last = asyncio.run(played(service))
    finally:
        service.remove()
    assert away.actions == (Tts(text="One moment, please."),)
    assert retried.state.node_id == "knock_harder"
    assert last.state.path == ("knock", "open_door", "knock_harder", "leave")
