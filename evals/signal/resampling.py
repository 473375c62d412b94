"""Audio at another rate, offline and with an anti-alias filter."""

from __future__ import annotations

import numpy as np
import soxr
from numpy.typing import NDArray

from evals.signal.levels import Signal, as_signal


def resample(
    samples: NDArray[np.int16] | NDArray[np.floating], from_hz: float, to_hz: float = 8000
) -> Signal:
    """The samples at `to_hz`, shape (about n * to_hz / from_hz,), without added delay.

    Not for streams: a streaming resampler holds samples back and would add delay that no caller hears.
    """
    signal = as_signal(samples)
    if from_hz == to_hz or signal.size == 0:
        return signal
    return np.asarray(soxr.resample(signal, from_hz, to_hz, quality="HQ"), dtype=np.float64)
