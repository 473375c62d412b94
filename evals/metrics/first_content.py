"""How long the caller waits for words that say something: fillers and "let me check" are sound, but no answer yet."""

from __future__ import annotations

import re

from evals.metrics.definition import NO_AUDIO, MetricDefinition
from evals.metrics.latency import RESPONSE_LATENCY, latency, reply_onset_ns
from evals.metrics.measurement import Measurement
from evals.metrics.timeline import NS_PER_MS, next_turn_ns, turn_end_ns
from evals.record import CallRecord, HeardWord, Level

FIRST_CONTENT_LATENCY = MetricDefinition(name="first_content_latency", version=1, unit="ms")

METRICS = (FIRST_CONTENT_LATENCY,)

FILLERS = frozenset("ah er erm hm hmm mhm mm mmm oh okay ok right so uh um well".split())
LEAD_INS = tuple(
    tuple(phrase.split())
    for phrase in (
        "let me see",
        "let me check",
        "let me check that",
        "let me check that for you",
        "let me have a look",
        "let me take a look",
        "let me look that up",
        "give me a moment",
        "give me a second",
        "bear with me",
        "hold on",
        "just a moment",
        "just a second",
        "one moment",
        "one moment please",
        "one second",
    )
)
"""What stalls politely. A change raises the metric's version."""

NO_WORDS = "the agent does not report its words"


def first_content(record: CallRecord) -> list[Measurement]:
    """Time to the first content word of every reply whose latency is measured; never less than that latency."""
    if record.level is Level.TEXT:
        return [FIRST_CONTENT_LATENCY.unscored(NO_AUDIO)]
    responses = [m for m in latency(record) if m.metric == RESPONSE_LATENCY.name]
    if responses and not record.agent_words:
        return [FIRST_CONTENT_LATENCY.unscored(NO_WORDS, turn=m.turn) for m in responses]
    return [_of_reply(record, response) for response in responses]


def first_content_word(words: list[HeardWord]) -> HeardWord | None:
    """The first word that is neither a filler nor part of a lead-in; None when there is none."""
    plain = [re.sub(r"[^\w']", "", word.text.lower()) for word in words]
    at = 0
    while at < len(words):
        leads = [len(lead) for lead in LEAD_INS if tuple(plain[at : at + len(lead)]) == lead]
        if leads:
            at += max(leads)
        elif plain[at] in FILLERS or not plain[at]:
            at += 1
        else:
            return words[at]
    return None


def _of_reply(record: CallRecord, response: Measurement) -> Measurement:
    turn = response.turn
    assert turn is not None
    onset = reply_onset_ns(record, turn)
    if response.value is None:
        return FIRST_CONTENT_LATENCY.unscored(response.unscored_reason, turn=turn)
    if response.censored or onset is None:
        return FIRST_CONTENT_LATENCY.of(response.value, turn=turn, censored=True)
    ended, until = turn_end_ns(record.utterances[turn]), next_turn_ns(record, turn)
    # A voice's word may be dated from the silence before it, so a word that ends after the onset belongs to the reply.
    words = [word for word in record.agent_words if word.end_ns > onset and word.start_ns < until]
    word = first_content_word(words)
    if word is None:
        waited = min(until, record.duration_ns) - ended
        return FIRST_CONTENT_LATENCY.of(waited / NS_PER_MS, turn=turn, censored=True)
    return FIRST_CONTENT_LATENCY.of((max(word.start_ns, onset) - ended) / NS_PER_MS, turn=turn)
