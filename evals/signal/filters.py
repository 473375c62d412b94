"""The band of a telephone channel.

ITU-T G.712 keeps 300 to 3400 Hz within about half a decibel and rejects some 25 dB outside, so that a little mains
hum and a little hiss near 4 kHz do pass. A fourth-order elliptic band-pass follows those limits with a group delay of
0.13 ms at 1 kHz: about one sample, small enough to leave true speech bounds alone.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import scipy  # which imports its parts when they are first asked for: text calls need none of them
from numpy.typing import NDArray

from evals.signal.levels import Signal, as_signal


def telephone_band(samples: NDArray[np.int16] | NDArray[np.floating]) -> Signal:
    """8 kHz audio as it comes out of a telephone channel, shape (n,); starts from silence."""
    return np.asarray(scipy.signal.sosfilt(_telephone(), as_signal(samples)))


def telephone_band_loop(samples: NDArray[np.floating]) -> Signal:
    """A loop of 8 kHz audio through the telephone channel, still without a seam, shape (n,).

    The loop must be longer than the filter rings, which 20 ms are.
    """
    return telephone_band(np.concatenate((samples, samples)))[samples.size :]


@cache
def _telephone() -> NDArray[np.float64]:
    # Order, pass-band ripple in dB, stop-band rejection in dB, edges in Hz: chosen to follow ITU-T G.712.
    return np.asarray(scipy.signal.ellip(4, 0.3, 25, [290, 3420], "band", fs=8000, output="sos"))
