"""Sounds put together: summed, faded, brought back to 16 bits."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from evals.signal.levels import FULL_SCALE, Signal


def to_int16(signal: NDArray[np.floating]) -> NDArray[np.int16]:
    """The nearest 16-bit samples; what exceeds full scale stays there and never wraps."""
    return np.asarray(np.clip(np.rint(signal * FULL_SCALE), -32768, 32767), dtype=np.int16)


def mix(*signals: NDArray[np.floating]) -> Signal:
    """The sum of signals that begin together, as long as the longest, shape (max n,)."""
    total = np.zeros(max((signal.size for signal in signals), default=0))
    for signal in signals:
        total[: signal.size] += signal
    return total


def fade_edges(signal: NDArray[np.floating], fade_in: int, fade_out: int) -> Signal:
    """The signal rising from nothing over `fade_in` samples and falling to nothing over `fade_out`.

    The ramps are quarter sines, whose power and that of the opposite ramp sum to one.
    """
    faded = np.array(signal, dtype=np.float64)
    rise, fall = min(fade_in, faded.size), min(fade_out, faded.size)
    faded[:rise] *= _ramp(rise)
    faded[faded.size - fall :] *= _ramp(fall)[::-1]
    return faded


def wrapped(loop: NDArray[np.floating], start: int, length: int) -> Signal:
    """`length` samples of a loop from `start` on, going round as often as need be."""
    turned = np.concatenate((loop[start % loop.size :], loop[: start % loop.size]))
    return np.asarray(np.resize(turned, length), dtype=np.float64)


def add_wrapped(loop: Signal, sound: NDArray[np.floating], start: int) -> None:
    """Adds `sound` into the loop from `start` on, in place, going round at its end."""
    np.add.at(loop, np.arange(start, start + sound.size) % loop.size, sound)


def _ramp(length: int) -> Signal:
    return np.asarray(np.sin(np.pi / 2 * (np.arange(length) + 0.5) / max(length, 1)))
