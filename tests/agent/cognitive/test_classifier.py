from dataclasses import replace

import pytest

from agent.cognitive.classifier import Classifier
from tests.agent.cognitive.phrases import NONSENSE, OPENINGS, WISHES, a_classifier


@pytest.fixture(scope="module")
def classifier() -> Classifier:
    return a_classifier()


def test_wishes_are_told_apart_behind_openings_it_was_not_taught(classifier: Classifier) -> None:
    for opening in OPENINGS[4:]:
        for intent, wishes in WISHES.items():
            for wish in wishes:
                assert classifier.best(f"{opening} {wish}".split()).intent == intent


def test_scores_are_ranked_and_add_up_to_one_at_most(classifier: Classifier) -> None:
    scores = classifier.scores(["block", "my", "card", "please"])
    assert {score.intent for score in scores} == set(WISHES)
    assert [score.score for score in scores] == sorted((score.score for score in scores), reverse=True)
    assert sum(score.score for score in scores) <= 1.001
    assert scores[0] == classifier.best(["block", "my", "card", "please"])


def test_scores_have_four_digits_so_that_another_machine_writes_the_same(classifier: Classifier) -> None:
    for score in classifier.scores(["stop", "the", "delivery"]):
        assert score.score == round(score.score, 4)


def test_what_was_taught_as_outside_is_less_likely_than_a_wish(classifier: Classifier) -> None:
    wishes = [classifier.best(wish.split()).score for wishes in WISHES.values() for wish in wishes]
    outside = [classifier.best(text.split()).score for text in NONSENSE]
    assert min(wishes) > max(outside)


def test_nothing_is_taken_below_the_threshold_nor_from_silence(classifier: Classifier) -> None:
    words = ["cancel", "my", "order"]
    score = classifier.best(words).score
    assert classifier.with_threshold(score).intent(words) == "cancel"
    assert classifier.with_threshold(min(1.0, score + 0.0001)).intent(words) is None
    assert classifier.with_threshold(0.0).intent([]) is None


def test_what_comes_after_a_minute_of_speech_is_not_weighed(classifier: Classifier) -> None:
    minute = ["cancel", "my", "order"] * 40
    assert classifier.scores([*minute, "block", "card"]) == classifier.scores(minute)


def test_labels_that_do_not_fit_the_intents_are_refused(classifier: Classifier) -> None:
    with pytest.raises(ValueError, match="5 labels do not fit 3 intents"):
        Classifier(vocabulary=classifier.vocabulary, intents=("a", "b", "c"), committee=classifier.committee)


def test_a_word_said_before_is_weighed_as_if_it_were_new(classifier: Classifier) -> None:
    words = "please block my card and tell me my balance".split()
    fresh = replace(classifier, remembered={})
    first = fresh.scores(words)
    assert fresh.scores(words) == first == classifier.scores(words)
    whole = classifier.committee.chances(classifier.vocabulary.phrase(words))
    assert first[0].score == round(float(whole[:4].max()), 4)
