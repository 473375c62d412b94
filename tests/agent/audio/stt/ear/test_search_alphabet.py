"""How words are written that were heard by their sounds."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.audio.stt.ear.search_alphabet import IN_LETTERS, AsHeard, Letters


def rows(seed: int, frames: int) -> np.ndarray:
    """Log probabilities of letters in which only blank, a, b and the boundary are likely."""
    drawn = np.full((frames, 1 + len(IN_LETTERS.symbols)), 1e-3)
    drawn[:, [0, 1, 2, -1]] += np.random.default_rng(seed).dirichlet(np.ones(4), frames)
    return np.log(drawn / drawn.sum(axis=1, keepdims=True))


@settings(deadline=None, max_examples=60)
@given(seed=st.integers(0, 10_000), frames=st.integers(1, 5), word=st.text("ab", min_size=1, max_size=3))
def test_the_likelihood_of_a_word_is_the_sum_over_all_alignments(seed: int, frames: int, word: str) -> None:
    log_probs = rows(seed, frames)
    chances = np.exp(log_probs)
    chances[:, 0] += chances[:, -1]
    expected = 0.0
    for path in itertools.product(range(3), repeat=frames):
        collapsed = "".join("_ab"[symbol] for symbol, _ in itertools.groupby(path))
        if collapsed.replace("_", "") == word:
            expected += math.prod(chances[range(frames), path])
    (found,) = AsHeard(log_probs).log_likelihoods([word])
    assert found == pytest.approx(math.log(max(expected, 1e-300)))


def test_a_word_is_written_from_its_own_frames_only() -> None:
    letters = Letters()
    said = "ab a"
    log_probs = np.full((2 * len(said), 1 + len(IN_LETTERS.symbols)), math.log(1e-4))
    log_probs[1::2, 0] = math.log(0.99)
    for at, letter in enumerate(said):
        log_probs[2 * at, IN_LETTERS.symbols.index(letter) + 1] = math.log(0.99)
    for piece in np.array_split(log_probs, 3):
        letters.hear(piece)
    assert letters.written(0, 4).text() == "ab"
    assert letters.written(6, 8).text() == "a"
    assert letters.written(4, 6).text() == ""
