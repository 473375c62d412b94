"""Whole utterances through a streaming recogniser, 20 ms at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from agent.audio.ports import SpeechToText, Transcript
from agent.clock import cpu_ns
from agent.media import FRAME_NS, FRAME_SAMPLES, AudioFrame, Samples
from agent.units import NS_PER_S


class Streamed(NamedTuple):
    """A transcript, the processor seconds of work on it, and those after the last frame had come."""

    final: Transcript
    work_s: float
    finish_s: float


async def streamed(stt: SpeechToText, samples: Samples, hints: Sequence[str] = ()) -> Streamed:
    """What a recogniser hears of an utterance; a rest of it that fills no frame is left out."""
    begun = cpu_ns()
    recognition = await stt.open(hints)
    try:
        for number, frame in enumerate(_frames(samples)):
            await recognition.feed(AudioFrame(t_ns=number * FRAME_NS, pcm=frame))
        last = cpu_ns()
        final = await recognition.finish()
    finally:
        await recognition.close()
    done = cpu_ns()
    return Streamed(final, (done - begun) / NS_PER_S, (done - last) / NS_PER_S)


def _frames(samples: Samples) -> Iterator[bytes]:
    data = samples.astype("<i2").tobytes()
    size = FRAME_SAMPLES * 2
    return (data[at : at + size] for at in range(0, len(data) - size + 1, size))
