import numpy as np
import pytest

from agent.cognitive.least_squares import Lesson, calibration

PHRASES = ["yes", "yes please", "yes go on", "no", "no thanks", "no not now", "the weather", "a nice day"]
YES = np.array([[1.0, 0.0]] * 3 + [[0.0, 1.0]] * 3 + [[0.0, 0.0]] * 2)


def scored(lesson: Lesson, phrase: str, weights: np.ndarray) -> np.ndarray:
    grams = lesson.vocabulary.phrase(phrase.split())
    return np.array(grams.weights) @ weights[list(grams.places)] / grams.square**0.5


def test_examples_score_highest_on_their_own_target() -> None:
    lesson = Lesson.of(PHRASES)
    weights, _ = lesson.fit(PHRASES, YES)
    assert [int(scored(lesson, phrase, weights).argmax()) for phrase in PHRASES[:6]] == [0, 0, 0, 1, 1, 1]


def test_leaving_an_example_out_is_what_fitting_without_it_gives() -> None:
    lesson = Lesson.of(PHRASES)
    _, left_out = lesson.fit(PHRASES, YES)
    for row, phrase in enumerate(PHRASES):
        others = [at for at in range(len(PHRASES)) if at != row]
        weights, _ = lesson.fit([PHRASES[at] for at in others], YES[others])
        assert scored(lesson, phrase, weights) == pytest.approx(left_out[row], abs=1e-5)


def test_the_calibrated_line_parts_the_true_from_the_false() -> None:
    scores = np.array([0.9, 0.8, 0.7, 0.1, 0.0, 0.2, 0.1])
    slope, shift = calibration(scores, np.array([1.0, 1, 1, 0, 0, 0, 0]))
    assert slope * 0.7 + shift > 0 > slope * 0.2 + shift
