import dataclasses

import numpy as np
import pytest

from evals.rng import rng_for
from evals.signal.levels import rms_dbov
from evals.synth.noise import (
    LOOP_SAMPLES,
    NOISES,
    Car,
    NoiseRecipe,
    Office,
    Street,
    Talk,
    White,
    coloured,
    noise_loop,
    talk_in,
)

TALK = rng_for(1, "test.talk").standard_normal(LOOP_SAMPLES)


def loop_of(recipe: NoiseRecipe, name: str = "a") -> np.ndarray:
    return noise_loop(recipe, rng_for(1, name), TALK if talk_in(recipe) else None)


def band_db(loop: np.ndarray, low_hz: float, high_hz: float) -> float:
    """Power density between two frequencies in dB."""
    power = np.abs(np.fft.rfft(loop)) ** 2
    hz = np.fft.rfftfreq(loop.size, 1 / 8000)
    return float(10 * np.log10(np.mean(power[(hz >= low_hz) & (hz < high_hz)])))


def step_levels(loop: np.ndarray, seconds: float) -> np.ndarray:
    return np.array([rms_dbov(part) for part in np.split(loop, int(30 / seconds))])


@pytest.mark.parametrize("kind", NOISES)
def test_a_loop_is_half_a_minute_at_rms_one_within_the_telephone_band(kind: str) -> None:
    loop = loop_of(NOISES[kind])
    assert loop.shape == (LOOP_SAMPLES,)
    assert np.sqrt(np.mean(loop**2)) == pytest.approx(1.0)
    assert band_db(loop, 3700, 4000) < band_db(loop, 1000, 3000) - 15


@pytest.mark.parametrize("kind", NOISES)
def test_a_loop_closes_on_itself(kind: str) -> None:
    loop = loop_of(NOISES[kind])
    steps = np.abs(np.diff(np.concatenate((loop, loop[:1]))))
    assert steps[-1] <= np.quantile(steps, 0.9999)


@pytest.mark.parametrize("kind", ["white", "office", "street", "car"])
def test_the_same_dice_make_the_same_noise_and_others_another(kind: str) -> None:
    one, same, other = (loop_of(NOISES[kind], name) for name in ("a", "a", "b"))
    assert np.array_equal(one, same)
    assert not np.array_equal(one, other)


def test_white_is_flat_in_the_band() -> None:
    loop = loop_of(White())
    assert band_db(loop, 400, 1000) == pytest.approx(band_db(loop, 2000, 3300), abs=0.5)


@pytest.mark.parametrize(("slope", "per_octave_db"), [(0.0, 0.0), (1.0, -3.0), (2.0, -6.0)])
def test_coloured_noise_falls_by_its_slope(slope: float, per_octave_db: float) -> None:
    noise = coloured(rng_for(1, "a"), slope=slope)
    assert band_db(noise, 1900, 2100) - band_db(noise, 950, 1050) == pytest.approx(per_octave_db, abs=0.4)


def test_a_street_swells_when_cars_pass_and_a_quiet_one_does_not() -> None:
    busy = step_levels(loop_of(Street()), 1.0)
    empty = step_levels(loop_of(Street(passes_per_min=0.0, sway_db=0.0)), 1.0)
    assert busy.max() - busy.min() > 3.0
    assert empty.max() - empty.min() < 1.5


def test_a_car_hums_with_its_engine() -> None:
    recipe = Car(engine_hz=(100.0, 100.0), gusts_per_min=0.0)
    loop = loop_of(recipe)
    assert band_db(loop, 390, 410) > band_db(loop, 440, 460) + 10


def test_an_office_has_keys_and_mains_hum() -> None:
    quiet = Office(bursts_per_min=0.0)
    typing = loop_of(Office(bursts_per_min=30.0))
    assert np.abs(typing).max() > np.abs(loop_of(quiet)).max() + 1
    hum = band_db(loop_of(quiet), 149.9, 150.1) - band_db(loop_of(quiet), 155, 165)
    assert hum > 20  # the channel lets a little of it through


def test_talk_has_to_be_spoken_first() -> None:
    with pytest.raises(ValueError, match="expected a loop of 240000 samples"):
        noise_loop(Talk(), rng_for(1, "a"))


def test_recipes_are_values() -> None:
    for recipe in NOISES.values():
        assert hash(recipe) == hash(dataclasses.replace(recipe))
