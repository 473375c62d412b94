import asyncio
from collections.abc import Mapping, Sequence
from contextlib import aclosing
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.cognitive.flow_file import built_in_flow
from agent.cognitive.orchestrator import FlowOrchestrator
from agent.cognitive.ports import ToolResult
from agent.cognitive.stores.memory import MemoryStore
from agent.errors import AgentError, BadFlow, ProviderError, ProviderRefused, ProviderTimeout
from agent.turn import Action, Json, Tts, TurnEvent, TurnInput, TurnOutput
from evals.sim.world import READ_ONLY, World
from tests.agent.cognitive.builders import NOW, a_flow, a_turn, answered, script_of
from tests.fakes.dispatchers import FickleDispatcher
from tests.fakes.tools import ScriptedTool

OPENED = ToolResult(ok=True, status="success", value={"room": "the kitchen"})
DOOR = a_flow()
BOOKING = built_in_flow("booking")


def a_door(*answers: ToolResult | Exception, read_only: bool = False) -> ScriptedTool:
    return ScriptedTool("door.open", answers or (OPENED,), read_only=read_only)


def an_agent(door: ScriptedTool, **fields: Any) -> FlowOrchestrator:
    return FlowOrchestrator(DOOR, {door.name: door}, **fields)


async def steps_of(agent: FlowOrchestrator, turn: TurnInput, stop_after: int | None = None) -> list[object]:
    """The stream's items; given up after so many, the way the audio layer drops a turn."""
    steps: list[object] = []
    async with aclosing(agent.stream_turn(turn)) as stream:
        async for step in stream:
            steps.append(step)
            if len(steps) == stop_after:
                break
    return steps


async def said(agent: FlowOrchestrator, *turns: TurnInput) -> TurnOutput:
    output: TurnOutput | None = None
    for turn in turns:
        output = await agent.run_turn(turn)
    assert output is not None
    return output


def test_a_turn_is_answered_with_actions_state_and_trace() -> None:
    door = a_door()
    output = asyncio.run(said(an_agent(door), answered(), a_turn(1, "come in")))
    assert script_of(output.actions) == [
        *("-> open_door", "Thank you.", "-> inside", "So this is the kitchen.", "END inside")
    ]
    assert (output.turn_id, output.state.node_id, output.state.outcome) == ("turn-1", "inside", "inside")
    assert output.trace.chosen == "yes"
    assert output.trace.intents[0].score == 1.0
    tool = output.trace.tools[0]
    assert (tool.name, tool.arguments, tool.status) == ("door.open", {"who": "you"}, "success")
    assert tool.idempotency_key == "call/turn-1/0/door.open"
    assert output.trace.stage_ns == {}


def test_a_stream_gives_the_same_actions_and_then_the_whole() -> None:
    async def both() -> tuple[list[object], TurnOutput]:
        first, second = an_agent(a_door()), an_agent(a_door())
        await first.run_turn(answered())
        return await steps_of(first, a_turn(1, "yes")), await said(second, answered(), a_turn(1, "yes"))

    steps, output = asyncio.run(both())
    assert steps == [*output.actions, output]


def test_what_is_said_before_a_slow_tool_is_given_out_before_it_answers() -> None:
    class SlowDoor(ScriptedTool):
        async def call(self, arguments: Mapping[str, Json], idempotency_key: str) -> ToolResult:
            await asyncio.Event().wait()
            raise AssertionError("never opened")

    async def first_words() -> list[object]:
        agent = an_agent(SlowDoor("door.open"))
        await agent.run_turn(answered())
        return await steps_of(agent, a_turn(1, "yes"), stop_after=2)

    assert asyncio.run(first_words())[1] == Tts(text="Thank you.")


@pytest.mark.parametrize(
    ("failure", "status"),
    [
        (ProviderTimeout("slow"), "timeout"),
        (ProviderRefused("no"), "refused"),
        (ProviderError("broken"), "error"),
    ],
)
def test_a_tool_that_fails_takes_the_flows_failure_branch(failure: ProviderError, status: str) -> None:
    output = asyncio.run(said(an_agent(a_door(failure)), answered(), a_turn(1, "yes")))
    assert (output.state.node_id, output.trace.tools[0].status) == ("leave", status)
    assert str(failure) in output.trace.tools[0].error


def test_a_tool_without_an_answer_fails_at_the_deadline() -> None:
    class Deaf(ScriptedTool):
        async def call(self, arguments: Mapping[str, Json], idempotency_key: str) -> ToolResult:
            await asyncio.Event().wait()
            raise AssertionError("never answered")

    hurried = a_flow(tools={"door.open": {"statuses": ["locked"], "deadline_ms": 50}})
    agent = FlowOrchestrator(hurried, {"door.open": Deaf("door.open")})
    output = asyncio.run(said(agent, answered(), a_turn(1, "yes")))
    assert (output.state.node_id, output.trace.tools[0].status) == ("leave", "timeout")
    assert output.trace.tools[0].error == "door.open: no answer within 50 ms"


def test_a_retry_returns_the_first_answer_and_repeats_nothing() -> None:
    door = a_door(OPENED, ProviderError("opened twice"))

    async def twice() -> tuple[TurnOutput, TurnOutput, list[object]]:
        agent = an_agent(door)
        first = await said(agent, answered(), a_turn(1, "yes"))
        again = await agent.run_turn(a_turn(1, "something else was heard this time"))
        return first, again, await steps_of(agent, a_turn(1, "yes"))

    first, again, streamed = asyncio.run(twice())
    assert again == first
    assert streamed == [*first.actions, first]
    assert len(door.calls) == 1


def test_a_retry_of_an_older_turn_changes_nothing() -> None:
    async def late() -> tuple[TurnOutput, TurnOutput, TurnOutput]:
        agent = an_agent(a_door(ToolResult(ok=False, status="locked")))
        first = await said(agent, answered())
        last = await said(agent, a_turn(1, "yes"))
        return (
            first,
            await agent.run_turn(answered()),
            await agent.run_turn(a_turn(2, "no")) if last else first,
        )

    first, again, after = asyncio.run(late())
    assert again == first
    assert after.state.path == ("knock", "open_door", "knock_harder", "leave")


@pytest.mark.parametrize("stop_after", [1, 2, 3, 4, 5])
def test_a_turn_cut_off_anywhere_goes_on_where_its_journal_ends(stop_after: int) -> None:
    door = a_door(OPENED, ProviderError("opened twice"))
    store = MemoryStore()

    async def cut_and_retried() -> tuple[list[object], list[object]]:
        agent = an_agent(door, store=store)
        await agent.run_turn(answered())
        before = await steps_of(agent, a_turn(1, "yes"), stop_after=stop_after)
        # Another worker takes the retry.
        return before, await steps_of(an_agent(door, store=store), a_turn(1, "yes"))

    before, whole = asyncio.run(cut_and_retried())
    output = whole[-1]
    assert isinstance(output, TurnOutput)
    assert before == whole[:stop_after]
    assert whole[:-1] == list(output.actions)
    assert script_of(output.actions)[-1] == "END inside"
    assert len(door.calls) == 1


def test_a_dropped_turn_is_finished_silently_before_the_next() -> None:
    door = a_door(ToolResult(ok=False, status="locked"))

    async def dropped() -> tuple[list[object], TurnOutput]:
        agent = an_agent(door)
        await agent.run_turn(answered())
        heard = await steps_of(agent, a_turn(1, "yes"), stop_after=1)
        return heard, await agent.run_turn(a_turn(2, "no", heard=""))

    heard, output = asyncio.run(dropped())
    assert script_of([step for step in heard if not isinstance(step, TurnOutput)]) == ["-> open_door"]  # type: ignore[misc]
    assert output.state.path == ("knock", "open_door", "knock_harder", "leave")
    assert len(door.calls) == 1


def test_a_provisional_turn_keeps_nothing_and_stops_before_a_tool_that_changes_anything() -> None:
    door = a_door()

    async def rehearsed() -> tuple[TurnOutput, TurnOutput]:
        agent = an_agent(door)
        await agent.run_turn(answered())
        guess = await agent.run_turn(a_turn(1, "yes", provisional=True))
        assert door.calls == []
        return guess, await agent.run_turn(a_turn(1, "yes"))

    guess, real = asyncio.run(rehearsed())
    assert script_of(guess.actions) == ["-> open_door", "Thank you."]
    assert guess.state.node_id == "knock"
    assert real.actions[:2] == guess.actions
    assert len(door.calls) == 1


def test_a_provisional_turn_may_be_dropped_for_another() -> None:
    async def changed() -> TurnOutput:
        agent = an_agent(a_door())
        await said(agent, answered(), a_turn(1, "yes", provisional=True))
        return await agent.run_turn(a_turn(1, "no"))

    assert asyncio.run(changed()).state.path == ("knock", "leave")


def test_a_provisional_turn_may_look_things_up() -> None:
    door = a_door(read_only=True)
    guess = asyncio.run(said(an_agent(door), answered(), a_turn(1, "yes", provisional=True)))
    assert guess.state.node_id == "inside"
    assert len(door.calls) == 1


def test_a_provisional_turn_that_was_taken_already_gets_its_answer() -> None:
    async def late() -> tuple[TurnOutput, TurnOutput]:
        agent = an_agent(a_door())
        real = await said(agent, answered(), a_turn(1, "yes"))
        return real, await agent.run_turn(a_turn(1, "yes", provisional=True))

    real, guess = asyncio.run(late())
    assert guess == real


def test_two_deliveries_of_one_turn_do_not_interleave() -> None:
    door = a_door(OPENED, ProviderError("opened twice"))

    async def at_once() -> list[TurnOutput]:
        agent = an_agent(door)
        await agent.run_turn(answered())
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(agent.run_turn(a_turn(1, "yes"))) for _ in range(3)]
        return [task.result() for task in tasks]

    outputs = asyncio.run(at_once())
    assert outputs[0] == outputs[1] == outputs[2]
    assert len(door.calls) == 1


def test_calls_do_not_disturb_each_other() -> None:
    async def two() -> tuple[TurnOutput, TurnOutput]:
        agent = an_agent(a_door())
        await said(agent, answered(call_sid="a"), answered(call_sid="b"))
        left = await agent.run_turn(a_turn(1, "no", call_sid="a"))
        return left, await agent.run_turn(a_turn(1, "yes", call_sid="b"))

    left, entered = asyncio.run(two())
    assert (left.state.outcome, entered.state.outcome) == ("left", "inside")


def test_a_turn_for_another_flow_is_refused() -> None:
    with pytest.raises(AgentError, match="is for flow 'window'; here is 'door'"):
        asyncio.run(said(an_agent(a_door()), answered(flow_id="window")))


def test_an_agent_without_the_flows_tools_is_not_made() -> None:
    with pytest.raises(BadFlow, match="there is no tool 'door.open' here"):
        FlowOrchestrator(DOOR, {})


def test_a_stopwatch_fills_the_stage_times() -> None:
    ticks = iter(range(0, 1000, 10))
    agent = an_agent(a_door(), stopwatch=lambda: next(ticks))
    output = asyncio.run(said(agent, answered(), a_turn(1, "yes")))
    assert output.trace.stage_ns == {"dispatch": 10, "tools": 10}


# --- laws, over the reference flow and whatever callers do

LINES = (
    *("yes", "no", "the first one", "wednesday", "not interested", "take me off your list", "bananas", ""),
    *("is there a person i can talk to", "never heard of her", "tomorrow at five", "sam at example dot com"),
    *("neither of those", "hold on a second", "call me later", "who is this", "say that again please"),
)
FAULTS: Sequence[Mapping[str, Json]] = (
    *({}, {"cal.create_booking": {"fault": "timeout"}}, {"cal.create_booking": {"status": "slot_taken"}}),
    *({"cal.propose_slots": {"slots": []}}, {"transfer_to_human": {"fault": "refused"}}),
    {name: {"fault": "error"} for name in READ_ONLY},
)
MOVES = st.tuples(
    st.sampled_from([TurnEvent.SPEECH] * 8 + [TurnEvent.NO_SPEECH, TurnEvent.DTMF, TurnEvent.VOICEMAIL]),
    st.sampled_from(LINES),
    st.sampled_from([None, None, "", "Hi, this"]),
)


def booking_turn(seq: int, move: tuple[TurnEvent, str, str | None]) -> TurnInput:
    event, line, heard = move
    transcript = "9" if event is TurnEvent.DTMF else line if event is TurnEvent.SPEECH else ""
    return a_turn(seq, transcript, event, flow_id="booking", heard=heard, variables={"first_name": "Alex"})


@settings(max_examples=60, deadline=None)
@given(st.lists(MOVES, max_size=12), st.sampled_from(FAULTS))
def test_whatever_callers_do_each_turn_ends_in_a_question_or_an_end(
    moves: list[tuple[TurnEvent, str, str | None]], faults: Mapping[str, Json]
) -> None:
    async def play() -> None:
        agent = FlowOrchestrator(BOOKING, World(faults, NOW, "Europe/London").tools())
        output = await agent.run_turn(answered(flow_id="booking"))
        for seq, move in enumerate(moves, start=1):
            steps = await steps_of(agent, booking_turn(seq, move))
            output = steps[-1]  # type: ignore[assignment]
            given_out: list[Action] = steps[:-1]  # type: ignore[assignment]
            # Nothing is given out twice or left out, and a step is bounded by the flow's size.
            assert tuple(given_out) == output.actions
            entered = [line for line in script_of(given_out) if line.startswith("-> ")]
            assert len(entered) <= len(BOOKING.states)
            # A call that has ended says so, once a turn; one that has not rests at a question.
            ends = [line for line in script_of(given_out) if line.startswith(("END", "TRANSFER"))]
            assert len(ends) == (output.state.outcome is not None)
            assert output.state.outcome is not None or BOOKING.states[output.state.node_id].ask is not None
            # The same turn again is the same answer.
            assert await agent.run_turn(booking_turn(seq, move)) == output

    asyncio.run(play())


@settings(max_examples=15, deadline=None)
@given(st.lists(MOVES, min_size=1, max_size=4), st.sampled_from(FAULTS))
def test_every_call_comes_to_an_end_however_long_the_caller_talks(
    moves: list[tuple[TurnEvent, str, str | None]], faults: Mapping[str, Json]
) -> None:
    async def play() -> TurnOutput:
        agent = FlowOrchestrator(BOOKING, World(faults, NOW, "Europe/London").tools())
        output = await agent.run_turn(answered(flow_id="booking"))
        for seq in range(1, BOOKING.turn_limit + 2):
            output = await agent.run_turn(booking_turn(seq, moves[seq % len(moves)]))
        return output

    assert asyncio.run(play()).state.outcome in BOOKING.outcomes()


@settings(max_examples=25, deadline=None)
@given(st.lists(MOVES, min_size=1, max_size=6), st.integers(1, 6))
def test_a_call_whose_turns_are_cut_off_and_retried_ends_where_an_undisturbed_one_does(
    moves: list[tuple[TurnEvent, str, str | None]], stop_after: int
) -> None:
    async def play(*, disturbed: bool) -> tuple[TurnOutput, list[str]]:
        world = World({}, NOW, "Europe/London")
        store, tools = MemoryStore(), world.tools()
        agent = FlowOrchestrator(BOOKING, tools, store)
        output = await agent.run_turn(answered(flow_id="booking"))
        for seq, move in enumerate(moves, start=1):
            if disturbed:
                await steps_of(agent, booking_turn(seq, move), stop_after=stop_after)
                agent = FlowOrchestrator(BOOKING, tools, store)
            output = await agent.run_turn(booking_turn(seq, move))
        return output, [call.idempotency_key for call in world.calls]

    assert asyncio.run(play(disturbed=True)) == asyncio.run(play(disturbed=False))


def test_another_dispatcher_decides_and_is_named_in_the_trace() -> None:
    dispatcher = FickleDispatcher(["no"])
    output = asyncio.run(said(an_agent(a_door(), dispatcher=dispatcher), answered(), a_turn(1, "yes")))
    assert output.state.outcome == "left"
    trace = output.trace
    assert (trace.model, trace.route, trace.tokens_in, trace.tokens_out) == ("fickle", "the only one", 40, 2)
    assert trace.cost_usd == 0.0001
    assert [(asked.state.name, asked.words, asked.transcript) for asked in dispatcher.asked] == [
        ("knock", ("yes",), "yes")
    ]


def test_a_turn_that_goes_on_keeps_the_meaning_it_was_given_first() -> None:
    async def broken_off_and_repeated() -> tuple[list[object], TurnOutput]:
        dispatcher = FickleDispatcher(["yes", "no"])
        agent = an_agent(a_door(), dispatcher=dispatcher)
        await agent.run_turn(answered())
        first = await steps_of(agent, a_turn(1, "come in"), stop_after=2)
        return first, await agent.run_turn(a_turn(1, "come in"))

    first, output = asyncio.run(broken_off_and_repeated())
    assert tuple(first) == output.actions[:2]
    assert output.state.outcome == "inside"


def test_words_that_decide_nothing_are_not_weighed() -> None:
    dispatcher = FickleDispatcher(["yes"])
    turns = (
        answered(),
        a_turn(1, event=TurnEvent.NO_SPEECH),
        a_turn(2, "..."),
        a_turn(3, "yes"),
        a_turn(4, "more"),
    )
    output = asyncio.run(said(an_agent(a_door(), dispatcher=dispatcher), *turns))
    assert output.state.outcome == "inside"
    assert [asked.transcript for asked in dispatcher.asked] == ["yes"]
    assert output.trace.model == ""
