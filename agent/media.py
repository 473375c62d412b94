"""Audio as it travels: formats, 20 ms frames, and the G.711 mu-law of the telephone.

The audio layer works in 8 kHz frames of 20 ms: 160 samples, 320 bytes of s16le. G.711 has several
encoders in the field that differ by one code on some inputs; this one follows the ITU-T Software Tool
Library's rule (negative samples are complemented, not negated), as a table of all 65,536 inputs. Compare
decoded samples with other libraries, never their bytes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

RATE_HZ = 8000
FRAME_MS = 20
FRAME_NS = FRAME_MS * 1_000_000
FRAME_SAMPLES = RATE_HZ * FRAME_MS // 1000
FRAME_BYTES = FRAME_SAMPLES * 2
SAMPLE_NS = 1_000_000_000 // RATE_HZ

MULAW_SILENCE = 0xFF  # ITU-T G.711: +0. Zero-filling instead would be a blast at full scale.

Samples = NDArray[np.int16]


class Encoding(StrEnum):
    """How samples are written as bytes."""

    PCM_S16LE = "pcm_s16le"
    MULAW = "mulaw"


@dataclass(frozen=True, slots=True, kw_only=True)
class AudioFormat:
    """Encoding and rate of mono audio."""

    encoding: Encoding
    rate_hz: int

    @property
    def bytes_per_sample(self) -> int:
        """Bytes one sample takes."""
        return 1 if self.encoding is Encoding.MULAW else 2


TELEPHONE = AudioFormat(encoding=Encoding.PCM_S16LE, rate_hz=RATE_HZ)
SILENT_PCM = bytes(FRAME_BYTES)


@dataclass(frozen=True, slots=True, kw_only=True)
class AudioFrame:
    """20 ms of mono audio that began at `t_ns` on the call's clock.

    Raises:
        ValueError: the bytes are not 20 ms of the stated format.
    """

    t_ns: int
    pcm: bytes
    format: AudioFormat = TELEPHONE

    def __post_init__(self) -> None:
        expected = self.format.rate_hz * FRAME_MS // 1000 * self.format.bytes_per_sample
        if len(self.pcm) != expected:
            raise ValueError(
                f"{len(self.pcm)} bytes is not {FRAME_MS} ms of {self.format.rate_hz} Hz "
                f"{self.format.encoding}; expected {expected}"
            )

    @property
    def samples(self) -> Samples:
        """The frame's samples, read-only, shape (160,) for telephone audio."""
        if self.format.encoding is Encoding.MULAW:
            return mulaw_decode(self.pcm)
        return np.frombuffer(self.pcm, dtype="<i2")


def mulaw_encode(samples: NDArray[np.int16]) -> bytes:
    """G.711 mu-law codes of 16-bit samples, one byte each (ITU-T G.711, STL's rule)."""
    return _ENCODE[np.asarray(samples, dtype=np.int16).view(np.uint16)].tobytes()


def mulaw_decode(codes: bytes) -> Samples:
    """16-bit samples of G.711 mu-law codes; 0xFF and 0x7F both give 0."""
    return _DECODE[np.frombuffer(codes, dtype=np.uint8)]


def mulaw_quantise(samples: NDArray[np.int16]) -> Samples:
    """What 16-bit samples become after one trip through mu-law."""
    return _ROUND_TRIP[np.asarray(samples, dtype=np.int16).view(np.uint16)]


def cut_frames(pcm: bytes) -> list[bytes]:
    """Telephone s16le bytes cut into 20 ms pieces, the last padded with silence."""
    pieces = [pcm[at : at + FRAME_BYTES] for at in range(0, len(pcm), FRAME_BYTES)]
    if pieces and len(pieces[-1]) < FRAME_BYTES:
        pieces[-1] = pieces[-1].ljust(FRAME_BYTES, b"\0")
    return pieces


def join_frames(frames: Iterable[AudioFrame]) -> bytes:
    """The frames' bytes one after another."""
    return b"".join(frame.pcm for frame in frames)


def _decode_table() -> Samples:
    codes = ~np.arange(256, dtype=np.int32) & 0xFF
    exponent = (codes >> 4) & 7
    mantissa = codes & 15
    magnitude = (((mantissa << 3) + 0x84) << exponent) - 0x84
    return np.where(codes & 0x80, -magnitude, magnitude).astype(np.int16)


def _encode_table() -> NDArray[np.uint8]:
    values = np.arange(65536, dtype=np.uint16).view(np.int16).astype(np.int32)
    # STL works on 14 bits after complementing negatives; +33 there is the bias 0x84 here.
    magnitude = np.where(values < 0, ~values, values) >> 2
    magnitude = np.minimum(magnitude + 33, 0x1FFF)
    segment = np.zeros_like(magnitude)
    for step in range(1, 8):
        segment += (magnitude >> (5 + step)) > 0
    mantissa = (magnitude >> (segment + 1)) & 15
    code = (segment << 4) | mantissa
    inverted: NDArray[np.int32] = np.where(values < 0, 0x7F - code, 0xFF - code)
    return inverted.astype(np.uint8)


_DECODE = _decode_table()
_ENCODE = _encode_table()
_ROUND_TRIP = _DECODE[_ENCODE]
for _table in (_DECODE, _ENCODE, _ROUND_TRIP):
    _table.setflags(write=False)
