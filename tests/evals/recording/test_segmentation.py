import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evals.recording.segmentation import Channel, agent_channel, caller_channel
from evals.recording.steps import StepMeter, Steps

RATE_HZ = 8000
WORDS_MS = [(2000, 2500), (2800, 3400), (6000, 7200), (11_000, 12_500)]


def steps_of(sound: np.ndarray) -> Steps:
    meter = StepMeter(RATE_HZ)
    meter.add(sound)
    return meter.finish()


def voice(*words_ms: tuple[int, int], total_ms: int = 16_000, rms_dbov: float = -26.0) -> np.ndarray:
    """Bursts of a buzz of 120 Hz with energy in every band, at sharp bounds."""
    at = np.arange(total_ms * 8) / RATE_HZ
    buzz = sum(np.sin(2 * np.pi * 120 * k * at + k * k) for k in range(3, 28))
    buzz *= 10 ** (rms_dbov / 20) / np.sqrt(np.mean(buzz**2))
    keep = np.zeros(at.size)
    for start, end in words_ms:
        keep[start * 8 : end * 8] = 1
    return buzz * keep


def noise(rms_dbov: float, total_ms: int = 16_000, seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal(total_ms * 8) * 10 ** (rms_dbov / 20)


def in_ms(channel: Channel) -> list[tuple[float, float]]:
    return [(span.start_ns / 1e6, span.end_ns / 1e6) for span in channel.spans]


def errors(found: list[tuple[float, float]], truth: list[tuple[int, int]]) -> float:
    assert len(found) == len(truth), found
    return float(np.abs(np.array(found) - np.array(truth)).max())


@pytest.mark.parametrize("measured", [caller_channel, agent_channel])
def test_sharp_bounds_are_found_to_a_step_in_quiet(measured: object) -> None:
    assert callable(measured)
    assert errors(in_ms(measured(steps_of(voice(*WORDS_MS) + noise(-70)))), WORDS_MS) <= 10


def test_bounds_in_quiet_do_not_depend_on_level() -> None:
    for rms_dbov in (-10.0, -26.0, -40.0):
        found = in_ms(caller_channel(steps_of(voice(*WORDS_MS, rms_dbov=rms_dbov) + noise(-85))))
        assert errors(found, WORDS_MS) <= 10


@pytest.mark.parametrize("snr_db", [20, 10])
def test_noise_hides_no_word_and_makes_none(snr_db: int) -> None:
    channel = caller_channel(steps_of(voice(*WORDS_MS) + noise(-26 - snr_db)))
    # These bounds are sharp; real words sink into noise, and what is put back for that is too much here.
    assert errors(in_ms(channel), WORDS_MS) <= 200
    assert channel.speech_dbov == pytest.approx(-26, abs=2)
    assert channel.noise_dbov == pytest.approx(-26 - snr_db, abs=2)


@pytest.mark.parametrize("rms_dbov", [-100, -70, -40, -20])
def test_noise_alone_is_no_speech(rms_dbov: float) -> None:
    assert in_ms(caller_channel(steps_of(noise(rms_dbov)))) == []


def test_digital_silence_and_no_sound_at_all_hold_no_speech() -> None:
    assert caller_channel(steps_of(np.zeros(80_000))).spans == ()
    assert caller_channel(steps_of(np.zeros(0))) == Channel(spans=(), speech_dbov=None, noise_dbov=None)


def test_noise_that_grows_by_a_decibel_a_second_is_followed() -> None:
    rising = noise(-40) * 10 ** (np.linspace(-16, 0, 16_000 * 8) / 20)
    found = in_ms(caller_channel(steps_of(voice(*WORDS_MS, rms_dbov=-20) + rising)))
    assert errors(found, WORDS_MS) <= 200


def test_quiet_agent_counts_down_to_19_db_below_its_own_level() -> None:
    words = voice((1000, 4000), rms_dbov=-40), voice((6000, 8000), rms_dbov=-57)
    assert len(in_ms(agent_channel(steps_of(words[0] + words[1])))) == 2
    assert len(in_ms(agent_channel(steps_of(words[0] + 0.4 * words[1])))) == 1


def test_click_is_no_speech() -> None:
    sound = voice(*WORDS_MS) + noise(-70)
    sound[9000 * 8 : 9000 * 8 + 80] = 0.9
    assert errors(in_ms(caller_channel(steps_of(sound))), WORDS_MS) <= 10


def test_reply_of_half_a_minute_without_a_pause_is_no_background() -> None:
    sound = voice((3000, 33_000), total_ms=40_000)
    assert in_ms(agent_channel(steps_of(sound))) == [(3000, 33_000)]


@pytest.mark.parametrize(("rms_dbov", "heard"), [(-44.0, True), (-46.0, False)])
def test_agent_counts_from_45_dbov(rms_dbov: float, heard: bool) -> None:
    # Both together are at -22 dBov, so the agent is no quiet one.
    sound = voice((1000, 4000), rms_dbov=-20) + voice((6000, 8000), rms_dbov=rms_dbov)
    assert len(in_ms(agent_channel(steps_of(sound)))) == 1 + heard


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 90), st.integers(1, 30)), max_size=6), st.sampled_from([-90, -60, -36])
)
def test_spans_are_in_order_apart_and_inside(rows: list[tuple[int, int]], noise_dbov: float) -> None:
    words = [(start * 100, (start + length) * 100) for start, length in rows]
    found = in_ms(caller_channel(steps_of(voice(*words, total_ms=12_000) + noise(noise_dbov, 12_000))))
    assert all(0 <= start < end <= 12_000 for start, end in found)
    assert all(later[0] - earlier[1] >= 100 for earlier, later in itertools.pairwise(found))
