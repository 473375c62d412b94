import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.events import WordSpan
from agent.media import Samples
from evals.record import Span
from evals.synth.utterance import Utterance, from_bytes, to_bytes


def an_utterance(frames: int = 3, **changes: object) -> Utterance:
    mouth: Samples = np.arange(frames * 160).astype(np.int16)
    values: dict = {"step": 2, "text": "naïve — “yes”", "mouth": mouth, "received": -mouth} | changes
    return Utterance(**values)


@given(
    st.integers(0, 5),
    st.text(),
    st.lists(st.tuples(st.integers(0, 10**10), st.integers(0, 10**10))),
    st.lists(st.tuples(st.text(), st.integers(0, 10**10), st.integers(0, 10**10))),
)
def test_bytes_bring_the_utterance_back(frames: int, text: str, speech: list, words: list) -> None:
    before = an_utterance(
        frames,
        text=text,
        speech=tuple(Span(start_ns=start, end_ns=end) for start, end in speech),
        words=tuple(WordSpan(text=word, start_ns=start, end_ns=end) for word, start, end in words),
    )
    after = from_bytes(to_bytes(before))
    assert after is not None
    assert (after.step, after.text, after.speech, after.words) == (2, text, before.speech, before.words)
    assert np.array_equal(after.mouth, before.mouth)
    assert np.array_equal(after.received, before.received)


@given(st.integers(0, 3000), st.binary(max_size=3))
def test_damaged_bytes_are_no_utterance(cut: int, tail: bytes) -> None:
    content = to_bytes(an_utterance())
    damaged = content[:cut] + tail
    if damaged != content:
        found = from_bytes(damaged)
        assert found is None or found.mouth.size == 480


def test_samples_cannot_be_changed() -> None:
    utterance = an_utterance()
    with pytest.raises(ValueError, match="read-only"):
        utterance.mouth[0] = 1
    assert utterance.frames == 3


def test_both_ends_have_the_same_whole_frames() -> None:
    with pytest.raises(ValueError, match="same whole number of frames"):
        an_utterance(received=np.zeros(160, dtype=np.int16))
    with pytest.raises(ValueError, match="same whole number of frames"):
        an_utterance(mouth=np.zeros(7, dtype=np.int16), received=np.zeros(7, dtype=np.int16))
