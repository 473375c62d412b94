"""What the cognitive layer asks of the outside: tools, and places to keep a call's state and what was done in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from agent.cognitive.dialogue import Dialogue
from agent.turn import Action, Json, ToolTrace, TurnInput, TurnOutput


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolResult:
    """What a tool answered. `status` names the branch a flow may take; `ok` says whether it did its work."""

    ok: bool
    status: str
    value: Mapping[str, Json] = field(default_factory=dict)
    error: str = ""


class Tool(Protocol):
    """Something the agent can do in the world."""

    @property
    def name(self) -> str:
        """The name flows call it by, such as `cal.create_booking`."""
        ...

    @property
    def read_only(self) -> bool:
        """Whether calling it changes nothing outside."""
        ...

    @property
    def idempotent(self) -> bool:
        """Whether the same key again repeats nothing, so that a call that failed in passing may be made again."""
        ...

    @property
    def arguments_schema(self) -> Mapping[str, Json]:
        """The JSON schema (draft 2020-12) that its arguments keep to."""
        ...

    async def call(self, arguments: Mapping[str, Json], idempotency_key: str) -> ToolResult:
        """Does it. Where the tool is idempotent the same key again returns the first result and repeats nothing.

        Raises:
            ProviderTimeout: no answer before the deadline.
            ProviderError: it failed in another way; `agent.cognitive.tools.failures` says in which ways.
        """
        ...


@runtime_checkable
class AskableAgain(Protocol):
    """A tool that does better when it is told that an earlier call may have done its work already."""

    async def call_again(self, arguments: Mapping[str, Json], idempotency_key: str) -> ToolResult:
        """Does what a call under this key, whose answer never came, has not done; what it can't know, it marks.

        Raises:
            ProviderError: as `Tool.call` does.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnOpened:
    """The turn as it came in, and where the call stood before it."""

    turn: TurnInput
    before: Dialogue | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Acted:
    """An action of the turn's answer, about to be given out."""

    action: Action


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolAnswered:
    """A tool call of the turn, and what came of it."""

    trace: ToolTrace
    result: ToolResult


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnClosed:
    """The turn's whole answer, and where the call stands after it."""

    output: TurnOutput
    after: Dialogue


JournalEntry = TurnOpened | Acted | ToolAnswered | TurnClosed


class StateStore(Protocol):
    """Keeps where each call stands between its turns."""

    async def load(self, call_sid: str) -> Dialogue | None:
        """The call's dialogue; None for a call not known."""
        ...

    async def save(self, call_sid: str, dialogue: Dialogue) -> None:
        """Keeps the dialogue in place of the one before."""
        ...


class Journal(Protocol):
    """Keeps, for each turn, what was decided and done, in the order it was done; so a turn can be resumed."""

    async def append(self, call_sid: str, turn_id: str, entry: JournalEntry) -> None:
        """Adds an entry to the turn; it is kept when this returns."""
        ...

    async def entries(self, call_sid: str, turn_id: str) -> Sequence[JournalEntry]:
        """The turn's entries, oldest first; empty for a turn not known."""
        ...

    async def last_turn_id(self, call_sid: str) -> str | None:
        """The turn of the call that was opened last."""
        ...
