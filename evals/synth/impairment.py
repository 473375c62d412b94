"""What a telephone line does to what is said into it: channel, level, noise, G.711, lost packets.

The order is that of a real call, and it is what makes a signal-to-noise ratio mean something: speech and noise both go
through the channel filter, then speech is set to its active level (ITU-T P.56) and noise to its RMS, then they are
summed, limited to 16 bits and coded. Packets are lost after that, and concealed by the receiver.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from agent.media import FRAME_SAMPLES, Samples, mulaw_quantise
from evals.rng import rng_for
from evals.signal.filters import telephone_band, telephone_band_loop
from evals.signal.levels import Signal, scale_to_rms, scale_to_speech_level
from evals.signal.mixing import fade_edges, mix, to_int16, wrapped
from evals.synth.concealment import HISTORY, conceal

# A line is never digitally silent: a telephone's idle noise lies around -65 to -70 dBov, well above the -78 dBov at
# which mu-law makes nothing of it.
IDLE_DBOV = -68.0
# The idle noise repeats with the 160 ms in which 20 ms frames and a voice detector's 32 ms windows line up, so that
# what listens to it meets the same windows again and can be cached.
IDLE_PERIOD = 1280
# The noise of an utterance ends where the line's own goes on. A longer ramp would be a hole in the noise, as the
# line's cannot be faded against it: the frames of an utterance must be the same wherever it stands.
EDGE_SAMPLES = 40


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LineAudio:
    """Audio at both ends of the way from the caller to the agent, shape (160 * frames,) each."""

    mouth: Samples
    received: Samples


def through_channel(samples: Samples, speech_dbov: float) -> Signal:
    """Clean speech as the telephone channel passes it, at the active level `speech_dbov`."""
    return scale_to_speech_level(telephone_band(samples), speech_dbov)


def noise_segment(loop: Signal, noise_dbov: float, length: int, rng: np.random.Generator) -> Signal:
    """`HISTORY + length` samples from anywhere in a loop of noise; the last `length` are at RMS `noise_dbov`."""
    segment = wrapped(loop, int(rng.integers(loop.size)), HISTORY + length)
    heard = segment[HISTORY:]
    scaled = scale_to_rms(heard, noise_dbov)
    gain = float(np.sqrt(np.sum(scaled**2) / max(np.sum(heard**2), 1e-30)))
    return np.concatenate((segment[:HISTORY] * gain, fade_edges(scaled, EDGE_SAMPLES, EDGE_SAMPLES)))


def idle_noise(start: int, length: int) -> Signal:
    """The line's own faint noise, shape (length,); the same on every line, with a period of 160 ms."""
    return wrapped(_idle_period(), start, length)


def on_the_line(speech: Signal, noise: Signal | None, lost: NDArray[np.bool_] | None = None) -> LineAudio:
    """Speech and noise, already through the channel and at their levels, as the line carries them.

    Args:
        speech: shape (160 * packets,).
        noise: shape (HISTORY + 160 * packets,): what a receiver heard just before comes first. None is a quiet room.
        lost: whether each packet is lost, shape (packets,); None loses none.
    """
    if speech.size % FRAME_SAMPLES:
        raise ValueError(f"{speech.size} samples are no whole number of frames of {FRAME_SAMPLES}")
    idle = idle_noise(-HISTORY, HISTORY + speech.size)
    sound = mix(np.concatenate((np.zeros(HISTORY), speech)), idle, *([] if noise is None else [noise]))
    sent = mulaw_quantise(to_int16(sound))
    mouth = sent[HISTORY:]
    if lost is None or not lost.any():
        return LineAudio(mouth=mouth, received=mouth)
    received = mulaw_quantise(conceal(mouth, lost, sent[:HISTORY]))
    return LineAudio(mouth=mouth, received=received)


def whole_frames(signal: Signal) -> Signal:
    """The signal filled up with silence to a whole number of 20 ms frames."""
    return np.concatenate((signal, np.zeros(-signal.size % FRAME_SAMPLES)))


@cache
def _idle_period() -> Signal:
    hiss = rng_for(0, "line.idle").standard_normal(IDLE_PERIOD)
    period = scale_to_rms(telephone_band_loop(hiss), IDLE_DBOV)
    period.setflags(write=False)
    return period
