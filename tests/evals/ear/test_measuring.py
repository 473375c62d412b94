"""How hearing is measured, on cases whose answer is known."""

from __future__ import annotations

import numpy as np
import pytest

from agent.audio.ports import Transcript
from agent.audio.stt.ear.certainty import Calibration
from agent.audio.stt.ear.search_hypothesis import HeardWord
from agent.events import WordSpan
from evals.ear.calibration import fit_certainty, fit_times
from evals.ear.held_out import HeldOutSentence
from evals.ear.held_out_audio import HeldOutUtterance, HeldOutVoice
from evals.ear.measuring import Hearing, calibration_error, matches

MS = 1_000_000


def a_word(*, mean: float = -0.1, margin: float = 5.0, first: int = 10, last: int = 14) -> HeardWord:
    return HeardWord(
        text="word", complete=True, first_frame=first, last_frame=last, mean_log_posterior=mean,
        least_log_posterior=2 * mean, language_log_probability=-3.0, margin=margin,
    )  # fmt: skip


def an_utterance(text: str, ends_ms: list[int]) -> HeldOutUtterance:
    words = tuple(
        WordSpan(text=word, start_ns=0, end_ns=end * MS)
        for word, end in zip(text.split(), ends_ms, strict=True)
    )
    return HeldOutUtterance(
        sentence=HeldOutSentence(
            id="a", category="time", text=text, entity_kind="time", entity_value="half past nine"
        ),
        voice=HeldOutVoice(voice="en-gb", rate=167, pitch=50),
        samples=np.zeros(8000, np.int16),
        words=words,
    )


def test_words_are_matched_as_the_alignment_has_them() -> None:
    pairs, errors = matches("at half past nine", "half past the nine")
    assert pairs == [(1, 0), (2, 1), (3, 3)]
    assert (errors.hits, errors.deletions, errors.insertions, errors.substitutions) == (3, 1, 1, 0)
    assert matches("yes", "")[1].deletions == 1


def test_a_hearing_counts_words_entities_times_and_confidence() -> None:
    hearing = Hearing()
    heard = Transcript(
        text="at half past nine please",
        final=True,
        words=tuple(
            WordSpan(text=word, start_ns=0, end_ns=end * MS)
            for word, end in (("at", 110), ("half", 190), ("past", 300), ("nine", 450), ("please", 600))
        ),
    )
    hearing.take(an_utterance("at half past nine", [100, 200, 300, 400]), heard, [0.9, 0.9, 0.9, 0.9, 0.2])
    assert hearing.rate == 0.25
    assert hearing.entities == {"time": (1, 1)}
    assert hearing.end_errors_ms == [10, -10, 0, 50]
    assert [right for _, right in hearing.certainty] == [True, True, True, True, False]


def test_calibration_error_is_nothing_when_confidence_is_the_share_that_is_right() -> None:
    assert calibration_error([(0.75, True)] * 3 + [(0.75, False)]) == pytest.approx(0.0)
    assert calibration_error([(0.95, False)] * 4) == pytest.approx(0.95)
    assert calibration_error([(0.95, True)] * 5 + [(0.15, True)] * 5) == pytest.approx(
        0.5 * 0.05 + 0.5 * 0.85
    )


def test_fitted_confidence_is_calibrated_on_words_whose_chance_is_known() -> None:
    rng = np.random.default_rng(3)
    means = -rng.exponential(0.5, 4000)
    chance = 1 / (1 + np.exp(-(3.0 + 4.0 * means)))
    words = [a_word(mean=float(mean)) for mean in means]
    right = [bool(rng.random() < p) for p in chance]
    calibration = Calibration(weights=fit_certainty(words, right), start_ms=0, end_ms=0)
    told = [(calibration.confidence(word), was) for word, was in zip(words, right, strict=True)]
    assert calibration_error(told) < 0.03


def test_fitted_times_are_the_medians_from_the_middles_of_frames() -> None:
    pairs = [
        (a_word(first=10, last=14), WordSpan(text="word", start_ns=(300 + d) * MS, end_ns=(500 + d) * MS))
        for d in (-10, 0, 40)
    ]
    assert fit_times(pairs) == (300 - 315, 500 - 435)
