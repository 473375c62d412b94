import numpy as np
import pytest

from evals.signal.resampling import resample


def tone(hz: float, rate_hz: int) -> np.ndarray:
    return 0.5 * np.sin(2 * np.pi * hz * np.arange(rate_hz) / rate_hz)


def test_a_tone_stays_the_tone_it_was_and_where_it_was() -> None:
    low = resample(tone(1000, 24000), 24000)
    assert low.shape == (8000,)
    assert np.abs(low - tone(1000, 8000))[400:-400].max() < 1e-3


def test_what_8_khz_cannot_hold_is_gone_and_not_folded_back() -> None:
    assert np.abs(resample(tone(5000, 24000), 24000)[400:-400]).max() < 1e-3


def test_the_same_rate_changes_nothing() -> None:
    samples = np.array([1, -2, 3], dtype=np.int16)
    assert resample(samples, 8000).tolist() == [1 / 32768, -2 / 32768, 3 / 32768]


def test_nothing_stays_nothing() -> None:
    assert resample(np.zeros(0), 44100).size == 0


@pytest.mark.parametrize("rate_hz", [6500.0, 11025.0, 22050.0, 48000.0])
def test_length_follows_the_rate(rate_hz: float) -> None:
    assert resample(np.zeros(int(rate_hz)), rate_hz).size == pytest.approx(8000, abs=2)
