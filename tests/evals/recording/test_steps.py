import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.recording.steps import BAND_EDGES_HZ, StepMeter, Steps


def metered(samples: np.ndarray, rate_hz: int = 8000) -> Steps:
    meter = StepMeter(rate_hz)
    meter.add(samples)
    return meter.finish()


def tone(hz: float, seconds: float, rate_hz: int, amplitude: float = 0.1) -> np.ndarray:
    return amplitude * np.sin(2 * np.pi * hz * np.arange(round(seconds * rate_hz)) / rate_hz)


@pytest.mark.parametrize("rate_hz", [8000, 11_025, 16_000, 22_050, 44_100, 48_000])
@pytest.mark.parametrize("band", range(len(BAND_EDGES_HZ) - 1))
def test_tone_has_its_level_in_its_band_at_every_rate(rate_hz: int, band: int) -> None:
    middle = (BAND_EDGES_HZ[band] + BAND_EDGES_HZ[band + 1]) / 2
    steps = metered(tone(middle, 1.0, rate_hz), rate_hz)
    assert steps.bands_db.shape == (100, len(BAND_EDGES_HZ) - 1)
    inner = slice(2, -2)
    # An amplitude of 0.1 is 23 dB under a full-scale square wave. Half of the narrowest bands is one line's width.
    assert steps.bands_db[inner, band] == pytest.approx(-23.0, abs=1.0)
    others = np.delete(steps.bands_db[inner].astype(float), band, axis=1)
    assert others.max() < -23 - 10


@pytest.mark.parametrize("rate_hz", [8000, 11_025, 44_100])
def test_level_is_that_of_the_steps_own_sound(rate_hz: int) -> None:
    sound = np.concatenate((np.zeros(rate_hz), tone(1000, 1.0, rate_hz), np.zeros(rate_hz)))
    level = metered(sound, rate_hz).level_db
    assert len(level) == 300
    assert level[:100].max() == level[201:].max() == -100
    assert level[101:199] == pytest.approx(-23.0, abs=0.3)


def test_offset_of_the_recorder_is_no_sound() -> None:
    assert metered(np.full(8000, 0.25)).level_db[1:-1].max() == -100


@given(st.lists(st.integers(0, 3000), max_size=8), st.sampled_from([8000, 11_025]))
def test_blocks_do_not_matter(cuts: list[int], rate_hz: int) -> None:
    sound = np.random.default_rng(7).standard_normal(3000) * 0.1
    whole = metered(sound, rate_hz)
    meter = StepMeter(rate_hz)
    for block in np.split(sound, sorted(cuts)):
        meter.add(block)
    pieces = meter.finish()
    np.testing.assert_array_equal(pieces.level_db, whole.level_db)
    np.testing.assert_array_equal(pieces.bands_db, whole.bands_db)
    assert len(whole.level_db) == -(-3000 * 100 // rate_hz)


def test_nothing_has_no_steps() -> None:
    assert len(metered(np.zeros(0)).level_db) == 0
