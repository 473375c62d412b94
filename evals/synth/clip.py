"""A recorded clip as clean speech: whatever the file claims, at most a minute of its first channel is decoded.

The file is read once, whole and bounded, and what is hashed is what is decoded. libsndfile reads the format; a header
may lie about length, rate or channels, so nothing is allocated by what it says.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from agent.media import RATE_HZ, SAMPLE_NS
from evals.errors import BadInput
from evals.record import Span
from evals.signal.mixing import to_int16
from evals.signal.resampling import resample
from evals.signal.voicing import speech_spans
from evals.synth.caller_voice import CleanSpeech

LARGEST_BYTES = 10_000_000
LONGEST_S = 60
RATES_HZ = (4_000, 192_000)
MOST_CHANNELS = 16

_PER_MS = RATE_HZ // 1000


def decode_clip(path: Path, sha256: str = "", speech_ms: Sequence[tuple[int, int]] = ()) -> CleanSpeech:
    """The clip's first channel at 8 kHz, uncut, with its speech bounds.

    Args:
        path: the file.
        sha256: what its bytes must hash to, when known.
        speech_ms: where its manifest says that speech starts and ends; measured on the clip when empty, which is
            right for clean recordings only.

    Raises:
        BadInput: it cannot be read, is no audio, is too large or too long, or is another file than expected.
    """
    content = _content(path)
    if sha256 and hashlib.sha256(content).hexdigest() != sha256:
        raise BadInput(
            str(path), ["the file is not the one that its manifest or scenario was made for (SHA-256)"]
        )
    try:
        with soundfile.SoundFile(io.BytesIO(content)) as sound:
            rate_hz = sound.samplerate
            _check(path, rate_hz, sound.channels)
            first_channel = np.concatenate([np.zeros(0, dtype=np.float32), *_blocks(sound)])
    except (soundfile.LibsndfileError, OSError, ValueError, TypeError) as error:
        raise BadInput(str(path), [f"cannot be read as audio: {error}"]) from error
    if first_channel.size == 0:
        raise BadInput(str(path), ["holds no audio"])
    if first_channel.size > LONGEST_S * rate_hz:
        raise BadInput(str(path), [f"is longer than {LONGEST_S} s"])
    if not np.isfinite(first_channel).all():
        raise BadInput(str(path), ["holds samples that are no numbers"])
    samples = to_int16(resample(np.clip(first_channel, -1.0, 1.0), rate_hz))
    speech = tuple(
        Span(start_ns=start * SAMPLE_NS, end_ns=end * SAMPLE_NS)
        for start, end in [(start * _PER_MS, end * _PER_MS) for start, end in speech_ms]
        or speech_spans(samples)
    )
    return CleanSpeech(samples=samples, speech=speech)


def _content(path: Path) -> bytes:
    try:
        if not path.is_file():  # a pipe or a device would never end
            raise BadInput(str(path), ["there is no such file"])
        with path.open("rb") as file:
            content = file.read(LARGEST_BYTES + 1)
    except OSError as error:
        raise BadInput(str(path), [f"cannot be read: {error.strerror or error}"]) from error
    if len(content) > LARGEST_BYTES:
        raise BadInput(str(path), [f"is larger than {LARGEST_BYTES // 1_000_000} MB"])
    return content


def _check(path: Path, rate_hz: int, channels: int) -> None:
    if not RATES_HZ[0] <= rate_hz <= RATES_HZ[1]:
        raise BadInput(str(path), [f"{rate_hz} Hz: expected {RATES_HZ[0]} to {RATES_HZ[1]} Hz"])
    if channels > MOST_CHANNELS:
        raise BadInput(str(path), [f"{channels} channels: expected at most {MOST_CHANNELS}"])


def _blocks(sound: soundfile.SoundFile) -> Iterator[NDArray[np.float32]]:
    """The first channel, a second at a time, one second beyond the longest allowed."""
    for _ in range(LONGEST_S + 1):
        block = sound.read(sound.samplerate, dtype="float32", always_2d=True)
        if len(block) == 0:
            return
        yield block[:, 0].copy()
