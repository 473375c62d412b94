from dataclasses import replace

import numpy as np
import pytest

from agent.cognitive.committee_fitting import Fitting, fit_committee
from agent.cognitive.ngrams import Grams, Vocabulary
from tests.agent.cognitive.phrases import SMALL, WISHES

PHRASES = [wish for wishes in WISHES.values() for wish in wishes]
LABELS = [label for label, wishes in enumerate(WISHES.values()) for _ in wishes]
VOCABULARY = Vocabulary.of(PHRASES)
GRAMS = [VOCABULARY.phrase(phrase.split()) for phrase in PHRASES]


def fitted(fitting: Fitting, seed: int = 1, labels: list[int] = LABELS):
    return fit_committee(
        GRAMS, labels, grams=len(VOCABULARY.places), fitting=fitting, rng=np.random.default_rng(seed)
    )


def test_examples_get_their_own_labels() -> None:
    committee = fitted(SMALL)
    assert [int(committee.chances(grams).argmax()) for grams in GRAMS] == LABELS


def test_labels_are_learnt_and_not_the_order_of_the_phrases() -> None:
    turned = [(label + 1) % 4 for label in LABELS]
    committee = fitted(SMALL, labels=turned)
    assert [int(committee.chances(grams).argmax()) for grams in GRAMS] == turned


def test_the_same_dice_give_the_same_weights_and_others_do_not() -> None:
    brief = replace(SMALL, epochs=2)
    one, same, other = fitted(brief, 1), fitted(brief, 1), fitted(brief, 2)
    assert np.array_equal(one.inner, same.inner) and np.array_equal(one.outer, same.outer)
    assert not np.array_equal(one.inner, other.inner)


def test_members_differ_from_each_other() -> None:
    committee = fitted(replace(SMALL, epochs=2))
    assert not np.array_equal(committee.outer[0], committee.outer[1])


def test_weights_survive_half_precision() -> None:
    committee = fitted(replace(SMALL, epochs=2))
    for weights in (committee.inner, committee.inner_bias, committee.outer, committee.outer_bias):
        assert np.array_equal(weights, weights.astype(np.float16).astype(np.float32))


def test_each_epoch_of_each_member_is_told() -> None:
    told: list[int] = []
    fit_committee(
        GRAMS,
        LABELS,
        grams=len(VOCABULARY.places),
        fitting=replace(SMALL, epochs=3),
        rng=np.random.default_rng(1),
        on_epoch=lambda: told.append(1),
    )
    assert len(told) == 2 * 3


def test_a_phrase_of_no_known_n_gram_spoils_nothing() -> None:
    blank = Grams(places=(), weights=(), square=1.0)
    committee = fit_committee(
        [*GRAMS, blank],
        [*LABELS, 4],
        grams=len(VOCABULARY.places),
        fitting=SMALL,
        rng=np.random.default_rng(1),
    )
    assert [int(committee.chances(grams).argmax()) for grams in GRAMS] == LABELS
    assert committee.chances(blank).sum() == pytest.approx(1.0, abs=1e-5)


@pytest.mark.parametrize("labels", [LABELS[1:], [-1, *LABELS[1:]]])
def test_phrases_without_their_labels_are_refused(labels: list[int]) -> None:
    with pytest.raises(ValueError, match="each phrase needs one"):
        fitted(SMALL, labels=labels)


def test_settings_that_cannot_be_are_refused() -> None:
    with pytest.raises(ValueError, match="1 at least"):
        Fitting(hidden=0)
    with pytest.raises(ValueError, match="a share"):
        Fitting(units_left_out=1.0)
