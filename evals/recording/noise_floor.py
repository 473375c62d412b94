"""How loud a channel's background is, and how far each step stands out of it.

The idea is that of minimum statistics (R. Martin, IEEE Trans. Speech Audio Proc. 9(5), 2001): speech leaves every band
again and again, so the least power of a band in a while is the background's. A call is read when it is over, so the
floor looks ahead as far as back and needs no time to settle.
"""

from __future__ import annotations

import numpy as np
import scipy
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from evals.recording.steps import BANDS, Steps

Values = NDArray[np.float32]

SMOOTH_STEPS = 9  # 90 ms: shorter, and the least of noise is far below its mean; longer, and no pause is one
BLOCK_STEPS = 25  # a least value each 250 ms: between the words of running speech there is one
REACH_BLOCKS = 16  # 4 s back and ahead, as long as a sentence; a passing car is followed
QUANTILE = 0.1  # of the least values in reach: three gaps in eight seconds of speech are enough
BIAS_DB = 3.0  # what that lies below the mean of steady noise (measured on white noise in the telephone band)
RISE_DB = (
    20.0  # how far the floor may rise above the recording's own; a reply without a pause is no background
)
QUIETEST_DBOV = -85.0  # a channel's own hiss: 16-bit rounding is at -101 dBov, G.711's idle noise near -75


def floor_db(steps: Steps) -> Values:
    """The background's level in each band and step, in dBov, shape (n, BANDS)."""
    least = 10 * np.log10(10 ** (QUIETEST_DBOV / 10) / BANDS)
    floors = [_band_floor(steps.bands_db[:, band], least) for band in range(BANDS)]
    return np.stack(floors, axis=1)


def excess_db(steps: Steps, floor: Values, smooth_steps: int) -> Values:
    """How far each step stands out of the floor, in dB: the mean over the bands of what is above it, shape (n,).

    Args:
        steps: of the channel.
        floor: `floor_db` of them.
        smooth_steps: over how many steps power is averaged first.
    """
    total = np.zeros(len(floor), dtype=np.float32)
    for band in range(BANDS):
        level = _smoothed_db(steps.bands_db[:, band], smooth_steps)
        total += np.maximum(level - floor[:, band], 0.0)
    return np.asarray(total / BANDS, dtype=np.float32)


def band_level_db(steps: Steps, smooth_steps: int) -> Values:
    """The level of all bands together, power averaged over so many steps, in dBov, shape (n,)."""
    power = np.zeros(len(steps.bands_db))
    for band in range(BANDS):
        power += 10 ** (steps.bands_db[:, band].astype(np.float64) / 10)
    return _db(scipy.ndimage.uniform_filter1d(power, smooth_steps, mode="nearest"))


def _band_floor(band_db: NDArray[np.float16], least: float) -> Values:
    smooth = _smoothed_db(band_db, SMOOTH_STEPS)
    blocks = -(-smooth.size // BLOCK_STEPS)
    filled = np.full(blocks * BLOCK_STEPS, np.inf, dtype=np.float32)
    filled[: smooth.size] = smooth
    lows = filled.reshape(-1, BLOCK_STEPS).min(axis=1)
    # At the ends the window is mirrored: what is within reach counts, and as many values of it.
    reach = np.pad(lows, REACH_BLOCKS, mode="symmetric")
    local = np.quantile(sliding_window_view(reach, 2 * REACH_BLOCKS + 1), QUANTILE, axis=1)
    bounded = np.minimum(local, np.quantile(lows, QUANTILE / 2) + RISE_DB)
    return np.repeat(np.maximum(bounded + BIAS_DB, least), BLOCK_STEPS)[: smooth.size].astype(np.float32)


def _smoothed_db(values_db: NDArray[np.float16], smooth_steps: int) -> Values:
    power = 10 ** (values_db.astype(np.float64) / 10)
    return _db(scipy.ndimage.uniform_filter1d(power, smooth_steps, mode="nearest"))


def _db(power: NDArray[np.float64]) -> Values:
    return np.asarray(10 * np.log10(np.maximum(power, 1e-10)), dtype=np.float32)
