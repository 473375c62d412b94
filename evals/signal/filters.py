"""The band of a telephone channel.

ITU-T G.712 keeps 300 to 3400 Hz within about half a decibel and rejects some 25 dB outside, so that a little mains
hum and a little hiss near 4 kHz do pass. A fourth-order elliptic band-pass follows those limits with a group delay of
0.13 ms at 1 kHz: about one sample, small enough to leave true speech bounds alone.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.signal import ellip, sosfilt

from evals.signal.levels import Signal, as_signal

# Order, pass-band ripple in dB, stop-band rejection in dB, edges in Hz: chosen to follow ITU-T G.712.
_TELEPHONE = ellip(4, 0.3, 25, [290, 3420], "band", fs=8000, output="sos")


def telephone_band(samples: NDArray[np.int16] | NDArray[np.floating]) -> Signal:
    """8 kHz audio as it comes out of a telephone channel, shape (n,); starts from silence."""
    return np.asarray(sosfilt(_TELEPHONE, as_signal(samples)))


def telephone_band_loop(samples: NDArray[np.floating]) -> Signal:
    """A loop of 8 kHz audio through the telephone channel, still without a seam, shape (n,).

    The loop must be longer than the filter rings, which 20 ms are.
    """
    return telephone_band(np.concatenate((samples, samples)))[samples.size :]
