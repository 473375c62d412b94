"""Telephone audio made fit for a recogniser that was trained on wide-band speech.

Sixteen samples for eight, by a half-band filter, and a noise floor under it: wide-band recordings never have the
dead-silent upper band that a telephone leaves, and the acoustic model takes it for something.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import scipy
from numpy.typing import NDArray

from agent.media import Samples

RATE_HZ = 16_000
HALF_TAPS = 16
DELAY_NS = HALF_TAPS * 125_000  # 2 ms: a new sample waits for this many that come after it
NOISE_FLOOR_DBOV = -50.0

_SCALE_BITS = 15
_NOISE_SAMPLES = 1 << 16
_NOISE_SEED = 1


class WideBand:
    """A stream of 8 kHz samples as 16 kHz samples with a noise floor.

    What comes out does not depend on how the stream is cut: the filter's arithmetic is whole numbers, and the noise
    is one fixed sequence.
    """

    def __init__(self, noise_dbov: float = NOISE_FLOOR_DBOV) -> None:
        self._taps = _taps()
        self._past = np.zeros(2 * HALF_TAPS - 1, dtype=np.int64)
        self._noise = _noise(noise_dbov)
        self._at = 0

    def feed(self, samples: Samples) -> Samples:
        """Twice as many samples as were fed, `DELAY_NS` late."""
        line = np.concatenate([self._past, samples.astype(np.int64)])
        self._past = line[len(samples) :]
        out = np.empty(2 * len(samples), dtype=np.int64)
        # Even samples are those of the stream itself; odd ones lie half-way between two of them.
        out[0::2] = line[HALF_TAPS - 1 : HALF_TAPS - 1 + len(samples)]
        between = np.convolve(line, self._taps, mode="valid")
        out[1::2] = (between + (1 << (_SCALE_BITS - 1))) >> _SCALE_BITS
        places = np.arange(self._at, self._at + len(out)) % _NOISE_SAMPLES
        self._at += len(out)
        out += self._noise[places]
        return np.clip(out, -32768, 32767).astype(np.int16)

    def flush(self) -> Samples:
        """The last samples, which were waiting for what does not come."""
        return self.feed(np.zeros(HALF_TAPS, dtype=np.int16))


@cache
def _taps() -> NDArray[np.int64]:
    """The odd phase of a half-band low-pass, in fixed point, its sum exactly one."""
    whole = scipy.signal.firwin(4 * HALF_TAPS - 1, 0.5, window=("kaiser", 8.0))
    phase = whole[0::2]
    taps: NDArray[np.int64] = np.rint(phase / phase.sum() * (1 << _SCALE_BITS)).astype(np.int64)
    taps[HALF_TAPS - 1] += (1 << _SCALE_BITS) - taps.sum()
    taps.setflags(write=False)
    return taps


@cache
def _noise(level_dbov: float) -> NDArray[np.int64]:
    """White noise whose mean power is `level_dbov`, ITU-T G.100.1: a full-scale square wave is 0 dBov."""
    draws = np.random.Generator(np.random.PCG64(_NOISE_SEED)).standard_normal(_NOISE_SAMPLES)
    noise: NDArray[np.int64] = np.rint(draws * 32768 * 10 ** (level_dbov / 20)).astype(np.int64)
    noise.setflags(write=False)
    return noise
