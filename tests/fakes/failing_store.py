"""A store in memory whose halves can be away, or be met by another worker at a place of the test's choosing."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from agent.cognitive.dialogue import Dialogue
from agent.cognitive.ports import Held, JournalEntry
from agent.cognitive.stores.memory import MemoryStore
from agent.errors import StoreUnavailable
from agent.turn import TurnInput

Meeting = Callable[[], Awaitable[object]]


class FailingStore:
    """A `CallStore` over a `MemoryStore`.

    Attributes:
        state_away, journal_away: raise `StoreUnavailable` at every use of that half.
        before_append, before_save: done once, just before the next one: what another worker does in between.
        saved: every dialogue saved, in order.
    """

    def __init__(self) -> None:
        self.kept = MemoryStore()
        self.state_away = False
        self.journal_away = False
        self.before_append: Meeting | None = None
        self.before_save: Meeting | None = None
        self.saved: list[Dialogue] = []

    async def load(self, call_sid: str) -> Held:
        self._state()
        return await self.kept.load(call_sid)

    async def save(self, call_sid: str, dialogue: Dialogue, *, after: int) -> int:
        self._state()
        meeting, self.before_save = self.before_save, None
        if meeting is not None:
            await meeting()
        version = await self.kept.save(call_sid, dialogue, after=after)
        self.saved.append(dialogue)
        return version

    async def append(self, turn: TurnInput, place: int, entries: Sequence[JournalEntry]) -> None:
        self._journal()
        meeting, self.before_append = self.before_append, None
        if meeting is not None:
            await meeting()
        await self.kept.append(turn, place, entries)

    async def entries(self, call_sid: str, turn_id: str) -> Sequence[JournalEntry]:
        self._journal()
        return await self.kept.entries(call_sid, turn_id)

    async def last_turn(self, call_sid: str) -> Sequence[JournalEntry]:
        self._journal()
        return await self.kept.last_turn(call_sid)

    def _state(self) -> None:
        if self.state_away:
            raise StoreUnavailable("the state store is away")

    def _journal(self) -> None:
        if self.journal_away:
            raise StoreUnavailable("the journal is away")
