"""FlowOrchestrator: one caller turn in, the agent's actions out, over one flow.

It performs what `chain` decides, and keeps a journal while doing so: the turn as it came, each tool's answer, each
action before it is given out. The same turn again is answered from the journal; a turn that was cut off half way goes
on from where the journal ends, whether by a retry or silently before the call's next turn. Tools get an idempotency
key made of call, turn and place, so that a call in doubt can be repeated.

The journal is what happened; the state store only says it sooner. Where two workers have one call, the journal's places
are each written once: who comes second reads the journal anew and goes on from there (docs/state.md).
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from weakref import WeakValueDictionary

from agent.cognitive.dialogue import Dialogue
from agent.cognitive.dispatch import dispatcher_for
from agent.cognitive.flow import Flow
from agent.cognitive.ports import CallStore, Dispatcher, Held, Tool, TurnClosed, TurnOpened
from agent.cognitive.stores.memory import MemoryStore
from agent.cognitive.tools.policy import under_policy
from agent.cognitive.turn_order import Order, order_of
from agent.cognitive.turn_performance import ReplyModels, TurnPerformer
from agent.cognitive.turn_story import NOT_SAVED, TurnStory
from agent.errors import BadFlow, StateConflict, StoreUnavailable, UnknownFlow
from agent.turn import Action, Tts, TurnInput, TurnOutput, TurnTrace

OUT_OF_ORDER = "out_of_order"
"""What a turn's trace has as `chosen` when it came after a later one was answered; it then has no actions."""
STORE_UNAVAILABLE = "store_unavailable"
"""What it has when the journal was away: the same turn again goes on from what the journal has."""
POLL_S = 0.02
"""How often a turn that came too early looks for the one before it."""
MAX_CONFLICTS = 32
"""Each conflict means that another worker wrote something; a turn has fewer entries than this."""


class FlowOrchestrator:
    """Answers the turns of calls on one flow.

    Args:
        flow: the conversation.
        tools: by name, every tool that the flow calls; each is put behind the rules that the flow has for it.
        store: state and journal; this process's memory when left out.
        dispatcher: tells what the caller wants; the flow's embedded one when left out.
        models: word the flow's generated replies; the fallback is said for one that is not there.
        patience_s: how long a turn whose `seq` is ahead waits for the one before it. 0 where turns cannot overtake
            each other, as in one process; the wire's reordering where they can.
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
        models: ReplyModels | None = None,
        patience_s: float = 0.0,
        stopwatch: Callable[[], int] | None = None,
    ) -> None:
        missing = [name for name in flow.tools if name not in tools]
        if missing:
            raise BadFlow(flow.name, [f"there is no tool {name!r} here" for name in missing])
        self._flow = flow
        self._store: CallStore = store if store is not None else MemoryStore()
        self._patience_s = patience_s
        self._performer = TurnPerformer(
            flow,
            under_policy(flow, tools),
            dispatcher if dispatcher is not None else dispatcher_for(flow),
            models or {},
            stopwatch,
        )
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

        A journal that cannot be reached is no error to the caller, who hears the flow's `trouble` line; the same turn
        again goes on from what the journal has.

        Raises:
            UnknownFlow: the turn belongs to another flow.
        """
        if turn.flow_id != self._flow.name:
            raise UnknownFlow(
                f"turn {turn.turn_id} is for flow {turn.flow_id!r}; here is {self._flow.name!r}"
            )
        # Two deliveries of one turn must not interleave; the second waits and is answered from the journal.
        lock = self._locks.setdefault(turn.call_sid, asyncio.Lock())
        given: list[Action] = []
        conflicts, waited_s = 0, 0.0
        while True:
            delivery = _Delivery(turn=turn, patient=waited_s < self._patience_s, contested=conflicts > 0)
            try:
                async with lock, aclosing(self._deliver(delivery)) as steps:
                    place = 0
                    async for step in steps:
                        if isinstance(step, TurnOutput):
                            yield step
                            return
                        place += 1
                        if place > len(given):
                            given.append(step)
                            yield step
            except StateConflict as conflict:
                conflicts += 1
                if conflicts > MAX_CONFLICTS:
                    raise StoreUnavailable(f"turn {turn.turn_id}: {conflicts} conflicts") from conflict
            except StoreUnavailable:
                line = Tts(text=self._flow.trouble)
                yield line
                trace = TurnTrace(chosen=STORE_UNAVAILABLE)
                state = Dialogue().public()
                yield TurnOutput(turn_id=turn.turn_id, actions=(*given, line), state=state, trace=trace)
                return
            except _TooEarly:
                await asyncio.sleep(POLL_S)
                waited_s += POLL_S

    def _deliver(self, delivery: _Delivery) -> AsyncGenerator[Action | TurnOutput, None]:
        return self._rehearse(delivery.turn) if delivery.turn.provisional else self._answer(delivery)

    async def _answer(self, delivery: _Delivery) -> AsyncGenerator[Action | TurnOutput, None]:
        """The turn's answer, from the journal as far as that goes."""
        turn = delivery.turn
        held = await self._held(turn.call_sid)
        if not delivery.contested and _follows(held.dialogue, turn.seq):
            # The usual case needs no reading of the journal: if the turn is in it, its opening will not go in again.
            story = self._opened(turn, held.dialogue, held.version)
        else:
            before: Dialogue | None = None
            version = held.version
            entries = await self._store.entries(turn.call_sid, turn.turn_id)
            if not entries:
                before, version = await self._standing(turn.call_sid, held)
                order = order_of(turn.seq, before.seq if before is not None else None)
                if order is Order.EARLY and delivery.patient:
                    raise _TooEarly
                if order is Order.LATE:
                    # Another worker may have answered it since the journal was asked; only then is it not late.
                    entries = await self._store.entries(turn.call_sid, turn.turn_id)
                    if not entries:
                        yield _too_late(turn, before)
                        return
            if entries:
                story = TurnStory(self._store, entries, kept=len(entries), version=version)
            else:
                story = self._opened(turn, before, version)
        async with aclosing(self._performer.perform(story)) as steps:
            async for step in steps:
                yield step

    async def _rehearse(self, turn: TurnInput) -> AsyncGenerator[Action | TurnOutput, None]:
        """The answer as far as it goes while nothing is kept and no tool that changes anything is called."""
        entries = await self._store.entries(turn.call_sid, turn.turn_id)
        if entries and isinstance(entries[-1], TurnClosed):
            story = TurnStory(self._store, entries, kept=len(entries), version=NOT_SAVED)
        else:
            held = await self._held(turn.call_sid)
            before = held.dialogue
            if not _follows(before, turn.seq):
                last = await self._store.last_turn(turn.call_sid)
                before = last[-1].after if last and isinstance(last[-1], TurnClosed) else _at_rest(before)
            story = self._opened(turn, before, NOT_SAVED)
        async with aclosing(self._performer.perform(story)) as steps:
            async for step in steps:
                yield step

    async def _held(self, call_sid: str) -> Held:
        try:
            return await self._store.load(call_sid)
        except StoreUnavailable:
            return Held(version=NOT_SAVED)

    async def _standing(self, call_sid: str, held: Held) -> tuple[Dialogue | None, int]:
        """Where the call stands by journal and state together, and the state's version.

        A turn given up half way has begun to act: it is brought to its end before the next one is understood.
        """
        last = await self._store.last_turn(call_sid)
        kept = _at_rest(held.dialogue)
        if not last:
            return kept, held.version
        story = TurnStory(self._store, last, kept=len(last), version=held.version)
        if kept is not None and kept.seq > story.turn.seq:
            return kept, held.version  # the journal is younger than the call
        if story.closed is None:
            async with aclosing(self._performer.perform(story)) as steps:
                async for _ in steps:
                    pass
        assert story.closed is not None, "a turn that was performed is closed"
        return story.closed.after, story.version

    def _opened(self, turn: TurnInput, before: Dialogue | None, version: int) -> TurnStory:
        return TurnStory(self._store, (TurnOpened(turn=turn, before=before),), kept=0, version=version)


class _TooEarly(Exception):
    """The turn before this one has not come yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Delivery:
    """A turn as it was handed over.

    Attributes:
        patient: it may still wait for the turn before it.
        contested: another worker was found at this call, so the journal must be read.
    """

    turn: TurnInput
    patient: bool
    contested: bool


def _at_rest(dialogue: Dialogue | None) -> Dialogue | None:
    return dialogue if dialogue is not None and dialogue.resting else None


def _follows(dialogue: Dialogue | None, seq: int) -> bool:
    """Whether a call of which this is held surely waits for the turn `seq`."""
    if dialogue is None:
        return seq == 0
    return dialogue.resting and dialogue.seq + 1 == seq


def _too_late(turn: TurnInput, now: Dialogue | None) -> TurnOutput:
    state = (now or Dialogue()).public()
    return TurnOutput(turn_id=turn.turn_id, actions=(), state=state, trace=TurnTrace(chosen=OUT_OF_ORDER))
