"""A channel in steps of 10 ms: its level, and its power in the bands of speech.

A step knows its own 10 ms for the level, and a Hann window of 20 ms around its middle for the bands. Seven bands over
the telephone's 300 to 3400 Hz, about as wide as the ear's critical bands are there: noise that is loud in one of them
(a car's rumble, mains) leaves the others to see the speech by. All rates are read in the same bands, so that a call
measures the same at 8 and at 48 kHz.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evals.signal.levels import SILENCE_DBOV

STEP_MS = 10  # as in docs/metrics.md: a boundary is known to 10 ms
STEPS_PER_S = 1000 // STEP_MS
WINDOW_MS = 20  # 50 Hz between lines of the spectrum: the narrowest band still has three of them
BAND_EDGES_HZ = (300, 450, 650, 900, 1250, 1700, 2300, 3400)
BANDS = len(BAND_EDGES_HZ) - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Steps:
    """A channel's steps, in dBov.

    Attributes:
        level_db: of all of a step's sound but its mean, shape (n,).
        bands_db: of each band, shape (n, BANDS). Half floats: they are exact to 0.06 dB there, and four hours of both
            channels take 52 MB.
    """

    level_db: NDArray[np.float32]
    bands_db: NDArray[np.float16]


class StepMeter:
    """Makes steps of a channel that comes in blocks; how it is cut into blocks changes nothing.

    Args:
        rate_hz: samples per second; need not be whole steps.
    """

    def __init__(self, rate_hz: int) -> None:
        self._rate_hz = rate_hz
        self._length = rate_hz * STEP_MS // 1000
        self._window_length = rate_hz * WINDOW_MS // 1000
        self._before = (self._window_length - self._length) // 2
        self._window = np.hanning(self._window_length + 2)[1:-1]
        hz = np.fft.rfftfreq(self._window_length, 1 / rate_hz)
        self._edges = np.searchsorted(hz, BAND_EDGES_HZ)
        # Parseval over one side of the spectrum: a tone within a band has the level there that it has in time.
        self._scale = 2.0 / (self._window_length * np.sum(self._window**2))
        self._samples = np.zeros(self._before)  # silence before the first step
        self._first = -self._before  # which sample of the channel `_samples` begins with
        self._total = 0
        self._done = 0
        self._levels: list[NDArray[np.float32]] = []
        self._bands: list[NDArray[np.float16]] = []

    def add(self, samples: NDArray[np.floating]) -> None:
        """The next samples of the channel, shape (n,), full scale at 1."""
        self._samples = np.concatenate((self._samples, samples))
        self._total += samples.size
        known = self._first + self._samples.size - self._window_length + self._before
        self._measure(known * STEPS_PER_S // self._rate_hz)

    def finish(self) -> Steps:
        """All steps; the last one is filled up with silence."""
        self._samples = np.concatenate((self._samples, np.zeros(2 * self._window_length)))
        self._measure(-(-self._total * STEPS_PER_S // self._rate_hz))
        return Steps(
            level_db=np.concatenate([np.zeros(0, dtype=np.float32), *self._levels]),
            bands_db=np.concatenate([np.zeros((0, BANDS), dtype=np.float16), *self._bands]),
        )

    def _measure(self, until: int) -> None:
        """Measures the steps up to number `until`, and lets go of the samples that no later one needs."""
        if until <= self._done:
            return
        begins = np.arange(self._done, until) * self._rate_hz // STEPS_PER_S - self._first - self._before
        windows = self._samples[begins[:, None] + np.arange(self._window_length)]
        own = windows[:, self._before : self._before + self._length]
        power = np.mean(own**2, axis=1) - np.mean(windows, axis=1) ** 2
        spectrum = np.abs(np.fft.rfft(windows * self._window, axis=1)) ** 2 * self._scale
        bands = np.stack([spectrum[:, low:high].sum(axis=1) for low, high in self._pairs()], axis=1)
        self._levels.append(_db(power).astype(np.float32))
        self._bands.append(_db(bands).astype(np.float16))
        self._done = until
        needless = until * self._rate_hz // STEPS_PER_S - self._before - self._first
        self._samples = self._samples[needless:]
        self._first += needless

    def _pairs(self) -> list[tuple[int, int]]:
        return list(zip(self._edges[:-1].tolist(), self._edges[1:].tolist(), strict=True))


def _db(power: NDArray[np.floating]) -> NDArray[np.float64]:
    return np.asarray(10 * np.log10(np.maximum(power, 10 ** (SILENCE_DBOV / 10))))
