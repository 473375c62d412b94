"""How long the caller waits: from their last voiced sample to the first of the agent's answer, at the ear."""

from __future__ import annotations

from evals.metrics.definition import NO_AUDIO, MetricDefinition
from evals.metrics.measurement import Measurement
from evals.metrics.timeline import (
    NS_PER_MS,
    agent_spans,
    next_turn_ns,
    onset_ns,
    reply_under_way,
    turn_end_ns,
)
from evals.record import CallRecord, Level
from evals.scenario.model import Sound

RESPONSE_LATENCY = MetricDefinition(name="response_latency", version=2, unit="ms")
MISSED_TURN = MetricDefinition(name="missed_turn", version=2, unit="yes=1")
ANSWER_LATENCY = MetricDefinition(name="answer_latency", version=1, unit="ms")

METRICS = (RESPONSE_LATENCY, MISSED_TURN, ANSWER_LATENCY)


def latency(record: CallRecord) -> list[Measurement]:
    """Response latency and missed turn of every utterance that expects a reply, and the latency of the greeting."""
    if record.level is Level.TEXT:
        return [metric.unscored(NO_AUDIO) for metric in METRICS]
    measurements = [_answer(record)]
    for turn, utterance in enumerate(record.utterances):
        if utterance.expects_reply and not utterance.hung_up:
            measurements += response(record, turn)
    return measurements


def reply_onset_ns(record: CallRecord, turn: int) -> int | None:
    """When the reply to a caller utterance was first audible at the ear; None when none came.

    It is the first stretch of agent speech that begins after the caller's onset, is audible past their end, and is
    not the rest of a reply that was already under way. It may begin before the caller's end. What begins after the
    caller's next turn answers that one, and after `timeout_ns` nobody waits for it.
    """
    utterance = record.utterances[turn]
    ended = turn_end_ns(utterance)
    under_way = reply_under_way(record, utterance)
    begins = max(onset_ns(utterance), under_way.end_ns if under_way else 0)
    until = min(ended + record.timeout_ns, next_turn_ns(record, turn))
    for span in agent_spans(record):
        if begins <= span.start_ns < until and span.end_ns > ended:
            return span.start_ns
    return None


def response(record: CallRecord, turn: int) -> list[Measurement]:
    """Response latency and missed turn of one utterance that expects a reply."""
    utterance = record.utterances[turn]
    ended = turn_end_ns(utterance)
    onset = reply_onset_ns(record, turn)
    if onset is None:
        excuse = _nobody_waited(record, turn)
        if excuse:
            return [RESPONSE_LATENCY.unscored(excuse, turn=turn), MISSED_TURN.unscored(excuse, turn=turn)]
        return [
            RESPONSE_LATENCY.of(record.timeout_ns / NS_PER_MS, turn=turn, censored=True),
            MISSED_TURN.of(1, turn=turn),
        ]
    if utterance.sound == Sound.SILENCE:
        # How long the agent lets a silent caller be is its patience, not its delay.
        return [
            RESPONSE_LATENCY.unscored("the caller said nothing", turn=turn),
            MISSED_TURN.of(0, turn=turn),
        ]
    return [RESPONSE_LATENCY.of((onset - ended) / NS_PER_MS, turn=turn), MISSED_TURN.of(0, turn=turn)]


def _nobody_waited(record: CallRecord, turn: int) -> str:
    """Why a reply that never came was not missed; empty when it was."""
    ended = turn_end_ns(record.utterances[turn])
    if record.duration_ns >= ended + record.timeout_ns or next_turn_ns(record, turn) < record.duration_ns:
        return ""
    if record.transferred_to:
        return "the call was transferred"
    if record.ended_by == "caller":
        return "the caller left before a reply was due"
    return ""


def _answer(record: CallRecord) -> Measurement:
    spans = agent_spans(record)
    spoke = [onset_ns(utterance) for utterance in record.utterances if utterance.speech]
    if spoke and (not spans or spoke[0] < spans[0].start_ns):
        return ANSWER_LATENCY.unscored("the caller spoke first")
    if not spans:
        return ANSWER_LATENCY.of(record.timeout_ns / NS_PER_MS, censored=True)
    return ANSWER_LATENCY.of(spans[0].start_ns / NS_PER_MS)
