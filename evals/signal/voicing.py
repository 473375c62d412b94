"""Where there is speech, and where there is sound, in steps of 10 ms.

`speech_spans` finds the true bounds of clean speech, which every latency starts from: frames at or above the active
speech level less 30 dB. `audible_spans` finds what a listener would notice on a line, against a fixed level: it is
for the agent's side, whose audio is clean but of a level of its own.
Neither is a voice detector: those are late by tens to hundreds of milliseconds, and differently so in noise.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from evals.signal.levels import SILENCE_DBOV, as_signal, speech_level

STEP_MS = 10
SPEECH_RANGE_DB = 30.0  # what lies further below the active level is breath and the voice's own padding
SPEECH_HANG_MS = 50  # a closure within a word is no pause
AUDIBLE_DBOV = -45.0
STEPS_TO_START = 3  # a click is no onset

SampleSpan = tuple[int, int]


def speech_spans(
    samples: NDArray[np.int16] | NDArray[np.floating],
    rate_hz: int = 8000,
    *,
    active_dbov: float | None = None,
) -> list[SampleSpan]:
    """The voiced intervals of clean speech, as (first sample, one past the last), in order and apart.

    Args:
        samples: clean speech, shape (n,).
        rate_hz: samples per second.
        active_dbov: its active level (P.56) when that is known already.
    """
    level = speech_level(samples, rate_hz).active_dbov if active_dbov is None else active_dbov
    if level == SILENCE_DBOV:
        return []
    loud = step_levels(samples, rate_hz) >= level - SPEECH_RANGE_DB
    return _spans(loud, samples.size, rate_hz, steps_to_start=1, merge_gap_ms=SPEECH_HANG_MS)


def audible_spans(
    samples: NDArray[np.int16] | NDArray[np.floating],
    rate_hz: int = 8000,
    *,
    threshold_dbov: float = AUDIBLE_DBOV,
    merge_gap_ms: int = SPEECH_HANG_MS,
) -> list[SampleSpan]:
    """The intervals in which there is sound, as (first sample, one past the last), in order and apart.

    An interval starts with three steps in a row at or above the threshold, and counts from the first of them.
    Gaps of at most `merge_gap_ms` are part of it.
    """
    loud = step_levels(samples, rate_hz) >= threshold_dbov
    return _spans(loud, samples.size, rate_hz, steps_to_start=STEPS_TO_START, merge_gap_ms=merge_gap_ms)


def step_levels(
    samples: NDArray[np.int16] | NDArray[np.floating], rate_hz: int = 8000
) -> NDArray[np.float64]:
    """RMS in dBov of each 10 ms, shape (ceil(n / step),); the last one is filled up with silence."""
    step = rate_hz * STEP_MS // 1000
    signal = as_signal(samples)
    padded = np.zeros(-(-signal.size // step) * step)
    padded[: signal.size] = signal
    power = np.mean(padded.reshape(-1, step) ** 2, axis=1)
    return np.asarray(10 * np.log10(np.maximum(power, 10 ** (SILENCE_DBOV / 10))))


def _spans(
    loud: NDArray[np.bool_], length: int, rate_hz: int, *, steps_to_start: int, merge_gap_ms: int
) -> list[SampleSpan]:
    edges = np.flatnonzero(np.diff(np.concatenate(([False], loud, [False])).astype(np.int8)))
    spans: list[SampleSpan] = []
    for start, end in edges.reshape(-1, 2).tolist():
        if spans and (start - spans[-1][1]) * STEP_MS <= merge_gap_ms:
            spans[-1] = (spans[-1][0], end)
        elif end - start >= steps_to_start:
            spans.append((start, end))
    step = rate_hz * STEP_MS // 1000
    return [(start * step, min(end * step, length)) for start, end in spans]
