import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.signal.levels import gain_for
from evals.signal.voicing import audible_spans, speech_spans, step_levels

MS = 8


def bursts(*spans_ms: tuple[int, int], total_ms: int, amplitude: float = 0.1) -> np.ndarray:
    samples = np.zeros(total_ms * MS)
    for start, end in spans_ms:
        at = np.arange((end - start) * MS)
        samples[start * MS : end * MS] = amplitude * np.sin(2 * np.pi * 300 * at / 8000 + 1.0)
    return samples


def in_ms(spans: list[tuple[int, int]]) -> list[tuple[float, float]]:
    return [(start / MS, end / MS) for start, end in spans]


@pytest.mark.parametrize("shift_ms", range(0, 10, 3))
def test_true_bounds_are_found_within_one_step(shift_ms: int) -> None:
    truth = [(200 + shift_ms, 700 + shift_ms), (1000 + shift_ms, 1800 + shift_ms)]
    found = in_ms(speech_spans(bursts(*truth, total_ms=2500)))
    assert np.abs(np.array(found) - np.array(truth)).max() <= 10
    # A step that holds any of the speech belongs to it, so speech never reaches out of its span.
    assert all(found[i][0] <= truth[i][0] and truth[i][1] <= found[i][1] for i in range(2))


def test_gaps_up_to_50_ms_are_closures_and_longer_ones_pauses() -> None:
    speech = bursts((100, 300), (350, 500), (560, 900), total_ms=1000)
    assert in_ms(speech_spans(speech)) == [(100, 500), (560, 900)]


def test_what_lies_more_than_30_db_under_the_speech_is_padding() -> None:
    voice = bursts((300, 900), total_ms=1500)
    breath = bursts((0, 1500), total_ms=1500, amplitude=0.1 * gain_for(-35))
    assert in_ms(speech_spans(voice + breath)) == [(300, 900)]


def test_bounds_do_not_depend_on_level() -> None:
    speech = bursts((203, 711), (1004, 1500), total_ms=2000)
    assert speech_spans(speech) == speech_spans(speech * gain_for(-25))


def test_there_is_no_speech_in_silence() -> None:
    assert speech_spans(np.zeros(8000)) == []
    assert speech_spans(np.zeros(0)) == []
    assert audible_spans(np.zeros(8000)) == []


def test_sound_starts_with_three_steps_in_a_row_and_counts_from_the_first() -> None:
    assert in_ms(audible_spans(bursts((100, 120), (400, 430), (700, 800), total_ms=1000))) == [
        (400, 430),
        (700, 800),
    ]


def test_a_short_sound_after_a_short_gap_still_belongs_to_what_it_follows() -> None:
    assert in_ms(audible_spans(bursts((100, 300), (340, 350), total_ms=1000))) == [(100, 350)]


def test_gaps_are_bridged_up_to_the_length_asked_for() -> None:
    sound = bursts((100, 300), (500, 700), total_ms=1000)
    assert in_ms(audible_spans(sound, merge_gap_ms=190)) == [(100, 300), (500, 700)]
    assert in_ms(audible_spans(sound, merge_gap_ms=200)) == [(100, 700)]


def test_sound_under_the_threshold_is_not_audible() -> None:
    square = np.full(4000, gain_for(-45.5))
    assert audible_spans(square) == []
    assert audible_spans(square, threshold_dbov=-46) == [(0, 4000)]


def test_another_rate_has_longer_steps() -> None:
    sound = np.zeros(16000)
    sound[3200:8000] = 0.1
    assert audible_spans(sound, 16000) == [(3200, 8000)]


def test_the_last_step_may_be_short() -> None:
    assert step_levels(np.ones(100)).tolist() == pytest.approx([0.0, 10 * np.log10(20 / 80)])
    assert audible_spans(np.full(4003, 0.1)) == [(0, 4003)]


@given(
    st.lists(st.sampled_from([0, 0, 1, 50, 1000, 20000]), max_size=60), st.integers(0, 79), st.integers(0, 20)
)
def test_spans_are_in_order_apart_and_inside(steps: list[int], cut: int, gap_steps: int) -> None:
    samples = np.repeat(np.array(steps, dtype=np.int16), 80)[cut:]
    for spans, gap_ms in (
        (speech_spans(samples), 50),
        (audible_spans(samples, merge_gap_ms=gap_steps * 10), gap_steps * 10),
    ):
        assert all(0 <= start < end <= samples.size for start, end in spans)
        assert all(later[0] - earlier[1] > gap_ms * MS for earlier, later in itertools.pairwise(spans))
