import numpy as np
import pytest

from agent.media import mulaw_quantise
from evals.rng import rng_for
from evals.signal.levels import gain_for, rms_dbov, speech_level
from evals.signal.mixing import to_int16
from evals.synth.concealment import HISTORY, conceal
from evals.synth.impairment import (
    EDGE_SAMPLES,
    IDLE_DBOV,
    IDLE_PERIOD,
    idle_noise,
    noise_segment,
    on_the_line,
    through_channel,
    whole_frames,
)

NOISE = rng_for(1, "test.noise").standard_normal(24000)


def some_speech() -> np.ndarray:
    at = np.arange(16000) / 8000
    return to_int16(0.2 * np.sin(2 * np.pi * 700 * at) * (at % 0.5 < 0.35))


@pytest.mark.parametrize("dbov", [-16.0, -26.0, -36.0])
def test_speech_gets_its_active_level_after_the_channel(dbov: float) -> None:
    assert speech_level(through_channel(some_speech(), dbov)).active_dbov == pytest.approx(dbov, abs=0.2)


@pytest.mark.parametrize("length", [160, 8000, 30000])
def test_a_segment_of_noise_has_the_level_asked_for_where_it_is_heard(length: int) -> None:
    segment = noise_segment(NOISE, -40.0, length, rng_for(1, "a"))
    assert segment.size == HISTORY + length
    middle = segment[HISTORY + EDGE_SAMPLES : -EDGE_SAMPLES]
    assert rms_dbov(middle) == pytest.approx(-40.0, abs=0.5 if length == 160 else 0.02)


def test_what_came_before_a_segment_is_the_same_noise() -> None:
    segment = noise_segment(NOISE, -40.0, 1000, rng_for(1, "a"))
    twice = np.concatenate((NOISE, NOISE))
    start = int(rng_for(1, "a").integers(NOISE.size))
    scale = segment[0] / twice[start]
    assert np.allclose(segment[:HISTORY], scale * twice[start : start + HISTORY])
    assert rms_dbov(segment[:HISTORY]) == pytest.approx(-40.0, abs=1.0)


def test_idle_noise_repeats_every_160_ms_and_survives_mu_law() -> None:
    idle = idle_noise(0, 3 * IDLE_PERIOD)
    assert np.array_equal(idle[:IDLE_PERIOD], idle[IDLE_PERIOD : 2 * IDLE_PERIOD])
    assert rms_dbov(idle) == pytest.approx(IDLE_DBOV, abs=0.01)
    heard = mulaw_quantise(to_int16(idle))
    assert rms_dbov(heard) == pytest.approx(IDLE_DBOV, abs=1.0)
    assert np.mean(heard == 0) < 0.5


def test_the_line_adds_what_it_says_and_codes_it() -> None:
    speech = whole_frames(through_channel(some_speech(), -26.0))
    noise = noise_segment(NOISE, -41.0, speech.size, rng_for(1, "a"))
    line = on_the_line(speech, noise)
    assert np.array_equal(mulaw_quantise(line.mouth), line.mouth)
    assert np.array_equal(line.mouth, line.received)
    rest = line.mouth / 32768 - speech - noise[HISTORY:]
    # Idle noise, and mu-law's own noise at some 38 dB under the speech.
    assert rms_dbov(rest) < -60.0


def test_lost_packets_are_concealed_from_what_was_really_heard_before() -> None:
    speech = whole_frames(through_channel(some_speech(), -26.0))
    noise = noise_segment(NOISE, -30.0, speech.size, rng_for(1, "a"))
    lost = np.zeros(speech.size // 160, dtype=bool)
    lost[[0, 20]] = True
    line = on_the_line(speech, noise, lost)
    heard = line.received.reshape(-1, 160)
    assert rms_dbov(heard[0]) == pytest.approx(-31.0, abs=3.0)  # the noise goes on through the first packet
    assert np.array_equal(mulaw_quantise(line.received), line.received)
    assert np.array_equal(line.mouth, on_the_line(speech, noise).mouth)
    assert np.array_equal(heard[25:], line.mouth.reshape(-1, 160)[25:])
    assert not np.array_equal(line.received, mulaw_quantise(conceal(line.mouth, lost)))


def test_a_shout_is_limited_and_never_wraps() -> None:
    shout = np.full(320, gain_for(20.0))
    assert set(on_the_line(shout, None).mouth.tolist()) == {32124}


def test_frames_are_filled_up_with_silence() -> None:
    assert whole_frames(np.ones(161)).tolist() == [1.0] * 161 + [0.0] * 159
    assert whole_frames(np.ones(320)).size == 320
    with pytest.raises(ValueError, match="no whole number of frames"):
        on_the_line(np.ones(161), None)
