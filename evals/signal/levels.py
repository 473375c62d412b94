"""How loud a signal is: the active speech level of ITU-T P.56 and plain RMS, both in dBov.

0 dBov is the power of a full-scale square wave, so a full-scale sine is -3.01 dBov. RMS averages over pauses too
and so says little about speech: twenty seconds of silence after five of speech lower it by 7 dB. P.56 method B
averages over the speech only, by counting at fifteen thresholds how long the smoothed envelope was above each, and
finding the threshold that lies a fixed margin below the level of what exceeded it. Measure it on clean speech: in
noise everything exceeds the threshold, and the activity factor jumps to one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy
from numpy.typing import NDArray

FULL_SCALE = 32768.0
SILENCE_DBOV = -100.0  # what stands for "no speech at all", as in the ITU-T Software Tool Library

# ITU-T P.56 method B.
TIME_CONSTANT_S = 0.03
HANGOVER_S = 0.2
MARGIN_DB = 15.9
THRESHOLDS = 0.5 ** np.arange(15, 0, -1)

Signal = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeechLevel:
    """Active speech level and RMS, in dBov, and the share of time that was speech."""

    active_dbov: float
    rms_dbov: float
    activity: float


def as_signal(samples: NDArray[np.int16] | NDArray[np.floating]) -> Signal:
    """Samples as floats with full scale at 1.0; floats are taken to be so already. Shape is kept."""
    if np.issubdtype(samples.dtype, np.integer):
        return samples.astype(np.float64) / FULL_SCALE
    return np.asarray(samples, dtype=np.float64)


def rms_dbov(samples: NDArray[np.int16] | NDArray[np.floating]) -> float:
    """RMS level in dBov, `SILENCE_DBOV` when there is nothing."""
    signal = as_signal(samples)
    power = float(np.mean(signal**2)) if signal.size else 0.0
    return _dbov(power)


def speech_level(samples: NDArray[np.int16] | NDArray[np.floating], rate_hz: int = 8000) -> SpeechLevel:
    """The level of clean, band-limited speech by ITU-T P.56 method B.

    Signals without activity at the lowest threshold (-90 dBov) have `SILENCE_DBOV` and activity 0.
    """
    signal = as_signal(samples)
    energy = float(np.sum(signal**2))
    rms = _dbov(energy / signal.size) if signal.size else SILENCE_DBOV
    counts = _active_samples(signal, rate_hz)
    if energy == 0.0 or counts[0] == 0:
        return SpeechLevel(active_dbov=SILENCE_DBOV, rms_dbov=rms, activity=0.0)
    usable = int(np.count_nonzero(counts))  # counts never grow with the threshold
    active = 10 * np.log10(energy / counts[:usable])
    above_threshold = active - 20 * np.log10(THRESHOLDS[:usable])
    level = _at_margin(active, above_threshold)
    return SpeechLevel(active_dbov=level, rms_dbov=rms, activity=min(1.0, 10 ** ((rms - level) / 10)))


def gain_for(change_db: float) -> float:
    """The factor on amplitude that changes a level by `change_db`."""
    return float(10.0 ** (change_db / 20.0))


def scale_to_speech_level(samples: NDArray[np.int16] | NDArray[np.floating], dbov: float) -> Signal:
    """The samples at active level `dbov`; silence stays as it is."""
    signal = as_signal(samples)
    measured = speech_level(signal).active_dbov
    return signal if measured == SILENCE_DBOV else signal * gain_for(dbov - measured)


def scale_to_rms(samples: NDArray[np.int16] | NDArray[np.floating], dbov: float) -> Signal:
    """The samples at RMS level `dbov`; silence stays as it is."""
    signal = as_signal(samples)
    measured = rms_dbov(signal)
    return signal if measured == SILENCE_DBOV else signal * gain_for(dbov - measured)


def _dbov(power: float) -> float:
    if power <= 0.0:
        return SILENCE_DBOV
    return max(SILENCE_DBOV, float(10 * np.log10(power)))


def _active_samples(signal: Signal, rate_hz: int) -> NDArray[np.int64]:
    """Per threshold, samples at which the envelope is above it or was within the hangover."""
    decay = np.exp(-1.0 / (rate_hz * TIME_CONSTANT_S))
    envelope = np.abs(signal)
    for _ in range(2):
        envelope = scipy.signal.lfilter([1.0 - decay], [1.0, -decay], envelope)
    hangover = round(rate_hz * HANGOVER_S)
    return np.array([_held(np.flatnonzero(envelope >= c), signal.size, hangover) for c in THRESHOLDS])


def _held(above: NDArray[np.intp], length: int, hangover: int) -> int:
    """How many samples are in `above` or at most `hangover` after one that is."""
    if above.size == 0:
        return 0
    until_next = np.diff(above, append=length)
    return int(np.minimum(until_next, hangover + 1).sum())


def _at_margin(active: NDArray[np.float64], above_threshold: NDArray[np.float64]) -> float:
    """The active level where it stands `MARGIN_DB` above its threshold, interpolated between thresholds."""
    below = np.flatnonzero(above_threshold <= MARGIN_DB)
    if below.size == 0:  # a click: so peaky that no threshold comes near its level
        return float(active[-1])
    at = int(below[0])
    if at == 0:  # barely above the lowest threshold
        return SILENCE_DBOV
    step = above_threshold[at - 1] - above_threshold[at]
    share = (above_threshold[at - 1] - MARGIN_DB) / step
    return float(active[at - 1] + share * (active[at] - active[at - 1]))
