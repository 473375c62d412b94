"""A state store and a journal of different kinds as one `CallStore`: Redis beside PostgreSQL, memory beside SQLite."""

from __future__ import annotations

from collections.abc import Sequence

from agent.cognitive.dialogue import Dialogue
from agent.cognitive.ports import Held, Journal, JournalEntry, StateStore
from agent.turn import TurnInput


class JoinedStore:
    """A `CallStore` of two halves."""

    def __init__(self, state: StateStore, journal: Journal) -> None:
        self._state = state
        self._journal = journal

    async def load(self, call_sid: str) -> Held:
        return await self._state.load(call_sid)

    async def save(self, call_sid: str, dialogue: Dialogue, *, after: int) -> int:
        return await self._state.save(call_sid, dialogue, after=after)

    async def append(self, turn: TurnInput, place: int, entries: Sequence[JournalEntry]) -> None:
        await self._journal.append(turn, place, entries)

    async def entries(self, call_sid: str, turn_id: str) -> Sequence[JournalEntry]:
        return await self._journal.entries(call_sid, turn_id)

    async def last_turn(self, call_sid: str) -> Sequence[JournalEntry]:
        return await self._journal.last_turn(call_sid)
