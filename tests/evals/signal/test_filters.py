import numpy as np
import pytest

from evals.signal.filters import telephone_band, telephone_band_loop


def gain_at_db(hz: float) -> float:
    tone = np.sin(2 * np.pi * hz * np.arange(16000) / 8000)
    passed = telephone_band(tone)[8000:]
    return float(10 * np.log10(np.mean(passed**2) / np.mean(tone[8000:] ** 2)))


@pytest.mark.parametrize("hz", [300, 400, 700, 1000, 1500, 2000, 2500, 3000, 3300, 3400])
def test_the_band_is_flat_within_half_a_decibel(hz: int) -> None:
    assert gain_at_db(hz) == pytest.approx(0.0, abs=0.4)


@pytest.mark.parametrize("hz", [50, 100, 150, 200, 3600, 3800, 3950])
def test_the_rest_is_25_db_down(hz: int) -> None:
    assert gain_at_db(hz) <= -24.5


def test_speech_is_not_delayed_by_more_than_a_few_samples() -> None:
    at = np.arange(1600)
    burst = np.exp(-(((at - 800) / 80) ** 2)) * np.sin(2 * np.pi * 1000 * at / 8000)
    delay = int(np.argmax(np.correlate(telephone_band(burst), burst, "full"))) - 1599
    assert 0 <= delay <= 2


def test_a_loop_has_no_seam() -> None:
    loop = np.random.default_rng(1).standard_normal(8000)
    filtered = telephone_band_loop(loop)
    twice = telephone_band(np.tile(loop, 3))
    assert np.allclose(twice[8000:16000], filtered, atol=1e-6)
    assert np.allclose(twice[16000:], filtered, atol=1e-6)
