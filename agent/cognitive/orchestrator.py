"""FlowOrchestrator: one caller turn in, the agent's actions out, over one flow.

It performs what `chain` decides, and keeps a journal while doing so: the turn as it came, each tool's answer, each
action before it is given out. The same turn again is answered from the journal; a turn that was cut off half way goes
on from where the journal ends, whether by a retry or silently before the call's next turn. Tools get an idempotency
key made of call, turn and place, so that a call in doubt can be repeated.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Protocol
from weakref import WeakValueDictionary

from agent.cognitive.chain import ToolRequest, question_of, respond
from agent.cognitive.dialogue import Dialogue
from agent.cognitive.dispatch import dispatcher_for
from agent.cognitive.flow import Flow
from agent.cognitive.ports import (
    Acted,
    Dispatched,
    Dispatcher,
    Journal,
    JournalEntry,
    StateStore,
    Tool,
    ToolAnswered,
    ToolResult,
    TurnClosed,
    TurnOpened,
    Weighed,
)
from agent.cognitive.stores.memory import MemoryStore
from agent.cognitive.understanding import Understanding
from agent.errors import AgentError, BadFlow, ProviderError, ProviderRefused, ProviderTimeout
from agent.turn import Action, ToolTrace, TurnInput, TurnOutput, TurnTrace

DEFAULT_TOOL_DEADLINE_S = 2.0
"""Longer than this without a word, and a caller asks whether anybody is there."""


class CallStore(StateStore, Journal, Protocol):
    """A store that is both."""


class FlowOrchestrator:
    """Answers the turns of calls on one flow.

    Args:
        flow: the conversation.
        tools: by name, every tool that the flow calls.
        store: state and journal; this process's memory when left out.
        dispatcher: tells what the caller wants; the flow's embedded one when left out.
        tool_deadline_s: after this a tool call has failed.
        stopwatch: reads nanoseconds for the trace's stage times; without it the trace has none, and equal turns
            have equal traces.

    Raises:
        BadFlow: the flow calls a tool that is not there.
    """

    def __init__(
        self,
        flow: Flow,
        tools: Mapping[str, Tool],
        store: CallStore | None = None,
        *,
        dispatcher: Dispatcher | None = None,
        tool_deadline_s: float = DEFAULT_TOOL_DEADLINE_S,
        stopwatch: Callable[[], int] | None = None,
    ) -> None:
        missing = [name for name in flow.tools if name not in tools]
        if missing:
            raise BadFlow(flow.name, [f"there is no tool {name!r} here" for name in missing])
        self._flow = flow
        self._tools = tools
        self._store: CallStore = store if store is not None else MemoryStore()
        self._tool_deadline_s = tool_deadline_s
        self._stopwatch = stopwatch
        self._dispatcher: Dispatcher = dispatcher if dispatcher is not None else dispatcher_for(flow)
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def run_turn(self, turn: TurnInput) -> TurnOutput:
        """The answer to a turn; the same turn again gets the same answer, and nothing is done twice."""
        output: TurnOutput | None = None
        async with aclosing(self.stream_turn(turn)) as steps:
            async for step in steps:
                if isinstance(step, TurnOutput):
                    output = step
        assert output is not None, "a stream that ended ended with its output"
        return output

    async def stream_turn(self, turn: TurnInput) -> AsyncGenerator[Action | TurnOutput, None]:
        """The actions of the answer as they become known, and lastly the whole `TurnOutput`.

        Raises:
            AgentError: the turn belongs to another flow.
        """
        if turn.flow_id != self._flow.name:
            raise AgentError(f"turn {turn.turn_id} is for flow {turn.flow_id!r}; here is {self._flow.name!r}")
        # Two deliveries of one turn must not interleave; the second waits and is answered from the journal.
        lock = self._locks.setdefault(turn.call_sid, asyncio.Lock())
        async with lock:
            performing = self._rehearse(turn) if turn.provisional else self._answer(turn)
            async with aclosing(performing) as steps:
                async for step in steps:
                    yield step

    async def _answer(self, turn: TurnInput) -> AsyncGenerator[Action | TurnOutput, None]:
        """The turn's answer, from the journal as far as that goes."""
        entries = await self._store.entries(turn.call_sid, turn.turn_id)
        if not entries:
            await self._finish_last_turn(turn.call_sid)
            opened = TurnOpened(turn=turn, before=await self._store.load(turn.call_sid))
            await self._store.append(turn.call_sid, turn.turn_id, opened)
            entries = (opened,)
        async with aclosing(self._perform(entries)) as steps:
            async for step in steps:
                yield step

    async def _rehearse(self, turn: TurnInput) -> AsyncGenerator[Action | TurnOutput, None]:
        """The answer as far as it goes while nothing is kept and no tool that changes anything is called."""
        entries = await self._store.entries(turn.call_sid, turn.turn_id)
        if not entries or not isinstance(entries[-1], TurnClosed):
            entries = (TurnOpened(turn=turn, before=await self._store.load(turn.call_sid)),)
        async with aclosing(self._perform(entries)) as steps:
            async for step in steps:
                yield step

    async def _finish_last_turn(self, call_sid: str) -> None:
        """A turn given up half way has begun to act: it is brought to its end before the next one is understood."""
        last = await self._store.last_turn_id(call_sid)
        entries = await self._store.entries(call_sid, last) if last is not None else ()
        if entries and not isinstance(entries[-1], TurnClosed):
            async with aclosing(self._perform(entries)) as steps:
                async for _ in steps:
                    pass

    async def _perform(self, entries: Sequence[JournalEntry]) -> AsyncGenerator[Action | TurnOutput, None]:
        """Gives out what the journal has of a turn, then does the rest."""
        opened, closed = entries[0], entries[-1]
        assert isinstance(opened, TurnOpened), "a turn's journal begins with the turn"
        acted = [entry.action for entry in entries if isinstance(entry, Acted)]
        for action in acted:
            yield action
        if isinstance(closed, TurnClosed):
            yield closed.output
            return
        turn = opened.turn
        answered = [entry for entry in entries if isinstance(entry, ToolAnswered)]
        work = _Work(stopwatch=self._stopwatch)
        weighed = await self._weighed(entries)
        understood, walk = respond(self._flow, opened.before, turn, lambda *_: weighed.scores)
        work.stage_ended("dispatch")
        result: ToolResult | None = None
        while True:
            try:
                step = walk.send(result)
            except StopIteration as stop:
                after: Dialogue = stop.value
                break
            result = None
            if isinstance(step, ToolRequest):
                if turn.provisional and not self._tools[step.tool].read_only:
                    after = opened.before or Dialogue()
                    break
                answer = answered[len(work.tools)] if len(work.tools) < len(answered) else None
                if answer is None:
                    answer = await self._call_tool(step, turn, place=len(work.tools))
                    await self._keep(turn, answer)
                work.tools.append(answer.trace)
                work.stage_ended("tools")
                result = answer.result
            elif len(work.actions) < len(acted):
                # Given out above, word for word as it was the first time.
                work.actions.append(acted[len(work.actions)])
            else:
                work.actions.append(step)
                await self._keep(turn, Acted(action=step))
                yield step
        output = work.output(turn, understood, weighed, after)
        await self._keep(turn, TurnClosed(output=output, after=after))
        if not turn.provisional:
            await self._store.save(turn.call_sid, after)
        yield output

    async def _weighed(self, entries: Sequence[JournalEntry]) -> Weighed:
        """What the caller's words may mean: as it was found the first time, where it might be found otherwise now."""
        opened = entries[0]
        assert isinstance(opened, TurnOpened), "a turn's journal begins with the turn"
        question = question_of(self._flow, opened.before, opened.turn)
        if question is None:
            return Weighed(scores=(), model="")
        before = next((entry.weighed for entry in entries if isinstance(entry, Dispatched)), None)
        if before is not None:
            return before
        weighed = await self._dispatcher.weigh(question)
        if not self._dispatcher.repeatable:
            await self._keep(opened.turn, Dispatched(weighed=weighed))
        return weighed

    async def _keep(self, turn: TurnInput, entry: JournalEntry) -> None:
        if not turn.provisional:
            await self._store.append(turn.call_sid, turn.turn_id, entry)

    async def _call_tool(self, request: ToolRequest, turn: TurnInput, *, place: int) -> ToolAnswered:
        """Calls the tool; whatever goes wrong is an answer too, for the flow has a branch for it."""
        key = f"{turn.call_sid}/{turn.turn_id}/{place}/{request.tool}"
        try:
            async with asyncio.timeout(self._tool_deadline_s):
                result = await self._tools[request.tool].call(request.arguments, key)
        except (ProviderTimeout, TimeoutError) as error:
            said = str(error) or f"no answer within {self._tool_deadline_s:g} s"
            result = ToolResult(ok=False, status="timeout", error=said)
        except ProviderRefused as error:
            result = ToolResult(ok=False, status="refused", error=str(error))
        except ProviderError as error:
            result = ToolResult(ok=False, status="error", error=str(error))
        trace = ToolTrace(
            name=request.tool,
            arguments=request.arguments,
            status=result.status,
            value=result.value,
            error=result.error,
            idempotency_key=key,
        )
        return ToolAnswered(trace=trace, result=result)


@dataclass(slots=True, kw_only=True)
class _Work:
    """What a turn has come to so far."""

    stopwatch: Callable[[], int] | None
    actions: list[Action] = field(default_factory=list)
    tools: list[ToolTrace] = field(default_factory=list)
    stage_ns: dict[str, int] = field(default_factory=dict)
    last_ns: int = 0

    def __post_init__(self) -> None:
        self.last_ns = self.stopwatch() if self.stopwatch else 0

    def stage_ended(self, stage: str) -> None:
        if self.stopwatch:
            now_ns = self.stopwatch()
            self.stage_ns[stage] = self.stage_ns.get(stage, 0) + now_ns - self.last_ns
            self.last_ns = now_ns

    def output(
        self, turn: TurnInput, understood: Understanding, weighed: Weighed, after: Dialogue
    ) -> TurnOutput:
        trace = TurnTrace(
            intents=understood.considered,
            chosen=understood.branch,
            tools=tuple(self.tools),
            model=weighed.model if understood.considered else "",
            route=weighed.route,
            tokens_in=weighed.tokens_in,
            tokens_out=weighed.tokens_out,
            cost_usd=weighed.cost_usd,
            stage_ns=self.stage_ns,
        )
        return TurnOutput(
            turn_id=turn.turn_id, actions=tuple(self.actions), state=after.public(), trace=trace
        )
