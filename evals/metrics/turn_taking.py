"""How the two share the line: who talks how long, over each other, into a pause, and how long nobody does."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

from evals.metrics.definition import NO_AUDIO, MetricDefinition
from evals.metrics.measurement import Measurement
from evals.metrics.timeline import (
    NS_PER_MS,
    SILENCE_MS,
    WORD_KINDS,
    agent_spans,
    onset_ns,
    reply_under_way,
)
from evals.record import CallRecord, Level, Span
from evals.scenario.model import Sound

DEAD_AIR_MAX = MetricDefinition(name="dead_air_max", version=1, unit="ms")
AGENT_TALK_TIME = MetricDefinition(name="agent_talk_time", version=1, unit="ms", better="")
CALLER_TALK_TIME = MetricDefinition(name="caller_talk_time", version=1, unit="ms", better="")
OVERLAP_TIME = MetricDefinition(name="overlap_time", version=1, unit="ms")
FALSE_CUT_INS = MetricDefinition(name="false_cut_ins", version=2, unit="count")
PAUSES_OFFERED = MetricDefinition(name="pauses_offered", version=2, unit="count", better="")

METRICS = (DEAD_AIR_MAX, AGENT_TALK_TIME, CALLER_TALK_TIME, OVERLAP_TIME, FALSE_CUT_INS, PAUSES_OFFERED)


def turn_taking(record: CallRecord) -> list[Measurement]:
    """Dead air, talk times and overlap of the call; false cut-ins of every utterance that pauses."""
    if record.level is Level.TEXT:
        return [metric.unscored(NO_AUDIO) for metric in METRICS]
    agent, caller = joined(agent_spans(record)), caller_spans(record)
    both = joined([*agent, *caller])
    not_dead = joined([*both, *_chosen_silences(record)])
    measurements = [
        DEAD_AIR_MAX.of(_longest_silence_ns(not_dead, record.duration_ns) / NS_PER_MS),
        AGENT_TALK_TIME.of(_total_ns(agent) / NS_PER_MS),
        CALLER_TALK_TIME.of(_total_ns(caller) / NS_PER_MS),
        OVERLAP_TIME.of((_total_ns(agent) + _total_ns(caller) - _total_ns(both)) / NS_PER_MS),
    ]
    for turn in range(len(record.utterances)):
        pauses = _pauses(record, turn)
        if pauses:
            measurements.append(FALSE_CUT_INS.of(_cut_ins(record, pauses), turn=turn))
            measurements.append(PAUSES_OFFERED.of(len(pauses), turn=turn))
    return measurements


def caller_spans(record: CallRecord) -> list[Span]:
    """When the caller was audible at their mouth: true speech, and the whole of sounds that have none."""
    spans: list[Span] = []
    for utterance in record.utterances:
        if utterance.speech:
            spans += utterance.speech
        elif utterance.sound and utterance.sound != Sound.SILENCE:
            spans.append(Span(start_ns=utterance.start_ns, end_ns=utterance.end_ns))
    return joined(spans)


def joined(spans: Iterable[Span]) -> list[Span]:
    """The spans in order, those that touch or overlap made one."""
    result: list[Span] = []
    for span in sorted(spans, key=lambda span: (span.start_ns, span.end_ns)):
        if result and span.start_ns <= result[-1].end_ns:
            result[-1] = Span(start_ns=result[-1].start_ns, end_ns=max(result[-1].end_ns, span.end_ns))
        else:
            result.append(span)
    return result


def _total_ns(spans: Iterable[Span]) -> int:
    return sum(span.end_ns - span.start_ns for span in spans)


def _longest_silence_ns(spans: list[Span], duration_ns: int) -> int:
    edges = [0, *(edge for span in spans for edge in (span.start_ns, span.end_ns)), duration_ns]
    return max(0, *(edges[at + 1] - edges[at] for at in range(0, len(edges), 2)))


def _chosen_silences(record: CallRecord) -> list[Span]:
    """When a caller lets their turn go by as scripted: until the agent speaks again, at most the caller's timeout."""
    silences = []
    for utterance in record.utterances:
        if utterance.sound == Sound.SILENCE:
            until = min(utterance.end_ns + record.timeout_ns, record.duration_ns)
            spoken = (span.start_ns for span in agent_spans(record) if span.start_ns >= utterance.start_ns)
            silences.append(Span(start_ns=utterance.start_ns, end_ns=min(until, next(spoken, until))))
    return silences


def _pauses(record: CallRecord, turn: int) -> list[tuple[Span, Span]]:
    """The utterance's inner pauses in which the agent could take the caller to have finished.

    Each comes with the stretch of speech that follows it. None are offered while the agent is speaking itself.
    """
    utterance = record.utterances[turn]
    if utterance.kind not in WORD_KINDS or reply_under_way(record, utterance) is not None:
        return []
    return [
        (Span(start_ns=before.end_ns, end_ns=after.start_ns), after)
        for before, after in pairwise(utterance.speech)
        if after.start_ns - before.end_ns >= SILENCE_MS * NS_PER_MS and before.start_ns >= onset_ns(utterance)
    ]


def _cut_ins(record: CallRecord, pauses: list[tuple[Span, Span]]) -> int:
    """Pauses that the agent took for the end: it begins in them, or over the words that follow them."""
    starts = [span.start_ns for span in agent_spans(record)]
    return sum(any(pause.start_ns <= start < resumed.end_ns for start in starts) for pause, resumed in pauses)
