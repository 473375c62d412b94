"""A telephone line in memory: two queues and no network. The far end is whoever holds the `FarEnd`."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass

from agent.audio.ports import Inbound, Mark
from agent.errors import LineDropped
from agent.media import AudioFrame


@dataclass(frozen=True, slots=True, kw_only=True)
class FarEnd:
    """What the other end of a memory line does with what the agent sends; called at once, in order."""

    send: Callable[[AudioFrame | Mark], None]
    clear: Callable[[], None]
    closed: Callable[[], None]


class MemoryTransport:
    """The agent's end of a line in memory.

    The far end calls `deliver` for what reaches the agent and `hang_up` when the caller is gone.
    """

    def __init__(self, far_end: FarEnd) -> None:
        self._far_end = far_end
        self._inbound: deque[Inbound] = deque()
        self._wake: asyncio.Future[None] | None = None
        self._gone = False
        self._closed = False

    def deliver(self, item: Inbound) -> None:
        """Something reaches the agent."""
        self._inbound.append(item)
        self._wake_reader()

    def hang_up(self) -> None:
        """The caller is gone; what was delivered before is still read."""
        self._gone = True
        self._wake_reader()

    async def frames(self) -> AsyncGenerator[Inbound, None]:
        """What reaches the agent, until either end hangs up."""
        while not self._closed:
            while self._inbound and not self._closed:
                yield self._inbound.popleft()
            if self._gone or self._closed:
                return
            self._wake = asyncio.get_running_loop().create_future()
            await self._wake

    async def send(self, item: AudioFrame | Mark) -> None:
        """Passes audio or a mark to the far end."""
        if self._closed or self._gone:
            raise LineDropped("the line is closed")
        self._far_end.send(item)

    async def clear(self) -> None:
        """Drops what the far end has not played."""
        if not self._closed and not self._gone:
            self._far_end.clear()

    async def close(self) -> None:
        """Hangs up."""
        if not self._closed:
            self._closed = True
            self._far_end.closed()
            self._wake_reader()

    def _wake_reader(self) -> None:
        if self._wake is not None and not self._wake.done():
            self._wake.set_result(None)
