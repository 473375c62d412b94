import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.synth.concealment import conceal, pitch_period

PACKET = 160


def voice(packets: int, pitch_hz: float = 125.0) -> np.ndarray:
    """A steady vowel: harmonics of the pitch, 16-bit."""
    turns = np.arange(packets * PACKET) / 8000 * pitch_hz
    return (2000 * sum(np.sin(2 * np.pi * k * turns + k) / k for k in range(2, 12))).astype(np.int16)


def losing(packets: int, *places: int) -> np.ndarray:
    lost = np.zeros(packets, dtype=bool)
    lost[list(places)] = True
    return lost


def rms(samples: np.ndarray) -> float:
    return float(np.sqrt(np.mean(samples.astype(np.float64) ** 2)))


@given(st.lists(st.integers(-32768, 32767), min_size=160, max_size=160), st.integers(0, 5))
def test_without_loss_nothing_changes(values: list[int], packets: int) -> None:
    samples = np.tile(np.array(values, dtype=np.int16), packets)
    assert np.array_equal(conceal(samples, losing(packets)), samples)


@pytest.mark.parametrize("pitch_hz", [80.0, 100.0, 125.0, 160.0, 190.0])
def test_pitch_is_found(pitch_hz: float) -> None:
    period = pitch_period(voice(5, pitch_hz)[:390].astype(np.float64))
    multiples = period / (8000 / pitch_hz)
    # Twice the period repeats a voice as well as once.
    assert multiples == pytest.approx(round(multiples), abs=0.03)


def test_ten_milliseconds_of_a_vowel_are_not_missed() -> None:
    sent = voice(20)
    heard = conceal(sent, losing(20, 10))
    gap = slice(10 * PACKET, 10 * PACKET + 80)
    assert rms(heard[gap] - sent[gap].astype(np.int32)) < 0.1 * rms(sent[gap])


def test_the_sound_fades_from_10_ms_on_and_is_gone_after_60() -> None:
    sent = voice(20, pitch_hz=100.0)  # a period is 10 ms, so that each step has the whole voice in it
    heard = conceal(sent, losing(20, 10, 11, 12, 13, 14))
    start = 10 * PACKET
    levels = [rms(heard[start + at * 80 : start + (at + 1) * 80]) / rms(sent) for at in range(10)]
    assert levels[0] == pytest.approx(1.0, abs=0.1)
    assert levels[1:6] == pytest.approx([0.9, 0.7, 0.5, 0.3, 0.1], abs=0.07)
    assert not heard[start + 480 : 15 * PACKET].any()


def test_packets_before_and_after_are_left_alone_but_for_the_joints() -> None:
    sent = voice(20)
    heard = conceal(sent, losing(20, 10, 11))
    assert np.array_equal(heard[: 10 * PACKET - 30], sent[: 10 * PACKET - 30])
    assert np.array_equal(heard[12 * PACKET + 80 :], sent[12 * PACKET + 80 :])


def test_there_is_no_click_at_the_joints() -> None:
    sent = voice(30)
    steepest = np.abs(np.diff(sent.astype(np.int32))).max()
    for places in ((10,), (10, 11), (10, 11, 12), (5, 7, 9)):
        heard = conceal(sent, losing(30, *places)).astype(np.int32)
        assert np.abs(np.diff(heard)).max() < 1.5 * steepest


def test_a_first_packet_lost_is_filled_from_what_was_heard_before() -> None:
    sent = voice(6)
    lost = losing(6, 0)
    assert rms(conceal(sent, lost)[:PACKET]) < 1.0
    before = voice(9)[: 3 * PACKET]
    assert rms(conceal(sent, lost, before)[:80]) == pytest.approx(rms(before), rel=0.2)


@given(
    st.lists(st.booleans(), min_size=1, max_size=30),
    st.integers(0, 2**32 - 1),
    st.sampled_from([0, 1, 30, 1000]),
)
def test_any_pattern_keeps_length_and_range(lost: list[bool], seed: int, history: int) -> None:
    rng = np.random.default_rng(seed)
    samples = rng.integers(-32768, 32768, size=len(lost) * PACKET).astype(np.int16)
    heard = conceal(samples, np.array(lost), rng.integers(-32768, 32768, size=history).astype(np.int16))
    assert heard.dtype == np.int16
    assert heard.shape == samples.shape
    # The joints reach 30 samples back and 80 ahead.
    untouched = np.ones(samples.size, dtype=bool)
    for place in np.flatnonzero(lost):
        untouched[max(0, place * PACKET - 30) : (place + 1) * PACKET + 80] = False
    assert np.array_equal(heard[untouched], samples[untouched])


def test_samples_that_are_no_packets_are_refused() -> None:
    with pytest.raises(ValueError, match="100 samples are not 1 packets"):
        conceal(np.zeros(100, dtype=np.int16), losing(1))
