import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.audio import beep as beep_module
from agent.audio.beep import Beep, BeepDetector
from agent.media import FRAME_SAMPLES, RATE_HZ, AudioFrame


def frames(samples: np.ndarray) -> list[AudioFrame]:
    whole = samples[: len(samples) // FRAME_SAMPLES * FRAME_SAMPLES].astype("<i2").reshape(-1, FRAME_SAMPLES)
    return [AudioFrame(t_ns=0, pcm=row.tobytes()) for row in whole]


def tone(*hz: float, ms: int, peak: float = 3000) -> np.ndarray:
    at = np.arange(ms * RATE_HZ // 1000) / RATE_HZ
    return sum((peak / len(hz)) * np.sin(2 * np.pi * f * at) for f in hz)


def beeps(samples: np.ndarray) -> list[Beep]:
    detector = BeepDetector()
    found = [detector.feed(frame) for frame in frames(np.concatenate([samples, np.zeros(RATE_HZ // 10)]))]
    return [beep for beep in found if beep is not None]


@pytest.mark.parametrize("hz", [700, 1000, 1400])
@pytest.mark.parametrize("ms", [200, 500, 900])
def test_beep_is_told_when_it_has_ended(hz: int, ms: int) -> None:
    (beep,) = beeps(tone(hz, ms=ms))
    assert abs(beep.frequency_hz - hz) <= 50
    assert abs(beep.duration_ms - ms) <= 40


def test_beep_in_noise_at_twenty_decibels_is_told() -> None:
    noise = np.random.default_rng(1).normal(0, 210, 4000)
    assert len(beeps(tone(1000, ms=500) + noise)) == 1


@pytest.mark.parametrize(
    "samples",
    [
        tone(1000, ms=80),
        tone(1000, ms=3000),
        tone(400, 450, ms=400),
        tone(440, 480, ms=1000),
        tone(697, 1209, ms=200),
        np.random.default_rng(2).normal(0, 1500, 8000),
        np.zeros(8000),
    ],
    ids=["too short", "too long", "UK ringback", "US ringback", "a key", "noise", "silence"],
)
def test_other_sounds_are_no_beep(samples: np.ndarray) -> None:
    assert beeps(samples) == []


@settings(deadline=None, max_examples=80)
@given(
    pieces=st.lists(
        st.tuples(st.sampled_from([0, 700, 1000, 1040]), st.integers(1, 20), st.integers(0, 900)), max_size=8
    )
)
def test_looking_at_every_third_frame_finds_what_looking_at_all_finds(
    pieces: list[tuple[int, int, int]],
) -> None:
    sound = np.concatenate(
        [
            tone(hz, ms=20 * count)
            if hz
            else np.random.default_rng(noise).normal(0, noise, FRAME_SAMPLES * count)
            for hz, count, noise in pieces
        ]
        or [np.zeros(0)]
    )
    found = beeps(sound)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(beep_module, "_LOOKS_EVERY", 1)
        assert beeps(sound) == found
