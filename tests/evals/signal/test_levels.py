import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evals.signal.levels import (
    SILENCE_DBOV,
    as_signal,
    gain_for,
    rms_dbov,
    scale_to_rms,
    scale_to_speech_level,
    speech_level,
)


def talk_spurts(*, seconds: float = 6.0, seed: int = 1) -> np.ndarray:
    """Noise in syllables of 200 ms within spurts of 1.2 s, with 0.8 s between spurts."""
    samples = np.random.default_rng(seed).standard_normal(int(seconds * 8000)) * 0.05
    at = np.arange(samples.size) / 8000
    syllables = 0.55 + 0.45 * np.sin(2 * np.pi * 5 * at)
    return samples * syllables * (at % 2.0 < 1.2)


def sine(amplitude: float, seconds: float = 4.0) -> np.ndarray:
    return amplitude * np.sin(2 * np.pi * 1000 * np.arange(int(seconds * 8000)) / 8000)


def one_sample_after_another(signal: np.ndarray) -> list[int]:
    """The activity counters of P.56 method B, as the recommendation words them."""
    g = np.exp(-1 / (8000 * 0.03))
    p = q = 0.0
    counts, hang = [0] * 15, [1600] * 15
    for x in np.abs(signal):
        p = g * p + (1 - g) * x
        q = g * q + (1 - g) * p
        for j in range(15):
            if q >= 2.0 ** (j - 15):
                counts[j] += 1
                hang[j] = 0
            elif hang[j] < 1600:
                counts[j] += 1
                hang[j] += 1
    return counts


def level_by_the_plain_loop(signal: np.ndarray) -> tuple[float, float]:
    """Active level in dBov and activity factor by P.56 method B, sample by sample and threshold by threshold."""
    counts = one_sample_after_another(signal)
    energy = sum(float(x) * float(x) for x in signal)
    before: tuple[float, float] | None = None
    for j, count in enumerate(counts):
        level = 10 * math.log10(energy / count)
        margin = level - 20 * math.log10(2.0 ** (j - 15))
        if margin <= 15.9:
            assert before is not None
            share = (before[1] - 15.9) / (before[1] - margin)
            active = before[0] + share * (level - before[0])
            return active, energy / len(signal) / 10 ** (active / 10)
        before = (level, margin)
    raise AssertionError("no threshold is within 15.9 dB of the level")


def test_a_full_scale_sine_is_3_db_under_a_full_scale_square() -> None:
    assert rms_dbov(sine(1.0)) == pytest.approx(-3.01, abs=0.01)
    assert speech_level(sine(1.0)).active_dbov == pytest.approx(-3.01, abs=0.05)
    assert rms_dbov(np.ones(800)) == 0.0


def test_integers_have_full_scale_at_32768() -> None:
    square = np.full(800, -32768, dtype=np.int16)
    assert rms_dbov(square) == 0.0
    assert as_signal(square).tolist() == [-1.0] * 800


def test_activity_is_counted_as_sample_by_sample() -> None:
    from evals.signal.levels import _active_samples

    signal = talk_spurts(seconds=3.0)
    assert _active_samples(signal, 8000).tolist() == one_sample_after_another(signal)


@pytest.mark.parametrize("dbov", [-16.0, -26.0, -36.0, -50.0])
@pytest.mark.parametrize("name", ["spurts", "sparse", "dense", "sine"])
def test_level_and_activity_are_those_of_the_plain_loop(name: str, dbov: float) -> None:
    signal = {
        "spurts": talk_spurts(seconds=4.0),
        "sparse": np.concatenate((np.zeros(8000), talk_spurts(seconds=1.0, seed=2), np.zeros(12_000))),
        "dense": talk_spurts(seconds=1.2, seed=3),
        "sine": sine(1.0, seconds=1.0),
    }[name]
    signal = signal * gain_for(dbov - rms_dbov(signal))
    active, activity = level_by_the_plain_loop(signal)
    found = speech_level(signal)
    assert found.active_dbov == pytest.approx(active, abs=0.1)
    assert found.activity == pytest.approx(activity, abs=0.01)


def test_twenty_seconds_of_silence_move_the_active_level_by_less_than_a_third_of_a_decibel() -> None:
    speech = talk_spurts(seconds=5.0)
    padded = np.concatenate((speech, np.zeros(20 * 8000)))
    assert speech_level(padded).active_dbov == pytest.approx(speech_level(speech).active_dbov, abs=0.3)
    assert rms_dbov(padded) == pytest.approx(rms_dbov(speech) - 7.0, abs=0.1)


@settings(deadline=None)  # the first call imports scipy
@given(st.floats(-40.0, 15.0))
def test_a_change_of_gain_is_the_change_of_level(change_db: float) -> None:
    speech = talk_spurts(seconds=2.0)
    before = speech_level(speech)
    after = speech_level(speech * gain_for(change_db))
    # Thresholds stand 6 dB apart, and the line between two of them is not quite straight.
    assert after.active_dbov - before.active_dbov == pytest.approx(change_db, abs=0.25)


def test_ten_decibels_are_ten_decibels() -> None:
    speech = talk_spurts()
    louder = speech_level(speech * gain_for(10)).active_dbov
    assert louder - speech_level(speech).active_dbov == pytest.approx(10.0, abs=0.25)


def test_activity_is_the_share_of_time_that_was_speech() -> None:
    level = speech_level(talk_spurts())
    # 1.2 s of every 2 s, and the hangover of up to 200 ms after it.
    assert 0.6 <= level.activity <= 0.75
    assert level.rms_dbov < level.active_dbov
    assert speech_level(sine(0.1)).activity > 0.98


@pytest.mark.parametrize(
    "nothing", [np.zeros(8000), np.zeros(0), np.zeros(0, dtype=np.int16), np.full(8000, 1e-6)]
)
def test_silence_has_a_level_of_its_own(nothing: np.ndarray) -> None:
    level = speech_level(nothing)
    assert (level.active_dbov, level.activity) == (SILENCE_DBOV, 0.0)


def test_a_click_has_a_level_although_no_threshold_comes_near_it() -> None:
    click = np.zeros(8000)
    click[4000] = 1.0
    assert SILENCE_DBOV < speech_level(click).active_dbov < 0.0


def test_scaling_reaches_the_level_asked_for() -> None:
    speech = talk_spurts()
    assert speech_level(scale_to_speech_level(speech, -26.0)).active_dbov == pytest.approx(-26.0, abs=0.2)
    assert rms_dbov(scale_to_rms(speech, -30.0)) == pytest.approx(-30.0, abs=1e-9)


def test_silence_is_not_made_louder() -> None:
    assert not scale_to_speech_level(np.zeros(800), -26.0).any()
    assert not scale_to_rms(np.zeros(800), -26.0).any()
