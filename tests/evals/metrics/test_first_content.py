from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.metrics.first_content import FILLERS, LEAD_INS, first_content, first_content_word
from evals.metrics.latency import latency
from evals.record import CallRecord, Level
from tests.builders import a_record, an_utterance, heard_words

ASKED = an_utterance("What have you got?", (2_000, 3_000))


def replied(text: str, at_ms: float = 3_700) -> CallRecord:
    words = heard_words(text, at_ms=at_ms)
    return a_record(ASKED, agent_speaks=[(at_ms, at_ms + 300 * len(words))], agent_words=words)


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("Tuesday at ten.", 0),
        ("Um, Tuesday.", 1),
        ("Okay, let me check. Tuesday.", 4),
        ("Hm, let me check that for you: Tuesday.", 7),
        ("One moment please. One moment. Tuesday.", 5),
        ("Let me know. Tuesday?", 0),  # not a way of stalling
        ("Great. Tuesday.", 0),
    ],
)
def test_fillers_and_lead_ins_are_no_content(text: str, after: int) -> None:
    [measured] = first_content(replied(text))
    assert measured.value == pytest.approx(700 + 300 * after)
    assert not measured.censored


def test_reply_of_nothing_but_fillers_is_a_lower_bound() -> None:
    [measured] = first_content(replied("Um, let me see."))
    assert (measured.value, measured.censored) == (17_000, True)  # the call ended 17 s after the caller did


def test_reply_that_never_came_is_worth_the_timeout() -> None:
    words = heard_words("Hello.", at_ms=500)
    [measured] = first_content(a_record(ASKED, agent_speaks=[(500, 800)], agent_words=words))
    assert (measured.value, measured.censored) == (8_000, True)


def test_words_of_the_reply_before_are_not_this_one_s() -> None:
    words = (*heard_words("Hello there.", at_ms=1_000), *heard_words("Well, Tuesday.", at_ms=3_700, seq=1))
    record = a_record(ASKED, agent_speaks=[(1_000, 1_600), (3_700, 4_300)], agent_words=words)
    [measured] = first_content(record)
    assert measured.value == 1_000


def test_agent_without_words_and_text_level_are_unscored() -> None:
    [told] = first_content(a_record(ASKED, agent_speaks=[(3_700, 4_000)]))
    assert told.unscored_reason == "the agent does not report its words"
    [text] = first_content(a_record(ASKED, level=Level.TEXT))
    assert text.unscored_reason == "no audio at text level"


WORDS = st.sampled_from([*FILLERS, *(word for lead in LEAD_INS for word in lead), "Tuesday", "ten"])


@given(st.lists(WORDS, min_size=1, max_size=12).map(" ".join))
def test_content_never_comes_before_sound(text: str) -> None:
    record = replied(text)
    [sound] = [m for m in latency(record) if m.metric == "response_latency"]
    [content] = first_content(record)
    assert sound.value is not None and content.value is not None
    assert content.value >= sound.value
    assert (first_content_word(list(record.agent_words)) is None) == content.censored
