from __future__ import annotations

import asyncio
from pathlib import Path

import numpy as np
import soundfile

from agent.audio.ports import Inbound, Keys, Mark
from agent.audio.transports.memory import FarEnd, MemoryTransport
from agent.audio.transports.wav import WavTransport
from agent.clock import LoopClock
from agent.media import FRAME_NS, FRAME_SAMPLES, SILENT_PCM, AudioFrame
from evals.rng import rng_for
from evals.sim.line import TelephoneLine
from evals.sim.virtual_time import VirtualLoop, run_virtual
from tests.ports.transport import FRAME, OpenLine, check_transport
from tests.scenarios import CLEAN


def frames(count: int) -> list[AudioFrame]:
    return [AudioFrame(t_ns=at * FRAME_NS, pcm=SILENT_PCM) for at in range(count)]


def a_memory_line() -> OpenLine:
    """Its far end plays what it gets at once."""

    def send(item: AudioFrame | Mark) -> None:
        if isinstance(item, Mark):
            transport.deliver(item)

    transport = MemoryTransport(FarEnd(send=send, clear=lambda: None, closed=lambda: None))
    for frame in frames(5):
        transport.deliver(frame)
    return OpenLine(transport=transport, hang_up=transport.hang_up)


def test_memory_line_keeps_the_promises_of_a_transport() -> None:
    check_transport(a_memory_line)


def test_simulated_telephone_line_keeps_the_promises_of_a_transport() -> None:
    def make() -> OpenLine:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, VirtualLoop)
        line = TelephoneLine(CLEAN, loop, rng_for(1, "line"))
        silence = np.zeros(FRAME_SAMPLES, dtype=np.int16)

        def tick(index: int) -> None:
            line.play_until(line.now_ns)
            line.send_frame(index, silence, silence)

        for index in range(20):
            loop.call_at_ns((index + 1) * FRAME_NS, tick, index)

        def hang_up() -> None:
            loop.call_at_ns(21 * FRAME_NS, line.hang_up)

        return OpenLine(transport=line.transport, hang_up=hang_up)

    check_transport(make)


def test_recorded_caller_keeps_the_promises_of_a_transport(tmp_path: Path) -> None:
    path = tmp_path / "caller.wav"
    soundfile.write(path, np.zeros(800), 8000)

    def make() -> OpenLine:
        return OpenLine(transport=WavTransport(path, LoopClock(), linger_s=1), hang_up=lambda: None)

    check_transport(make)


def test_what_was_delivered_before_the_caller_hung_up_is_still_read_in_order() -> None:
    items: list[Inbound] = [*frames(2), Keys(t_ns=5, digits="1"), Mark(name="m")]

    async def main() -> list[Inbound]:
        transport = MemoryTransport(FarEnd(send=lambda _: None, clear=lambda: None, closed=lambda: None))
        for item in items:
            transport.deliver(item)
        transport.hang_up()
        return [item async for item in transport.frames()]

    assert run_virtual(main()) == items


def test_reader_who_waits_is_woken_by_audio_and_by_the_end() -> None:
    async def main() -> list[Inbound]:
        loop = asyncio.get_running_loop()
        transport = MemoryTransport(FarEnd(send=lambda _: None, clear=lambda: None, closed=lambda: None))
        loop.call_later(1, transport.deliver, FRAME)
        loop.call_later(2, transport.hang_up)
        return [item async for item in transport.frames()]

    assert run_virtual(main()) == [FRAME]


def test_far_end_is_told_once_that_the_agent_hung_up_and_nothing_after_it() -> None:
    told: list[str] = []

    async def main() -> None:
        far_end = FarEnd(
            send=lambda item: told.append(type(item).__name__),
            clear=lambda: told.append("clear"),
            closed=lambda: told.append("closed"),
        )
        transport = MemoryTransport(far_end)
        await transport.send(FRAME)
        await transport.clear()
        await transport.close()
        await transport.close()
        await transport.clear()

    run_virtual(main())
    assert told == ["AudioFrame", "clear", "closed"]
