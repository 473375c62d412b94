import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.cognitive.committee import INPUT_SCALE, Committee, softmax
from agent.cognitive.ngrams import Grams


def a_committee(members: int = 2, hidden: int = 3, labels: int = 4, grams: int = 5) -> Committee:
    rng = np.random.default_rng(7)
    return Committee(
        inner=rng.standard_normal((grams, members * hidden), dtype=np.float32),
        inner_bias=rng.standard_normal(members * hidden, dtype=np.float32),
        outer=rng.standard_normal((members, hidden, labels), dtype=np.float32),
        outer_bias=rng.standard_normal((members, labels), dtype=np.float32),
    )


@given(st.lists(st.integers(0, 4), max_size=8))
def test_chances_add_up_to_one_whatever_was_said(places: list[int]) -> None:
    grams = Grams(places=tuple(places), weights=tuple(1.0 for _ in places), square=len(places) + 0.5)
    chances = a_committee().chances(grams)
    assert chances.shape == (4,)
    assert (chances >= 0).all()
    assert chances.sum() == pytest.approx(1.0, abs=1e-5)


def test_chances_are_the_mean_of_what_each_member_would_say_alone() -> None:
    committee = a_committee()
    grams = Grams(places=(0, 3, 3), weights=(1.0, 2.0, 0.5), square=6.0)
    phrase = np.zeros(5)
    phrase[0], phrase[3] = 1.0, 2.5
    alone = []
    for member in range(2):
        columns = slice(3 * member, 3 * member + 3)
        entering = phrase / 6.0**0.5 * INPUT_SCALE @ committee.inner[:, columns]
        active = np.maximum(entering + committee.inner_bias[columns], 0)
        raised = np.exp(active @ committee.outer[member] + committee.outer_bias[member])
        alone.append(raised / raised.sum())
    assert committee.chances(grams) == pytest.approx(np.mean(alone, axis=0), abs=1e-5)


def test_weights_that_do_not_fit_together_are_refused() -> None:
    whole = a_committee()
    with pytest.raises(ValueError, match="do not fit the shapes"):
        Committee(
            inner=whole.inner[:, 1:],
            inner_bias=whole.inner_bias,
            outer=whole.outer,
            outer_bias=whole.outer_bias,
        )


def test_softmax_bears_scores_that_are_large() -> None:
    logits = np.array([[1000.0, 1000.0], [-1000.0, 0.0]], dtype=np.float32)
    assert softmax(logits) == pytest.approx(np.array([[0.5, 0.5], [0.0, 1.0]]))
