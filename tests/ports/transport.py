"""What every telephone line promises, as one check that each adapter's test runs."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from contextlib import aclosing
from dataclasses import dataclass

import pytest

from agent.audio.ports import Inbound, Mark, Transport
from agent.errors import LineDropped
from agent.media import FRAME_NS, SILENT_PCM, AudioFrame
from evals.sim.virtual_time import run_virtual

FRAME = AudioFrame(t_ns=0, pcm=SILENT_PCM)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenLine:
    """A line with a caller who makes some frames of sound; `hang_up` makes the caller go, if nothing else does."""

    transport: Transport
    hang_up: Callable[[], None]


def check_transport(make: Callable[[], OpenLine]) -> None:
    """Runs the port's contract against lines that `make` gives; `make` is called inside a loop of virtual time."""
    checks: tuple[Callable[[OpenLine], Coroutine[None, None, None]], ...] = (
        _frames_end_when_the_caller_hangs_up,
        _marks_come_back,
        _marks_that_were_cleared_come_back_too,
        _closing_ends_it,
    )
    for check in checks:

        async def on_a_new_line(check: Callable[[OpenLine], Coroutine[None, None, None]] = check) -> None:
            await check(make())

        run_virtual(on_a_new_line())


async def _frames_end_when_the_caller_hangs_up(line: OpenLine) -> None:
    line.hang_up()
    items = await _until_the_end(line.transport)
    audio = [item for item in items if isinstance(item, AudioFrame)]
    assert audio
    assert [frame.t_ns - audio[0].t_ns for frame in audio] == [at * FRAME_NS for at in range(len(audio))]
    with pytest.raises(LineDropped):
        await line.transport.send(FRAME)
    await line.transport.clear()
    await line.transport.close()


async def _marks_come_back(line: OpenLine) -> None:
    for item in (FRAME, Mark(name="first"), FRAME, Mark(name="second")):
        await line.transport.send(item)
    line.hang_up()
    assert _marks(await _until_the_end(line.transport)) == ["first", "second"]


async def _marks_that_were_cleared_come_back_too(line: OpenLine) -> None:
    for item in (FRAME, Mark(name="first"), FRAME, Mark(name="second")):
        await line.transport.send(item)
    await line.transport.clear()
    line.hang_up()
    assert _marks(await _until_the_end(line.transport)) == ["first", "second"]


async def _closing_ends_it(line: OpenLine) -> None:
    seen = 0
    async with aclosing(line.transport.frames()) as frames:
        async for _ in frames:
            seen += 1
            await line.transport.close()
    assert seen == 1
    await line.transport.close()
    await line.transport.clear()
    for item in (FRAME, Mark(name="late")):
        with pytest.raises(LineDropped):
            await line.transport.send(item)
    assert await _until_the_end(line.transport) == []


async def _until_the_end(transport: Transport) -> list[Inbound]:
    async with aclosing(transport.frames()) as frames:
        return [item async for item in frames]


def _marks(items: list[Inbound]) -> list[str]:
    return [item.name for item in items if isinstance(item, Mark)]
