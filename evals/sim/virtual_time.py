"""An asyncio event loop whose clock jumps to the next timer, so that a call of minutes takes milliseconds.

Time is an integer of nanoseconds. Timers are ordered by (time, sequence): equal deadlines fire first-in-first-out,
which asyncio's own heap does not promise. There are no sockets, no threads and no waiting: a thread looks like idleness
to such a clock, so both are refused, and a loop with nothing left to do says so instead of hanging.
"""

from __future__ import annotations

import asyncio
import heapq
import itertools
import threading
from collections.abc import Callable, Coroutine
from contextvars import Context
from typing import Any, NoReturn, TypeVar

from agent.units import NS_PER_S

_T = TypeVar("_T")


class VirtualTimeStuck(RuntimeError):
    """Everything waits and no timer is left: the call would never end."""


class VirtualLoop(asyncio.BaseEventLoop):
    """The loop. Use it through `run_virtual`."""

    def __init__(self) -> None:
        super().__init__()
        self._now_ns = 0
        self._order = itertools.count()
        self._timers: list[tuple[int, int, asyncio.TimerHandle]] = []

    def time(self) -> float:
        """Seconds since the loop was made; whole nanoseconds behind it."""
        return self._now_ns / NS_PER_S

    def time_ns(self) -> int:
        """Nanoseconds since the loop was made."""
        return self._now_ns

    def call_at(  # type: ignore[override]  # the stub's TypeVarTuple adds nothing here
        self, when: float, callback: Callable[..., object], *args: Any, context: Context | None = None
    ) -> asyncio.TimerHandle:
        """Calls back at `when` seconds of this loop's time."""
        return self.call_at_ns(round(when * NS_PER_S), callback, *args, context=context)

    def call_at_ns(
        self, when_ns: int, callback: Callable[..., object], *args: Any, context: Context | None = None
    ) -> asyncio.TimerHandle:
        """Calls back at `when_ns`, after everything asked for earlier at that same time."""
        handle = asyncio.TimerHandle(when_ns / NS_PER_S, callback, args, self, context)
        heapq.heappush(self._timers, (when_ns, next(self._order), handle))
        return handle

    def call_later(  # type: ignore[override]
        self, delay: float, callback: Callable[..., object], *args: Any, context: Context | None = None
    ) -> asyncio.TimerHandle:
        """Calls back `delay` seconds from now."""
        when_ns = self._now_ns + round(delay * NS_PER_S)
        return self.call_at_ns(when_ns, callback, *args, context=context)

    def call_soon_threadsafe(  # type: ignore[override]
        self, callback: Callable[..., object], *args: Any, context: Context | None = None
    ) -> asyncio.Handle:
        """As `call_soon`, from this thread only."""
        if threading.get_ident() != self._thread_id:  # type: ignore[attr-defined]
            _refuse("a callback from another thread")
        return self.call_soon(callback, *args, context=context)

    def run_in_executor(self, executor: Any, func: Any, *args: Any) -> NoReturn:  # type: ignore[override]
        """Refused: a thread's work takes no virtual time, so timers would overtake it."""
        _refuse("run_in_executor")

    def _timer_handle_cancelled(self, handle: asyncio.TimerHandle) -> None:
        """Cancelled timers stay in the heap and are passed over when their time comes."""

    def _run_once(self) -> None:
        ready = self._ready  # type: ignore[attr-defined]
        if not ready:
            self._jump()
        for _ in range(len(ready)):
            handle = ready.popleft()
            if not handle.cancelled():
                handle._run()

    def _jump(self) -> None:
        timers = self._timers
        while timers and timers[0][2].cancelled():
            heapq.heappop(timers)
        if not timers:
            if self._stopping:  # type: ignore[attr-defined]
                return
            raise VirtualTimeStuck(
                f"at {self.time():.3f} s of virtual time every task waits and no timer is left"
            )
        self._now_ns = max(self._now_ns, timers[0][0])
        while timers and timers[0][0] <= self._now_ns:
            handle = heapq.heappop(timers)[2]
            if not handle.cancelled():
                self._ready.append(handle)  # type: ignore[attr-defined]


def run_virtual(main: Coroutine[Any, Any, _T]) -> _T:
    """Runs `main` to its end on a new virtual loop.

    Raises:
        VirtualTimeStuck: everything waited and no timer was left.
    """
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(main)


async def run_inline(work: Callable[[], _T], /) -> _T:
    """The `RunBlocking` of simulation: the work is done at once, and virtual time stands still meanwhile."""
    return work()


def _refuse(what: str) -> NoReturn:
    raise RuntimeError(f"{what} cannot be used in virtual time; pass work through a RunBlocking port")
