"""State and journal in this process's memory: for a single worker, and for calls that die with it."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field

from agent.cognitive.dialogue import Dialogue
from agent.cognitive.ports import Held, JournalEntry
from agent.errors import StateConflict
from agent.turn import TurnInput

DEFAULT_MAX_CALLS = 2_000

_NOTHING = Held()


@dataclass(slots=True)
class _Call:
    held: Held = _NOTHING
    turns: dict[str, list[JournalEntry]] = field(default_factory=dict)
    ids: dict[int, str] = field(default_factory=dict)


class MemoryStore:
    """A `CallStore`: both state and journal.

    Args:
        max_calls: calls kept; beyond it, the one longest untouched is forgotten, so memory stays flat.
    """

    def __init__(self, max_calls: int = DEFAULT_MAX_CALLS) -> None:
        self._max_calls = max_calls
        self._calls: OrderedDict[str, _Call] = OrderedDict()

    async def load(self, call_sid: str) -> Held:
        call = self._calls.get(call_sid)
        return call.held if call else _NOTHING

    async def save(self, call_sid: str, dialogue: Dialogue, *, after: int) -> int:
        call = self._touched(call_sid)
        if call.held.version != after:
            raise StateConflict(f"call {call_sid}: version {call.held.version} is kept, not {after}")
        call.held = Held(dialogue=dialogue, version=after + 1)
        return after + 1

    async def append(self, turn: TurnInput, place: int, entries: Sequence[JournalEntry]) -> None:
        call = self._touched(turn.call_sid)
        kept = call.turns.get(turn.turn_id, [])
        if len(kept) != place or call.ids.get(turn.seq, turn.turn_id) != turn.turn_id:
            raise StateConflict(f"call {turn.call_sid}, turn {turn.turn_id}: place {place} is taken")
        call.ids[turn.seq] = turn.turn_id
        call.turns[turn.turn_id] = [*kept, *entries]

    async def entries(self, call_sid: str, turn_id: str) -> Sequence[JournalEntry]:
        call = self._calls.get(call_sid)
        return tuple(call.turns.get(turn_id, ())) if call else ()

    async def last_turn(self, call_sid: str) -> Sequence[JournalEntry]:
        call = self._calls.get(call_sid)
        return tuple(call.turns[call.ids[max(call.ids)]]) if call and call.ids else ()

    def _touched(self, call_sid: str) -> _Call:
        call = self._calls.setdefault(call_sid, _Call())
        self._calls.move_to_end(call_sid)
        if len(self._calls) > self._max_calls:
            self._calls.popitem(last=False)
        return call
