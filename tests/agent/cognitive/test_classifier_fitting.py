from dataclasses import replace

import numpy as np
import pytest

from agent.cognitive.classifier_fitting import Examples, fit_classifier, threshold_for
from tests.agent.cognitive.phrases import OPENINGS, SMALL, WISHES, a_classifier, examples

BRIEF = replace(SMALL, epochs=8)


def test_without_phrases_outside_there_is_a_label_for_each_intent_only() -> None:
    inside = Examples(by_intent=examples().by_intent)
    assert fit_classifier(inside, rng=np.random.default_rng(1), fitting=BRIEF).committee.labels == len(WISHES)
    assert a_classifier(fitting=BRIEF).committee.labels == len(WISHES) + 1


def test_an_intent_without_examples_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match=r"without: \['b'\]"):
        fit_classifier(Examples(by_intent={"a": [["yes"]], "b": []}), rng=np.random.default_rng(1))
    with pytest.raises(ValueError, match="two intents at least"):
        fit_classifier(Examples(by_intent={"a": [["yes"]]}), rng=np.random.default_rng(1))


@pytest.mark.parametrize("given_up", [0.0, 0.1, 0.5])
def test_a_threshold_gives_up_what_it_may_and_one_step_higher_would_give_up_more(given_up: float) -> None:
    classifier = a_classifier(fitting=BRIEF)
    unseen = examples(OPENINGS[4:]).by_intent
    threshold = threshold_for(classifier, unseen, given_up)
    right = [
        best.score
        for intent, phrases in unseen.items()
        for best in map(classifier.best, phrases)
        if best.intent == intent
    ]
    total = sum(len(phrases) for phrases in unseen.values())
    assert len(right) > total / 2
    assert sum(score < threshold for score in right) <= given_up * total
    assert sum(score < threshold + 0.0001 for score in right) > given_up * total


def test_a_classifier_that_understands_nothing_has_no_threshold() -> None:
    unseen = {"never_taught": [["good", "morning"]]}
    assert threshold_for(a_classifier(fitting=BRIEF), unseen) == 0.0
