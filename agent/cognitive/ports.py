"""What the cognitive layer asks of the outside: tools, and a place to keep the call's state."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from agent.turn import Json


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

    async def call(self, arguments: Mapping[str, Json], idempotency_key: str) -> ToolResult:
        """Does it. The same key again returns the first result and repeats nothing.

        Raises:
            ProviderTimeout: no answer before the deadline.
            ProviderError: it failed in another way.
        """
        ...
