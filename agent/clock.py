"""The one file that reads time.

Time inside the agent is an `int` of nanoseconds since the call's clock was made. It is read from the running
event loop, so that a call on a loop whose clock jumps (the simulator's) and a call on a real one differ by the
loop alone. The wall date is a start date plus that time.
"""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta
from typing import Protocol

from agent.units import NS_PER_S


class Clock(Protocol):
    """What the call's parts ask for the time."""

    def now_ns(self) -> int:
        """Nanoseconds since this clock was made."""
        ...

    def wall(self) -> datetime:
        """The date and time of day at the caller's end, with its time zone."""
        ...

    async def sleep_until(self, t_ns: int) -> None:
        """Returns when `now_ns()` has reached `t_ns`; at once if it has."""
        ...


class LoopClock:
    """The running event loop's clock, zero at the moment of making.

    Args:
        wall_start: the wall date at that moment; the machine's own date in UTC when left out.
    """

    def __init__(self, wall_start: datetime | None = None) -> None:
        self._loop = asyncio.get_running_loop()
        self._zero_ns = round(self._loop.time() * NS_PER_S)
        self._wall_start = wall_start or datetime.now(UTC)

    def now_ns(self) -> int:
        """Nanoseconds since this clock was made."""
        # A double holds whole nanoseconds exactly up to 104 days, so rounding gives back the loop's integer.
        return round(self._loop.time() * NS_PER_S) - self._zero_ns

    def wall(self) -> datetime:
        """The wall date that belongs to `now_ns()`."""
        return self._wall_start + timedelta(microseconds=self.now_ns() // 1000)

    async def sleep_until(self, t_ns: int) -> None:
        """Returns when `now_ns()` has reached `t_ns`."""
        left_ns = t_ns - self.now_ns()
        if left_ns > 0:
            await asyncio.sleep(left_ns / NS_PER_S)


def machine_wall() -> datetime:
    """The machine's date and time in UTC, for stamping runs; never for measuring."""
    return datetime.now(UTC)


def epoch_ns() -> int:
    """The machine's date as nanoseconds since 1970, as tracing wants it; never for measuring."""
    return time.time_ns()


def stopwatch_ns() -> int:
    """A monotonic reading of real time, for what work costs on this machine and for deadlines on real waits."""
    return time.perf_counter_ns()


def cpu_ns() -> int:
    """Processor time this process has used, all its threads together, for what work costs."""
    return time.process_time_ns()


def pause(seconds: float) -> None:
    """Blocks this thread for real; for waits on other processes, never inside a call."""
    time.sleep(seconds)
