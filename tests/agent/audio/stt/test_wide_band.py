from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.audio.stt.wide_band import DELAY_NS, NOISE_FLOOR_DBOV, RATE_HZ, WideBand
from agent.media import Samples

NO_NOISE_DBOV = -200.0


@settings(deadline=None, max_examples=40)
@given(
    seed=st.integers(0, 2**32 - 1),
    cuts=st.lists(st.integers(1, 699), max_size=12, unique=True),
    noise_dbov=st.sampled_from([NOISE_FLOOR_DBOV, NO_NOISE_DBOV]),
)
def test_what_comes_out_does_not_depend_on_how_the_stream_is_cut(
    seed: int, cuts: list[int], noise_dbov: float
) -> None:
    dice = np.random.Generator(np.random.PCG64(seed))
    samples = dice.integers(-32768, 32768, 700).astype(np.int16)
    whole, cut = WideBand(noise_dbov), WideBand(noise_dbov)
    pieces = [cut.feed(piece) for piece in np.split(samples, sorted(cuts))]
    assert np.array_equal(np.concatenate([*pieces, cut.flush()]), in_one(whole, samples))


def test_there_are_twice_as_many_samples_and_the_first_comes_after_the_delay() -> None:
    click = np.zeros(100, dtype=np.int16)
    click[10] = 8000
    out = in_one(WideBand(NO_NOISE_DBOV), click)
    assert len(out) == 2 * (100 + DELAY_NS * 8000 // 10**9)
    assert int(np.argmax(np.abs(out))) == 2 * 10 + DELAY_NS * RATE_HZ // 10**9
    assert out.max() == 8000


def test_tone_keeps_its_level_and_leaves_no_image_in_the_upper_band() -> None:
    tone = np.rint(8000 * np.sin(2 * np.pi * 1000 * np.arange(4000) / 8000)).astype(np.int16)
    out = in_one(WideBand(NO_NOISE_DBOV), tone)[400:-400].astype(float)
    spectrum = np.abs(np.fft.rfft(out * np.hanning(len(out))))
    hz = np.fft.rfftfreq(len(out), 1 / RATE_HZ)
    assert abs(hz[int(np.argmax(spectrum))] - 1000) < 5
    assert spectrum[hz > 4500].max() < spectrum.max() * 1e-3
    assert abs(np.sqrt(np.mean(out**2)) / (8000 / np.sqrt(2)) - 1) < 0.01


def test_silence_has_the_noise_floor_under_it() -> None:
    out = in_one(WideBand(), np.zeros(16_000, dtype=np.int16)).astype(float)
    assert abs(20 * np.log10(np.sqrt(np.mean(out**2)) / 32768) - NOISE_FLOOR_DBOV) < 0.2


def test_loudest_samples_are_clipped_and_do_not_wrap() -> None:
    square = np.repeat(np.array([32767, -32768] * 20, dtype=np.int16), 10)
    out = in_one(WideBand(), square).astype(int)[100:-100]
    even = out[0::2]  # those of the stream itself
    assert np.abs(even).min() > 30_000


def in_one(wide: WideBand, samples: Samples) -> Samples:
    return np.concatenate([wide.feed(samples), wide.flush()])
