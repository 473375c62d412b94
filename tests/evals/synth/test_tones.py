import numpy as np
import pytest

from evals.rng import rng_for
from evals.signal.levels import rms_dbov
from evals.signal.voicing import audible_spans
from evals.synth.tones import Beep, Cough, HoldMusic, Ringback, beep, cough, hold_music, ringback


def loudest_hz(samples: np.ndarray) -> float:
    return float(np.argmax(np.abs(np.fft.rfft(samples))) * 8000 / samples.size)


@pytest.mark.parametrize(("hz", "length_ms"), [(1000.0, 500), (440.0, 400), (1400.0, 600)])
def test_a_beep_has_its_pitch_length_and_level(hz: float, length_ms: int) -> None:
    tone = beep(Beep(frequency_hz=hz, duration_ms=length_ms, level_dbov=-20.0))
    assert tone.size == length_ms * 8
    assert loudest_hz(tone) == pytest.approx(hz, abs=2)
    assert rms_dbov(tone) == pytest.approx(-20.0, abs=0.2)


def test_ringback_rings_as_in_the_united_kingdom() -> None:
    tone = ringback(Ringback(cycles=2))
    assert tone.size == 2 * 3000 * 8
    spans = [(start / 8, end / 8) for start, end in audible_spans(tone)]
    assert spans == [(0, 400), (600, 1000), (3000, 3400), (3600, 4000)]
    peaks = np.sort(np.argsort(np.abs(np.fft.rfft(tone[:3200])))[-2:]) * 8000 / 3200
    assert peaks.tolist() == [400.0, 450.0]


def test_hold_music_plays_at_its_level_without_clipping() -> None:
    tune = hold_music(HoldMusic(level_dbov=-24.0))
    assert rms_dbov(tune) == pytest.approx(-24.0, abs=0.01)
    assert np.abs(tune).max() < 1.0
    assert len(audible_spans(tune, merge_gap_ms=200)) == 1


def test_a_cough_is_two_bursts_in_about_350_ms() -> None:
    sound = cough(Cough(level_dbov=-22.0), rng_for(1, "cough"))
    assert sound.size / 8 == 350
    assert rms_dbov(sound) == pytest.approx(-22.0, abs=0.01)
    first, second = sound[: 140 * 8], sound[190 * 8 :]
    assert rms_dbov(first) > rms_dbov(second) > -40
    assert not sound[140 * 8 : 190 * 8].any()


def test_every_cough_is_another_and_the_same_dice_cough_the_same() -> None:
    one, same, other = (cough(Cough(), rng_for(1, "cough", step)) for step in (1, 1, 2))
    assert np.array_equal(one, same)
    assert not np.array_equal(one, other)
