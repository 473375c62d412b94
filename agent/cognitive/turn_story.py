"""The story of one turn while it is told: what the journal has of it, and what waits to be written there.

Steps that need nobody outside (a move, a sentence from the flow) wait, and are written in one go before the first of
them is given out: a turn without a tool costs one commit. Whoever is about to ask somebody outside (a tool, a model)
commits first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from agent.cognitive.dialogue import Dialogue
from agent.cognitive.ports import (
    Acted,
    CallStore,
    Dispatched,
    JournalEntry,
    ToolAnswered,
    TurnClosed,
    TurnOpened,
    Weighed,
)
from agent.errors import StoreUnavailable
from agent.turn import Action, Transition

NOT_SAVED = -1
"""The version of a state that cannot be saved: its store is away. The journal has all of it."""


class TurnStory:
    """One turn of one call, over a store.

    Args:
        store: state and journal.
        entries: the turn so far, its opening first.
        kept: how many of them the journal has.
        version: the call's state as it was read, or `NOT_SAVED`.

    Attributes:
        resumed: somebody began to answer the turn before, and may have asked a tool whose answer was lost.
    """

    def __init__(self, store: CallStore, entries: Sequence[JournalEntry], *, kept: int, version: int) -> None:
        opened = entries[0]
        assert isinstance(opened, TurnOpened), "a turn's journal begins with the turn"
        self.turn = opened.turn
        self.before = opened.before
        self.acted = [entry for entry in entries if isinstance(entry, Acted)]
        self.answered = [entry for entry in entries if isinstance(entry, ToolAnswered)]
        self.weighed: Weighed | None = next((e.weighed for e in entries if isinstance(e, Dispatched)), None)
        self.closed = entries[-1] if isinstance(entries[-1], TurnClosed) else None
        self._store = store
        self._kept = kept
        self._pending = list(entries[kept:])
        self._version = version
        self.resumed = kept > 0
        moves = (entry.action for entry in self.acted)
        self._moves = [action.node_id for action in moves if isinstance(action, Transition)]
        self._moved = False

    @property
    def version(self) -> int:
        """The call's state as it is now kept, or `NOT_SAVED`."""
        return self._version

    def add(self, entry: JournalEntry) -> None:
        """Notes an entry, to be written with the next commit."""
        self._pending.append(entry)
        if isinstance(entry, Acted) and isinstance(entry.action, Transition):
            self._moves.append(entry.action.node_id)
            self._moved = True
        if isinstance(entry, TurnClosed):
            self.closed = entry

    async def commit(self) -> list[Action]:
        """Writes what waits, journal first, and returns the actions among it: they may be given out now.

        A provisional turn's is not written.

        Raises:
            StateConflict: another worker is at this call.
            StoreUnavailable: the journal cannot be reached. A state store that cannot does no harm.
        """
        pending, self._pending = self._pending, []
        actions = [entry.action for entry in pending if isinstance(entry, Acted)]
        if self.turn.provisional or not pending:
            return actions
        await self._store.append(self.turn, self._kept, pending)
        self._kept += len(pending)
        if self._moved or self.closed is not None:
            self._moved = False
            await self._save(self.closed.after if self.closed is not None else self._on_the_way())
        return actions

    async def _save(self, dialogue: Dialogue) -> None:
        if self._version == NOT_SAVED:
            return
        try:
            self._version = await self._store.save(self.turn.call_sid, dialogue, after=self._version)
        except StoreUnavailable:
            # Not tried again in this turn: each try may take the store's whole patience, and a caller waits.
            self._version = NOT_SAVED

    def _on_the_way(self) -> Dialogue:
        """Where the call is in the middle of the turn: for whoever watches, never to go on from."""
        before = self.before or Dialogue()
        path = (*before.path, *self._moves)
        return replace(before, node_id=path[-1], path=path, seq=self.turn.seq, resting=False)
