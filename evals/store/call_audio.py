"""A call's two tracks as one stereo WAV: caller left, agent right, mu-law at 8 kHz.

The bytes of the tracks are the bytes of the file: a general encoder would write +0 and -0 (0xFF and 0x7F) alike,
and the record's hash would no longer match. So the header is written here, and the codes are interleaved as they
are. Header: Microsoft, Multiple Channel Audio Data and WAVE Files; tag 7 is mu-law, which needs a `fact` chunk.
"""

from __future__ import annotations

import hashlib
import re
import struct

import numpy as np

from agent.media import MULAW_SILENCE, RATE_HZ

_TAG_MULAW = 7
_CHANNELS = 2
_HEADER = struct.Struct("<4sI4s4sIHHIIHHH4sII4sI")
_NAME_LIMIT = 120


def stereo_wav(caller_track: bytes, agent_track: bytes) -> bytes:
    """The WAV file of two mu-law tracks; the shorter one is padded with silence."""
    samples = max(len(caller_track), len(agent_track))
    both = np.full((samples, _CHANNELS), MULAW_SILENCE, dtype=np.uint8)
    both[: len(caller_track), 0] = np.frombuffer(caller_track, dtype=np.uint8)
    both[: len(agent_track), 1] = np.frombuffer(agent_track, dtype=np.uint8)
    size = samples * _CHANNELS
    header = _HEADER.pack(
        b"RIFF",
        _HEADER.size - 8 + size,
        b"WAVE",
        b"fmt ",
        18,
        _TAG_MULAW,
        _CHANNELS,
        RATE_HZ,
        RATE_HZ * _CHANNELS,
        _CHANNELS,
        8,
        0,
        b"fact",
        4,
        samples,
        b"data",
        size,
    )
    return header + both.tobytes()


def tracks_of_wav(data: bytes, *, caller_samples: int, agent_samples: int) -> tuple[bytes, bytes]:
    """The caller's and the agent's mu-law bytes of a file that `stereo_wav` wrote.

    Raises:
        ValueError: the file is not one of ours, or shorter than it says.
    """
    if len(data) < _HEADER.size:
        raise ValueError(f"{len(data)} bytes is too short for a WAV file")
    fields = _HEADER.unpack_from(data)
    if (fields[0], fields[2], fields[5], fields[6], fields[7]) != (
        b"RIFF",
        b"WAVE",
        _TAG_MULAW,
        _CHANNELS,
        RATE_HZ,
    ):
        raise ValueError("not a stereo mu-law WAV of 8 kHz")
    size = fields[16]
    if len(data) != _HEADER.size + size or max(caller_samples, agent_samples) * _CHANNELS != size:
        raise ValueError(f"{len(data) - _HEADER.size} bytes of audio; expected {size}")
    both = np.frombuffer(data, dtype=np.uint8, offset=_HEADER.size).reshape(-1, _CHANNELS)
    return both[:caller_samples, 0].tobytes(), both[:agent_samples, 1].tobytes()


def audio_name(case_id: str, record_sha256: str) -> str:
    """A file name that says the case and is safe everywhere; the record's hash keeps like-named cases apart."""
    readable = re.sub(r"[^A-Za-z0-9._-]+", "_", case_id.replace("/", "__")).strip("._")[:_NAME_LIMIT]
    unique = hashlib.sha256(f"{case_id}\n{record_sha256}".encode()).hexdigest()[:8]
    return f"{readable or 'call'}-{unique}.wav"
