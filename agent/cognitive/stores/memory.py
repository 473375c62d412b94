"""State and journal in this process's memory: for a single worker, and for calls that die with it."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field

from agent.cognitive.dialogue import Dialogue
from agent.cognitive.ports import JournalEntry

DEFAULT_MAX_CALLS = 2_000


@dataclass(slots=True)
class _Call:
    dialogue: Dialogue | None = None
    turns: dict[str, list[JournalEntry]] = field(default_factory=dict)


class MemoryStore:
    """Both a `StateStore` and a `Journal`.

    Args:
        max_calls: calls kept; beyond it, the one longest untouched is forgotten, so memory stays flat.
    """

    def __init__(self, max_calls: int = DEFAULT_MAX_CALLS) -> None:
        self._max_calls = max_calls
        self._calls: OrderedDict[str, _Call] = OrderedDict()

    async def load(self, call_sid: str) -> Dialogue | None:
        call = self._calls.get(call_sid)
        return call.dialogue if call else None

    async def save(self, call_sid: str, dialogue: Dialogue) -> None:
        self._touched(call_sid).dialogue = dialogue

    async def append(self, call_sid: str, turn_id: str, entry: JournalEntry) -> None:
        self._touched(call_sid).turns.setdefault(turn_id, []).append(entry)

    async def entries(self, call_sid: str, turn_id: str) -> Sequence[JournalEntry]:
        call = self._calls.get(call_sid)
        return tuple(call.turns.get(turn_id, ())) if call else ()

    async def last_turn_id(self, call_sid: str) -> str | None:
        call = self._calls.get(call_sid)
        return next(reversed(call.turns), None) if call else None

    def _touched(self, call_sid: str) -> _Call:
        call = self._calls.setdefault(call_sid, _Call())
        self._calls.move_to_end(call_sid)
        if len(self._calls) > self._max_calls:
            self._calls.popitem(last=False)
        return call
