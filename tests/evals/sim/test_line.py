import asyncio
from collections.abc import Callable

import numpy as np

from agent.audio.ports import Keys, Mark
from agent.media import FRAME_NS, FRAME_SAMPLES, SAMPLE_NS, AudioFrame, mulaw_decode
from evals.rng import rng_for
from evals.scenario.model import Line
from evals.sim.line import TelephoneLine
from evals.sim.virtual_time import VirtualLoop, run_virtual

MS = 1_000_000
LOUD = AudioFrame(t_ns=0, pcm=np.full(FRAME_SAMPLES, 5000, dtype="<i2").tobytes())


def on_line(
    line: Line, script: dict[int, Callable[[TelephoneLine], object]], *, until_ms: int = 2000
) -> TelephoneLine:
    """Plays `script` (by milliseconds) on a line that is stepped every 20 ms, as the simulator does."""

    async def play() -> TelephoneLine:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, VirtualLoop)
        telephone = TelephoneLine(line, loop, rng_for(1, "test"))
        for at_ms, act in script.items():
            loop.call_at_ns(at_ms * MS, act, telephone)
        for step in range(1, until_ms // 20 + 1):
            loop.call_at_ns(step * FRAME_NS, telephone.play_until, step * FRAME_NS)
        await asyncio.sleep(until_ms / 1000 + 1)
        return telephone

    return run_virtual(play())


def run_now(coroutine_of: Callable[[TelephoneLine], object]) -> Callable[[TelephoneLine], object]:
    """A memory transport's coroutines never wait; this runs one to its end at once."""

    def act(line: TelephoneLine) -> None:
        try:
            coroutine_of(line).send(None)  # type: ignore[attr-defined]
        except StopIteration:
            return
        raise AssertionError("the transport waited")

    return act


def send(count: int) -> Callable[[TelephoneLine], object]:
    def act(line: TelephoneLine) -> None:
        for _ in range(count):
            run_now(lambda telephone: telephone.transport.send(LOUD))(line)

    return act


def mark(name: str) -> Callable[[TelephoneLine], object]:
    return run_now(lambda line: line.transport.send(Mark(name=name)))


clear = run_now(lambda line: line.transport.clear())


def starts_ms(line: TelephoneLine) -> list[float]:
    return [frame.start_ns / MS for frame in line.played]


def test_agents_audio_is_at_the_ear_after_the_networks_delay_and_plays_without_gaps() -> None:
    line = on_line(Line(name="l", delay_ms=45), {103: send(3)})
    assert starts_ms(line) == [148, 168, 188]


def test_ear_track_holds_the_audio_at_its_exact_samples() -> None:
    line = on_line(Line(name="l", delay_ms=45), {103: send(1)})
    _, agent = line.tracks(300 * MS)
    loud = np.flatnonzero(mulaw_decode(agent))
    assert (loud[0], loud[-1]) == (148 * MS // SAMPLE_NS, 168 * MS // SAMPLE_NS - 1)


def test_clear_drops_what_has_not_begun_when_it_arrives() -> None:
    line = on_line(Line(name="l", delay_ms=40), {100: send(50), 250: clear})
    # Played from 140 on; at 290 the clear arrives, and the frame that began at 280 plays out.
    assert starts_ms(line)[-1] == 280


def test_audio_sent_at_once_after_a_clear_is_played() -> None:
    line = on_line(
        Line(name="l", delay_ms=40), {100: send(50), 250: lambda line: (clear(line), send(2)(line))}
    )
    assert starts_ms(line)[-3:] == [280, 300, 320]


def test_mark_comes_back_once_everything_before_it_has_been_played() -> None:
    line = on_line(
        Line(name="l", delay_ms=40), {100: lambda line: (send(5)(line), mark("m")(line), send(5)(line))}
    )
    (back,) = [message for message in line.wire if message.kind == "mark_back"]
    assert back.t_ns == (100 + 40 + 5 * 20 + 40) * MS


def test_mark_that_a_clear_drops_comes_back_at_once() -> None:
    line = on_line(
        Line(name="l", delay_ms=40), {100: lambda line: (send(50)(line), mark("m")(line)), 200: clear}
    )
    (back,) = [message for message in line.wire if message.kind == "mark_back"]
    assert back.t_ns == (200 + 40 + 40) * MS


def received(line: Line, script: dict[int, Callable[[TelephoneLine], object]]) -> list[tuple[float, object]]:
    seen: list[tuple[float, object]] = []

    async def play() -> None:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, VirtualLoop)
        telephone = TelephoneLine(line, loop, rng_for(1, "test"))
        for at_ms, act in script.items():
            loop.call_at_ns(at_ms * MS, act, telephone)
        async for item in telephone.transport.frames():
            seen.append((loop.time_ns() / MS, item))

    run_virtual(play())
    return seen


def test_callers_frames_arrive_after_the_delay_in_order_and_then_the_hang_up() -> None:
    quiet = np.zeros(FRAME_SAMPLES, dtype=np.int16)
    script: dict[int, Callable[[TelephoneLine], object]] = {
        20 * (number + 1): lambda line, number=number: line.send_frame(number, quiet, quiet)
        for number in range(3)
    }
    script[70] = lambda line: line.hang_up()
    arrivals = received(Line(name="l", delay_ms=40), script)
    assert [at for at, _ in arrivals] == [60, 80, 100]
    assert [item.t_ns // MS for _, item in arrivals if isinstance(item, AudioFrame)] == [40, 60, 80]


def test_jitter_delays_frames_and_never_swaps_them() -> None:
    quiet = np.zeros(FRAME_SAMPLES, dtype=np.int16)
    script: dict[int, Callable[[TelephoneLine], object]] = {
        20 * (number + 1): lambda line, number=number: line.send_frame(number, quiet, quiet)
        for number in range(50)
    }
    script[1030] = lambda line: line.hang_up()
    arrivals = received(Line(name="l", delay_ms=40, jitter_ms=30), script)
    stamps = [item.t_ns for _, item in arrivals if isinstance(item, AudioFrame)]
    assert stamps == sorted(stamps)
    late = [at - 40 - item.t_ns / MS - 20 for at, item in arrivals if isinstance(item, AudioFrame)]
    assert min(late) >= -40
    assert max(late) > 10


def test_keys_reach_the_agent_as_keys() -> None:
    arrivals = received(
        Line(name="l", delay_ms=40), {100: lambda line: line.press("3#"), 110: lambda line: line.hang_up()}
    )
    assert [(at, item.digits) for at, item in arrivals if isinstance(item, Keys)] == [(140, "3#")]
