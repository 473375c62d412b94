"""What a receiver plays where packets are missing, in the manner of ITU-T G.711 Appendix I.

Written from the description of its behaviour. The gap is filled by going on with the last pitch period; after 10 and
20 ms one more period is taken in, so that the voice does not turn into a tone; from 10 ms on the sound fades by a
fifth of its start per 10 ms and is gone after 60 ms; where packets come again the two are cross-faded. Appendix I
delays the output by 3.75 ms to be able to smooth the last samples before a gap. Here those samples are smoothed
without the delay, as it would only shift the whole call.
"""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from agent.media import FRAME_SAMPLES, RATE_HZ, Samples

# ITU-T G.711 Appendix I, at 8 kHz.
STEP = RATE_HZ // 100  # it works in 10 ms
SHORTEST_PITCH, LONGEST_PITCH = 40, 120  # 5 to 15 ms: 200 down to 66 Hz
MATCHED = 160  # the last 20 ms are compared with what was before
HISTORY = 390  # 48.75 ms
FADE_PER_STEP = 0.2
RECOVERY_PER_STEP = RATE_HZ * 4 // 1000  # samples of cross-fade more for each further 10 ms lost

_Wave = NDArray[np.float64]


def conceal(samples: Samples, lost: NDArray[np.bool_], history: Samples | None = None) -> Samples:
    """The samples as received when the packets marked in `lost` never came, shape (160 * packets,).

    Args:
        samples: what was sent, shape (160 * packets,).
        lost: whether each packet of 160 samples is lost, shape (packets,).
        history: what was received before, newest last; silence when not given.
    """
    if samples.size != lost.size * FRAME_SAMPLES:
        raise ValueError(f"{samples.size} samples are not {lost.size} packets of {FRAME_SAMPLES}")
    if not lost.any():
        return samples.copy()
    wave = np.concatenate((_past(history), samples.astype(np.float64)))
    edges = np.flatnonzero(np.diff(np.concatenate(([False], lost, [False])).astype(np.int8)))
    for first, end in (edges.reshape(-1, 2) * FRAME_SAMPLES + HISTORY).tolist():
        _fill(wave, first, end)
    return np.asarray(np.clip(np.rint(wave[HISTORY:]), -32768, 32767), dtype=np.int16)


def pitch_period(history: _Wave) -> int:
    """The lag in samples at which the end of `history` resembles its past most, shape (at least 280,)."""
    target = history[-MATCHED:]
    lagged = sliding_window_view(history[-MATCHED - LONGEST_PITCH : -SHORTEST_PITCH], MATCHED)
    likeness = (lagged @ target) / np.sqrt(np.maximum(np.sum(lagged**2, axis=1), 1.0))
    return LONGEST_PITCH - int(np.argmax(likeness))


def _fill(wave: _Wave, first: int, end: int) -> None:
    """Replaces `wave[first:end]`, a gap, and smooths what stands before and after it."""
    history = wave[first - HISTORY : first].copy()
    period = pitch_period(history)
    overlap = period // 4
    recovery = min(overlap + RECOVERY_PER_STEP * ((end - first) // STEP - 1), STEP)
    after = min(recovery, wave.size - end)
    rise = (np.arange(overlap) + 0.5) / overlap
    # The last quarter period before the gap leads over into the sample before the period that is repeated.
    before_period = history[-period - overlap : -period]
    wave[first - overlap : first] = (1 - rise) * wave[first - overlap : first] + rise * before_period
    filling = _gain(end - first + after) * _repeated(history, period, end - first + after)
    wave[first:end] = filling[: end - first]
    if after:
        rise = (np.arange(recovery) + 0.5)[:after] / recovery
        wave[end : end + after] = (1 - rise) * filling[end - first :] + rise * wave[end : end + after]


def _repeated(history: _Wave, period: int, length: int) -> _Wave:
    """`length` samples of the last period going on: one period for 10 ms, two for the next, then three."""
    overlap = period // 4
    rise = (np.arange(overlap) + 0.5) / overlap
    filling = np.zeros(length)
    at = position = 0
    going_on: _Wave = np.zeros(0)
    for periods in (1, 2, 3):
        until = length if periods == 3 else min(at + STEP, length)
        cycle = _cycle(history, period, periods)
        position %= period  # a longer cycle begins further back, at the same phase
        ahead = np.take(cycle, np.arange(position, position + until - at + overlap), mode="wrap")
        filling[at:until] = ahead[: until - at]
        joint = min(going_on.size, until - at)
        filling[at : at + joint] += (1 - rise[:joint]) * (going_on[:joint] - filling[at : at + joint])
        going_on = ahead[until - at :]
        position += until - at
        at = until
    return filling


def _cycle(history: _Wave, period: int, periods: int) -> _Wave:
    """The last `periods` pitch periods, their end blended so that they can follow themselves."""
    overlap = period // 4
    length = period * periods
    cycle = history[-length:].copy()
    rise = (np.arange(overlap) + 0.5) / overlap
    cycle[-overlap:] = (1 - rise) * cycle[-overlap:] + rise * history[-length - overlap : -length]
    return cycle


def _gain(length: int) -> _Wave:
    """Full for 10 ms, then falling in a line to nothing at 60 ms, shape (length,)."""
    return np.clip(1.0 - FADE_PER_STEP * (np.arange(length) - STEP) / STEP, 0.0, 1.0)


def _past(history: Samples | None) -> _Wave:
    past = np.zeros(HISTORY)
    if history is not None and history.size:
        newest = history[-HISTORY:].astype(np.float64)
        past[HISTORY - newest.size :] = newest
    return past
