"""A caller who is a WAV file: its audio goes to the agent in step with the clock, and the call is written as stereo.

The file may have any rate; its first channel is the caller. After its end the line stays open and silent for a while,
so that the agent can answer the last words. What the agent sends is played at once, one frame after another.
"""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncGenerator
from pathlib import Path

import numpy as np
import soundfile
import soxr

from agent.audio.ports import Inbound, Mark
from agent.clock import Clock
from agent.errors import BadAudio, LineDropped
from agent.media import (
    FRAME_BYTES,
    FRAME_NS,
    RATE_HZ,
    SILENT_PCM,
    AudioFrame,
    Samples,
    cut_frames,
    mulaw_decode,
    mulaw_encode,
)
from agent.units import NS_PER_S

LONGEST_S = 3600
LOWEST_RATE_HZ, HIGHEST_RATE_HZ = 8000, 192_000


class WavTransport:
    """One call with a recorded caller.

    Args:
        caller: the WAV of the caller.
        clock: paces the call; a virtual one plays it as fast as the machine can.
        linger_s: how long the line stays open after the file's end.

    Raises:
        BadAudio: the file cannot be read or is too long.
    """

    def __init__(self, caller: Path, clock: Clock, *, linger_s: int = 12) -> None:
        pcm = mulaw_decode(mulaw_encode(read_caller(caller))).astype("<i2").tobytes()
        silent_frames = linger_s * NS_PER_S // FRAME_NS
        self._frames = cut_frames(pcm) + [SILENT_PCM] * silent_frames
        self._clock = clock
        self._queue: deque[AudioFrame | Mark] = deque()
        self._caller_track = bytearray()
        self._agent_track = bytearray()
        self._closed = False

    async def frames(self) -> AsyncGenerator[Inbound, None]:
        """The caller's frames in step with the clock, and marks as they are reached."""
        zero_ns = self._clock.now_ns()
        for number, pcm in enumerate(self._frames):
            await self._clock.sleep_until(zero_ns + (number + 1) * FRAME_NS)
            if self._closed:
                return
            for mark in self._play(pcm):
                yield mark
            yield AudioFrame(t_ns=zero_ns + number * FRAME_NS, pcm=pcm)
        self._closed = True

    async def send(self, item: AudioFrame | Mark) -> None:
        """Queues audio or a mark for the caller's ear."""
        if self._closed:
            raise LineDropped("the recording is over")
        self._queue.append(item)

    async def clear(self) -> None:
        """Drops what has not been played; its marks come back with the next frame."""
        self._queue = deque(item for item in self._queue if isinstance(item, Mark))

    async def close(self) -> None:
        """Hangs up."""
        self._closed = True

    def write(self, path: Path) -> None:
        """Writes the call so far: 8 kHz, 16 bit, caller left, agent right.

        Raises:
            OSError: it cannot be written.
        """
        caller = np.frombuffer(bytes(self._caller_track), dtype="<i2")
        agent = np.frombuffer(bytes(self._agent_track), dtype="<i2")
        soundfile.write(path, np.column_stack([caller, agent]), RATE_HZ, subtype="PCM_16", format="WAV")

    def _play(self, caller: bytes) -> list[Mark]:
        """One frame of the call onto the tracks; the marks that were reached before it."""
        marks: list[Mark] = []
        heard = SILENT_PCM
        while self._queue:
            item = self._queue.popleft()
            if isinstance(item, AudioFrame):
                heard = item.pcm
                break
            marks.append(item)
        assert len(heard) == FRAME_BYTES
        self._caller_track += caller
        self._agent_track += heard
        return marks


def read_caller(path: Path) -> Samples:
    """The first channel of a WAV at 8 kHz.

    Raises:
        BadAudio: it cannot be read, is empty, or is longer than an hour.
    """
    try:
        with soundfile.SoundFile(path) as file:
            if not LOWEST_RATE_HZ <= file.samplerate <= HIGHEST_RATE_HZ:
                raise BadAudio(f"{path}: {file.samplerate} Hz is no rate for speech")
            # A header may promise anything; only so much is read as an hour holds.
            samples = file.read(LONGEST_S * file.samplerate + 1, dtype="float64", always_2d=True)[:, 0]
            rate_hz = file.samplerate
    except (OSError, soundfile.SoundFileError) as error:
        raise BadAudio(f"{path}: cannot be read as audio: {error}") from error
    if len(samples) == 0:
        raise BadAudio(f"{path}: holds no audio")
    if len(samples) > LONGEST_S * rate_hz:
        raise BadAudio(f"{path}: is longer than {LONGEST_S} s")
    resampled = soxr.resample(samples, rate_hz, RATE_HZ) if rate_hz != RATE_HZ else samples
    clipped: Samples = np.clip(np.rint(resampled * 32768), -32768, 32767).astype(np.int16)
    return clipped
