from __future__ import annotations

import pytest

from agent.events import FinalHeard, TurnOpened
from evals.metrics.registry import RATIOS, pooled
from evals.metrics.utterance_errors import utterance_errors
from evals.metrics.words_heard import words_heard
from evals.record import Level
from tests.builders import MS, a_record, a_sound, an_utterance

LONG = "Tuesday at ten in the morning would suit me very well indeed"


def final(at_ms: int, text: str) -> FinalHeard:
    return FinalHeard(t_ns=at_ms * MS, text=text, confidence=None)


def test_mean_of_utterances_is_not_the_pooled_rate() -> None:
    """A wrong "yes" and a perfect sentence of 12 words: 7.7 % pooled, 50 % in the mean (methods 2.1)."""
    record = a_record(
        an_utterance("Yes.", (2_000, 2_400)),
        an_utterance(LONG, (8_000, 11_000)),
        events=[final(2_900, "yet"), final(11_600, LONG)],
    )
    rates = [m.value for m in utterance_errors(record)]
    assert rates == [1.0, 0.0]
    [ratio] = [ratio for ratio in RATIOS if ratio.name == "word_error_rate"]
    assert pooled(words_heard(record), ratio) == pytest.approx(1 / 13)


def test_insertions_may_make_it_more_than_one() -> None:
    record = a_record(an_utterance("Yes.", (2_000, 2_400)), events=[final(2_900, "no not at all")])
    assert [m.value for m in utterance_errors(record)] == [4.0]


def test_sounds_without_reference_words_have_no_rate() -> None:
    opened = TurnOpened(t_ns=5_700 * MS, seq=1, turn_id="1", event="speech", transcript="tough", heard=None)
    record = a_record(a_sound("cough", (5_000, 5_300)), events=[final(5_600, "tough"), opened])
    assert utterance_errors(record) == []


def test_what_cannot_be_compared_is_unscored() -> None:
    yes = an_utterance("Yes.", (2_000, 2_400))
    [text] = utterance_errors(a_record(yes, level=Level.TEXT))
    [silent] = utterance_errors(a_record(yes))
    gone = an_utterance("Actually I", (2_000, 2_500), hung_up=True)
    [left] = utterance_errors(a_record(gone, events=[final(2_700, "act")]))
    assert (text.unscored_reason, silent.unscored_reason, left.unscored_reason) == (
        "no audio at text level",
        "the agent does not report what it heard",
        "the caller hung up while speaking",
    )
