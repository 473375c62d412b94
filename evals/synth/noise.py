"""What is to be heard around the caller: white, office, street and car noise, and other people's talk.

All of it is made here, from dice and from the voice at hand. Every recipe gives a loop of half a minute that closes
on itself: tones have whole numbers of cycles in it, coloured noise is shaped in the frequency domain (and is periodic
by that), single sounds that reach over its end go on at its beginning. So there is no seam to cross-fade.
Levels within a recipe are in dB relative to its main part; the level on the line is set by the line.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from evals.signal.filters import telephone_band_loop
from evals.signal.levels import Signal, gain_for
from evals.signal.mixing import add_wrapped

RATE_HZ = 8000
LOOP_S = 30
LOOP_SAMPLES = LOOP_S * RATE_HZ


@dataclass(frozen=True, slots=True, kw_only=True)
class White:
    """Equal power at all frequencies: the hiss of textbooks, against which other noises are compared."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk:
    """Other people talking at once, too many to follow any of them.

    Attributes:
        talkers: how many at once; three to seven are usual for test babble.
        voices: the voices they share; those that use one voice differ in pitch and pace.
        spread_db: how much nearer or farther than the mean a talker may be.
        muffled_hz: far talk has lost what is above; None leaves it.
    """

    talkers: int = 6
    voices: tuple[str, ...] = ("en-gb+m1", "en-us+m3", "en-gb-scotland+f4")
    spread_db: float = 3.0
    muffled_hz: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """An open-plan office: talk at the far end of it, keys nearby, the hum of the mains.

    `keys_db` is the peak of a keystroke over the talk's RMS. Keys come in bursts of `burst_keys` at `keys_per_s`.
    """

    talk: Talk = field(default_factory=lambda: Talk(talkers=5, spread_db=5.0, muffled_hz=1200.0))
    hum_hz: tuple[float, ...] = (50.0, 100.0, 150.0)
    hum_db: float = 3.0
    air_db: float = -6.0
    keys_db: float = 16.0
    keys_per_s: float = 7.0
    bursts_per_min: float = 10.0
    burst_keys: tuple[int, int] = (4, 16)


@dataclass(frozen=True, slots=True, kw_only=True)
class Street:
    """A street: pink noise that breathes slowly, and cars that pass."""

    sway_db: float = 2.0
    sways_per_loop: tuple[int, ...] = (3, 7, 16)  # 0.1 to 0.5 Hz
    passes_per_min: float = 8.0
    pass_db: float = 5.0
    pass_s: tuple[float, float] = (2.0, 5.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Car:
    """Inside a moving car: the road's rumble, harmonics of the engine, and wind at the windows."""

    engine_hz: tuple[float, float] = (80.0, 120.0)
    engine_db: float = -3.0
    harmonics: int = 8
    hiss_db: float = -22.0
    gusts_per_min: float = 10.0
    gust_db: float = -12.0


NoiseRecipe = White | Talk | Office | Street | Car

NOISES: dict[str, NoiseRecipe] = {
    "white": White(),
    "office": Office(),
    "street": Street(),
    "car": Car(),
    "babble": Talk(),
}


def talk_in(recipe: NoiseRecipe) -> Talk | None:
    """The talk that a recipe needs, if any; it has to be spoken before `noise_loop` can mix it."""
    match recipe:
        case Talk():
            return recipe
        case Office():
            return recipe.talk
        case _:
            return None


def noise_loop(recipe: NoiseRecipe, rng: np.random.Generator, talk: Signal | None = None) -> Signal:
    """A loop of the noise as the telephone channel passes it, at RMS 1, shape (LOOP_SAMPLES,).

    Args:
        recipe: what it is made of.
        rng: its dice.
        talk: for recipes with talk in them, a loop of it at RMS 1, shape (LOOP_SAMPLES,).
    """
    match recipe:
        case White():
            loop = rng.standard_normal(LOOP_SAMPLES)
        case Talk():
            loop = _needed(talk)
        case Office():
            loop = _office(recipe, rng, _needed(talk))
        case Street():
            loop = _street(recipe, rng)
        case Car():
            loop = _car(recipe, rng)
    return at_unit_rms(telephone_band_loop(loop))


def at_unit_rms(signal: Signal) -> Signal:
    """The signal at RMS 1; silence stays."""
    rms = np.sqrt(np.mean(signal**2))
    return signal / rms if rms > 0 else signal


def _office(recipe: Office, rng: np.random.Generator, talk: Signal) -> Signal:
    loop = talk + gain_for(recipe.air_db) * coloured(rng, slope=1.0)
    seconds = np.arange(LOOP_SAMPLES) / RATE_HZ
    hum = np.zeros(LOOP_SAMPLES)
    for place, hz in enumerate(recipe.hum_hz):
        hum += np.sin(2 * np.pi * hz * seconds + rng.uniform(0, 2 * np.pi)) / (place + 1)
    loop += gain_for(recipe.hum_db) * at_unit_rms(hum)
    for burst_at in _moments(rng, recipe.bursts_per_min):
        at = burst_at
        for _ in range(rng.integers(*recipe.burst_keys, endpoint=True)):
            add_wrapped(loop, gain_for(recipe.keys_db + rng.normal(0.0, 3.0)) * _keystroke(rng), at)
            at += int(RATE_HZ * rng.gamma(4.0, 1.0 / (4.0 * recipe.keys_per_s)))
    return loop


def _keystroke(rng: np.random.Generator) -> Signal:
    """A key going down and, some 70 ms later, up: two clicks with a ring of the desk; the peak is near 1."""
    length = RATE_HZ * 120 // 1000
    key = np.zeros(length)
    for at, strength in ((0, 1.0), (int(rng.uniform(400, 720)), 0.4)):
        decay = np.exp(-np.arange(length - at) / (RATE_HZ * 0.004))
        key[at:] += strength * 0.4 * rng.standard_normal(length - at) * decay
    return key


def _street(recipe: Street, rng: np.random.Generator) -> Signal:
    turns = np.arange(LOOP_SAMPLES) / LOOP_SAMPLES
    sway = np.zeros(LOOP_SAMPLES)
    for cycles in recipe.sways_per_loop:
        sway += np.sin(2 * np.pi * (cycles * turns + rng.uniform())) / len(recipe.sways_per_loop)
    loop = coloured(rng, slope=1.0) * 10 ** (recipe.sway_db * sway / 20)
    for at in _moments(rng, recipe.passes_per_min):
        length = int(RATE_HZ * rng.uniform(*recipe.pass_s))
        swell = np.hanning(length) ** 2
        add_wrapped(loop, gain_for(recipe.pass_db) * swell * coloured(rng, slope=1.3, length=length), at)
    return loop


def _car(recipe: Car, rng: np.random.Generator) -> Signal:
    loop = coloured(rng, slope=2.0) + gain_for(recipe.hiss_db) * rng.standard_normal(LOOP_SAMPLES)
    # A whole number of cycles in the loop; revolutions wander by one or two per cent, and come back.
    cycles = round(rng.uniform(*recipe.engine_hz) * LOOP_S)
    turns = np.arange(LOOP_SAMPLES) / LOOP_SAMPLES
    phase = 2 * np.pi * cycles * turns + 4.0 * np.sin(2 * np.pi * (5 * turns + rng.uniform()))
    engine = np.zeros(LOOP_SAMPLES)
    for k in range(1, recipe.harmonics + 1):
        engine += np.sin(k * phase + rng.uniform(0, 2 * np.pi)) / k
    loop += gain_for(recipe.engine_db) * at_unit_rms(engine)
    for at in _moments(rng, recipe.gusts_per_min):
        length = int(RATE_HZ * rng.uniform(0.4, 1.5))
        add_wrapped(
            loop, gain_for(recipe.gust_db) * np.hanning(length) * coloured(rng, slope=0.7, length=length), at
        )
    return loop


def coloured(rng: np.random.Generator, *, slope: float, length: int = LOOP_SAMPLES) -> Signal:
    """Noise whose power falls with frequency to the `slope` (1 pink, 2 brown), periodic, RMS 1, shape (length,)."""
    spectrum = np.fft.rfft(rng.standard_normal(length))
    hz = np.fft.rfftfreq(length, 1 / RATE_HZ)
    floor_hz = 20.0  # below it nothing is heard, and brown noise would be nothing else
    return at_unit_rms(np.fft.irfft(spectrum * np.maximum(hz, floor_hz) ** (-slope / 2), length))


def _moments(rng: np.random.Generator, per_min: float) -> Sequence[int]:
    """Where in the loop single sounds begin: as many as usual, anywhere."""
    count = rng.poisson(per_min * LOOP_S / 60)
    return [int(at) for at in rng.integers(0, LOOP_SAMPLES, size=count)]


def _needed(talk: Signal | None) -> Signal:
    if talk is None or talk.shape != (LOOP_SAMPLES,):
        raise ValueError(f"this noise has talk in it: expected a loop of {LOOP_SAMPLES} samples")
    return talk
