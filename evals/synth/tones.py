"""Sounds of a line that nobody speaks: beep, ringback, hold music, and a cough.

Each recipe is a frozen value with a `level_dbov` (RMS while it sounds), and its function returns floats at 8 kHz with
full scale at 1. They still have to go through the telephone channel.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evals.signal.levels import Signal, scale_to_rms
from evals.signal.mixing import fade_edges

RATE_HZ = 8000
_EDGE = RATE_HZ * 5 // 1000  # 5 ms: a tone switched on at once would click


@dataclass(frozen=True, slots=True, kw_only=True)
class Beep:
    """The record tone of a voicemail box. There is no standard; 1000 Hz and half a second are the commonest."""

    frequency_hz: float = 1000.0
    duration_ms: int = 500
    level_dbov: float = -20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Ringback:
    """What a caller hears while the other side rings: by default the United Kingdom's (BT SIN 350).

    `cadence_ms` is on, off, on, off.
    """

    frequencies_hz: tuple[float, ...] = (400.0, 450.0)
    cadence_ms: tuple[int, ...] = (400, 200, 400, 2000)
    cycles: int = 2
    level_dbov: float = -22.0


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldMusic:
    """A plain tune of plucked notes over a bass, our own. `notes` are semitones from A4, one per beat."""

    notes: tuple[int, ...] = (3, 7, 10, 7, 5, 8, 12, 8, 2, 5, 10, 5, 3, 7, 3, -2)
    beat_ms: int = 400
    level_dbov: float = -24.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Cough:
    """Two bursts of breath: the opening of the throat, and the voiced end that follows it.

    `burst_ms` and `gap_ms` are the lengths of the bursts and of the silence between them.
    """

    burst_ms: tuple[int, int] = (140, 160)
    gap_ms: int = 50
    throat_hz: tuple[float, ...] = (550.0, 1400.0, 2500.0)
    level_dbov: float = -22.0


def beep(recipe: Beep) -> Signal:
    """The tone, shape (8 * duration_ms,)."""
    return _switched(_sine(recipe.frequency_hz, recipe.duration_ms), recipe.level_dbov)


def ringback(recipe: Ringback) -> Signal:
    """The cadence, `cycles` times over."""
    cycle: list[Signal] = []
    for place, length_ms in enumerate(recipe.cadence_ms):
        if place % 2:
            cycle.append(np.zeros(_count(length_ms)))
        else:
            tones = sum((_sine(hz, length_ms) for hz in recipe.frequencies_hz), np.zeros(_count(length_ms)))
            cycle.append(_switched(tones, recipe.level_dbov))
    return np.tile(np.concatenate(cycle), recipe.cycles)


def hold_music(recipe: HoldMusic) -> Signal:
    """The tune once through."""
    beat = _count(recipe.beat_ms)
    tune = np.zeros(beat * (len(recipe.notes) + 2))  # the last notes ring on
    for place, note in enumerate(recipe.notes):
        pluck = _plucked(440.0 * 2 ** (note / 12), recipe.beat_ms * 2)
        tune[place * beat : place * beat + pluck.size] += pluck
        if place % 4 == 0:
            bass = _plucked(220.0 * 2 ** ((note % 12 - 12) / 12), recipe.beat_ms * 3)
            tune[place * beat : place * beat + bass.size] += 0.6 * bass[: tune.size - place * beat]
    return scale_to_rms(tune, recipe.level_dbov)


def cough(recipe: Cough, rng: np.random.Generator) -> Signal:
    """Breath shaped by the throat's resonances; every draw coughs a little differently."""
    first, second = (_burst(length_ms, recipe.throat_hz, rng) for length_ms in recipe.burst_ms)
    second += 0.5 * np.sqrt(np.mean(second**2)) * _voice(second.size, rng.uniform(140.0, 200.0))
    sound = np.concatenate((first, np.zeros(_count(recipe.gap_ms)), 0.6 * second))
    return scale_to_rms(sound, recipe.level_dbov)


def _burst(length_ms: int, throat_hz: tuple[float, ...], rng: np.random.Generator) -> Signal:
    """Noise with the throat's resonances, that opens within 5 ms and dies away."""
    length = _count(length_ms)
    spectrum = np.fft.rfft(rng.standard_normal(length))
    hz = np.fft.rfftfreq(length, 1 / RATE_HZ)
    resonance = sum((1.0 / (1.0 + ((hz - centre) / 250.0) ** 2) for centre in throat_hz), np.zeros(hz.size))
    breath = np.fft.irfft(spectrum * (0.15 + resonance), length)
    decay = np.exp(-3.0 * np.arange(length) / length)
    shaped = fade_edges(breath * decay, _EDGE, _EDGE * 4)
    return np.asarray(shaped / np.sqrt(np.mean(shaped**2)))


def _voice(length: int, pitch_hz: float) -> Signal:
    phase = 2 * np.pi * pitch_hz * np.arange(length) / RATE_HZ
    tone = sum((np.sin(k * phase) / k for k in range(1, 12)), np.zeros(length))
    return fade_edges(tone, _EDGE * 4, _EDGE * 8)


def _plucked(frequency_hz: float, length_ms: int) -> Signal:
    """A note of four harmonics, the higher dying sooner."""
    seconds = np.arange(_count(length_ms)) / RATE_HZ
    note = np.zeros(seconds.size)
    for k in range(1, 5):
        note += np.sin(2 * np.pi * k * frequency_hz * seconds) * np.exp(-2.5 * k * seconds) / k
    return fade_edges(note, _EDGE, _EDGE * 4)


def _sine(frequency_hz: float, length_ms: int) -> Signal:
    return np.asarray(np.sin(2 * np.pi * frequency_hz * np.arange(_count(length_ms)) / RATE_HZ))


def _switched(tone: NDArray[np.floating], level_dbov: float) -> Signal:
    return fade_edges(scale_to_rms(tone, level_dbov), _EDGE, _EDGE)


def _count(length_ms: int) -> int:
    return length_ms * RATE_HZ // 1000
