"""A stereo call recording on the disk: checked by its header, then read a few seconds at a time.

libsndfile decodes the samples. It takes a file that is shorter than its header says for a shorter recording, and then
a call that was cut off would be measured as one that ended; so the RIFF chunks are walked here first. Nothing is
allocated by what a header claims.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
import soundfile
from numpy.typing import NDArray

from evals.errors import BadInput

RATES_HZ = (8_000, 48_000)  # from the telephone's rate to the highest that calls are recorded at
LONGEST_S = (
    12 * 3600
)  # three times a long call; the spans of what is longer would be more than a person reads
BLOCK_S = 10  # 7.7 MB of stereo floats at 48 kHz
CHANNELS = 2

_FORMATS = ("WAV", "WAVEX", "RF64")
_MOST_CHUNKS = 1000  # real files have a handful
_IN_DS64 = 0xFFFFFFFF  # EBU Tech 3306: the true size stands in the ds64 chunk


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """A recording whose header holds what it promises."""

    path: Path
    rate_hz: int
    samples: int

    def blocks(self) -> Iterator[NDArray[np.float32]]:
        """The samples in order, shape (at most `BLOCK_S` seconds, 2), full scale at 1.

        Raises:
            BadInput: it cannot be decoded, holds samples that are no numbers, or ends before its header says.
        """
        read = 0
        try:
            with soundfile.SoundFile(self.path) as sound:
                while True:
                    block = sound.read(self.rate_hz * BLOCK_S, dtype="float32", always_2d=True)
                    if len(block) == 0:
                        break
                    if not np.isfinite(block).all():
                        raise BadInput(str(self.path), ["holds samples that are no numbers"])
                    read += len(block)
                    yield np.clip(block, -1.0, 1.0)
        except (soundfile.LibsndfileError, OSError) as error:
            raise BadInput(str(self.path), [f"cannot be read as audio: {_in_words(error)}"]) from error
        if read != self.samples:
            raise BadInput(
                str(self.path), [f"ends after {read} samples; its header says that there are {self.samples}"]
            )


def open_recording(path: Path) -> Recording:
    """The recording, after its header was checked.

    Raises:
        BadInput: there is no such file, it is empty, no WAV, not stereo, of another rate, too long, or does not hold
            what its header says.
    """
    where = str(path)
    try:
        if not path.is_file():  # a pipe or a device would never end
            raise BadInput(where, ["there is no such file"])
        with path.open("rb") as file:
            wrong = _wrong_with_chunks(file, path.stat().st_size)
    except OSError as error:
        raise BadInput(where, [f"cannot be read: {error.strerror or error}"]) from error
    if wrong:
        raise BadInput(where, [wrong])
    try:
        with soundfile.SoundFile(path) as sound:
            rate_hz, channels, samples, form = sound.samplerate, sound.channels, sound.frames, sound.format
    except (soundfile.LibsndfileError, OSError) as error:
        raise BadInput(where, [f"cannot be read as audio: {_in_words(error)}"]) from error
    wrong = _wrong_with_format(rate_hz, channels, samples, form)
    if wrong:
        raise BadInput(where, [wrong])
    return Recording(path=path, rate_hz=rate_hz, samples=samples)


def _wrong_with_format(rate_hz: int, channels: int, samples: int, form: str) -> str:
    if form not in _FORMATS:
        return f"is {form}, not a WAV file"
    if channels != CHANNELS:
        what = "mono" if channels == 1 else f"of {channels} channels"
        return f"is {what}: expected stereo, the caller on one side and the agent on the other"
    if not RATES_HZ[0] <= rate_hz <= RATES_HZ[1]:
        return f"has {rate_hz} samples a second: expected {RATES_HZ[0]} to {RATES_HZ[1]}"
    if samples == 0:
        return "holds no audio"
    if samples > LONGEST_S * rate_hz:
        return f"lasts longer than {LONGEST_S // 3600} hours"
    return ""


def _wrong_with_chunks(file: BinaryIO, file_bytes: int) -> str:
    """What is wrong with a file's chunks, in words; empty when they are whole."""
    if file_bytes == 0:
        return "is empty"
    head = file.read(12)
    if len(head) < 12 or head[:4] not in (b"RIFF", b"RF64") or head[8:] != b"WAVE":
        return "is not a WAV file"
    at, big_data, data_seen = 12, 0, False
    for _ in range(_MOST_CHUNKS):
        file.seek(at)
        chunk = file.read(8)
        if len(chunk) < 8:
            break
        name, size = struct.unpack("<4sI", chunk)
        if name == b"ds64":
            big_data = int.from_bytes(file.read(24)[8:16], "little")  # after the size of the whole file
        if name == b"data":
            if head[:4] == b"RF64" and size == _IN_DS64:
                size = big_data
            data_seen = True
            if at + 8 + size > file_bytes:
                return f"claims {size} bytes of audio and holds {file_bytes - at - 8}: cut off, or its length is wrong"
        elif at + 8 + size > file_bytes:
            if data_seen:
                return f"holds {file_bytes - at} bytes after the audio that its header tells of: its length is wrong"
            return "is cut off within its header"
        at += 8 + size + size % 2  # chunks begin at even bytes
    return "" if data_seen else "holds no audio"


def _in_words(error: Exception) -> str:
    """What libsndfile or the system says, without the path that the message begins with anyway."""
    return str(getattr(error, "error_string", None) or getattr(error, "strerror", None) or error).rstrip(".")
