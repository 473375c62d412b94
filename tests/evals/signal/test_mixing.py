import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from evals.signal.mixing import add_wrapped, fade_edges, mix, to_int16, wrapped

AMPLITUDES = st.lists(st.floats(-10.0, 10.0), max_size=40)


@given(AMPLITUDES)
def test_saturation_never_wraps(values: list[float]) -> None:
    signal = np.array(values)
    samples = to_int16(signal)
    assert (samples.astype(np.int32) * np.sign(signal) >= 0).all()
    assert (samples[signal >= 1.0] == 32767).all()
    assert (samples[signal <= -1.0] == -32768).all()


@given(st.lists(st.integers(-32768, 32767), max_size=40))
def test_samples_come_back_from_floats(values: list[int]) -> None:
    samples = np.array(values, dtype=np.int16)
    assert np.array_equal(to_int16(samples / 32768.0), samples)


@given(AMPLITUDES, AMPLITUDES)
def test_a_sum_is_as_long_as_the_longest_and_in_any_order(first: list[float], second: list[float]) -> None:
    a, b = np.array(first), np.array(second)
    assert mix(a, b).size == max(a.size, b.size)
    assert np.array_equal(mix(a, b), mix(b, a))


def test_faded_edges_begin_and_end_near_nothing_and_leave_the_middle() -> None:
    faded = fade_edges(np.ones(1000), 100, 200)
    assert faded[0] < 0.02
    assert faded[-1] < 0.02
    assert (faded[100:800] == 1.0).all()
    assert (np.diff(faded[:100]) > 0).all()


def test_fades_longer_than_the_signal_are_as_long_as_it() -> None:
    assert fade_edges(np.ones(10), 100, 0).size == 10
    assert fade_edges(np.zeros(0), 10, 10).size == 0


@given(st.integers(-50, 50), st.integers(0, 60))
def test_a_loop_goes_round(start: int, length: int) -> None:
    loop = np.arange(7.0)
    assert wrapped(loop, start, length).tolist() == [(start + i) % 7 for i in range(length)]


def test_a_sound_that_reaches_over_the_end_goes_on_at_the_beginning() -> None:
    loop = np.zeros(5)
    add_wrapped(loop, np.arange(1.0, 8.0), 3)
    assert loop.tolist() == [3.0, 4.0, 5.0, 1.0 + 6.0, 2.0 + 7.0]
