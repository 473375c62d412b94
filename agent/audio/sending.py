"""What the playout hands out, sent down the line as fast as the line takes it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from agent.audio.playout import BurstStart, Playout
from agent.audio.ports import Transport
from agent.clock import Clock
from agent.errors import LineDropped
from agent.events import CallEvent, SpeechSent


class Sender:
    """One line's outgoing side; each burst is told as an event when its first frame goes."""

    def __init__(
        self, *, transport: Transport, playout: Playout, clock: Clock, on_event: Callable[[CallEvent], None]
    ) -> None:
        self._transport, self._playout, self._clock, self._emit = transport, playout, clock, on_event
        self._sending = False

    async def send(self) -> None:
        """Sends all that there is; one at a time, or a slow line would get frames out of order."""
        if self._sending:
            return
        self._sending = True
        try:
            with suppress(LineDropped):
                while (item := self._playout.next(self._clock.now_ns())) is not None:
                    if isinstance(item, BurstStart):
                        self._tell(item)
                    else:
                        await self._transport.send(item)
        finally:
            self._sending = False

    def _tell(self, start: BurstStart) -> None:
        burst = start.burst
        self._emit(
            SpeechSent(
                t_ns=self._clock.now_ns(),
                seq=burst.seq,
                text=burst.text,
                first_frame=start.first_frame,
                frame_count=len(burst.frames),
                words=burst.words,
                resumed=burst.resumed,
            )
        )
