"""What the caller's voice does to a reply: interruptions that must stop it, listening noises that must not."""

from __future__ import annotations

from evals.metrics.definition import NO_AUDIO, MetricDefinition
from evals.metrics.latency import response
from evals.metrics.measurement import Measurement
from evals.metrics.timeline import (
    LISTENER_SOUNDS,
    NS_PER_MS,
    agent_spans,
    event_ns,
    events_of,
    is_interruption,
    onset_ns,
    reply_under_way,
)
from evals.record import CallRecord, Level, Span

YIELD_LATENCY = MetricDefinition(name="yield_latency", version=2, unit="ms")
YIELD_LATENCY_NET = MetricDefinition(name="yield_latency_net", version=2, unit="ms")
STOP_LATENCY = MetricDefinition(name="stop_latency", version=2, unit="ms")
DECISION_LATENCY = MetricDefinition(name="barge_in_decision_latency", version=2, unit="ms")
RECOVERY_LATENCY = MetricDefinition(name="recovery_latency", version=1, unit="ms")
BARGE_IN_MISSED = MetricDefinition(name="barge_in_missed", version=2, unit="yes=1")
FALSE_STOP = MetricDefinition(name="false_stop", version=2, unit="yes=1")
YIELD_RESUMED = MetricDefinition(name="yield_resumed", version=2, unit="yes=1")
RESUME_GAP = MetricDefinition(name="resume_gap", version=2, unit="ms")

INTERRUPTION_METRICS = (
    YIELD_LATENCY,
    YIELD_LATENCY_NET,
    STOP_LATENCY,
    DECISION_LATENCY,
    RECOVERY_LATENCY,
    BARGE_IN_MISSED,
)
LISTENER_METRICS = (FALSE_STOP, YIELD_RESUMED, RESUME_GAP)
METRICS = INTERRUPTION_METRICS + LISTENER_METRICS

MISSED_NS = 2_000_000_000  # an agent still talking 2 s on has not yielded (tau-voice's yield window)
FALSE_STOP_NS = 1_000_000_000  # at the ear, a stop within 1 s of the noise is put down to it (tau-voice)
GIVEN_UP_NS = 2_000_000_000  # at the ear, a silence this long is a reply given up, not held

NOT_OFFERED = "not offered: the reply was over before the caller began"
SILENT = "no reply was under way when the caller began"


def barge_in(record: CallRecord) -> list[Measurement]:
    """All barge-in metrics, for every interruption and every listening noise of the caller."""
    if record.level is Level.TEXT:
        return [metric.unscored(NO_AUDIO) for metric in METRICS]
    measurements: list[Measurement] = []
    for turn, utterance in enumerate(record.utterances):
        if is_interruption(record, utterance):
            measurements += _interruption(record, turn)
        elif utterance.sound in LISTENER_SOUNDS:
            measurements += _listener(record, turn)
    return measurements


def line_delay_ms(record: CallRecord) -> float | None:
    """The network's delay there and back, which no agent can answer for; None when it is not known."""
    one_way = record.line.get("delay_ms")
    return 2.0 * one_way if isinstance(one_way, int | float) else None


def _interruption(record: CallRecord, turn: int) -> list[Measurement]:
    utterance = record.utterances[turn]
    if not utterance.offered:
        return [metric.unscored(NOT_OFFERED, turn=turn) for metric in INTERRUPTION_METRICS]
    under_way = reply_under_way(record, utterance)
    if under_way is None:
        return [metric.unscored(SILENT, turn=turn) for metric in INTERRUPTION_METRICS]
    spoke_on = max(0, under_way.end_ns - onset_ns(utterance))  # never heard again, if they began in a pause
    missed = spoke_on > MISSED_NS
    raw_ms = min(spoke_on, MISSED_NS) / NS_PER_MS
    delay_ms = line_delay_ms(record)
    net = (
        YIELD_LATENCY_NET.unscored("the line's delay is not known", turn=turn)
        if delay_ms is None
        else YIELD_LATENCY_NET.of(max(0.0, raw_ms - delay_ms), turn=turn, censored=missed)
    )
    return [
        YIELD_LATENCY.of(raw_ms, turn=turn, censored=missed),
        net,
        _stop(record, turn, missed=missed),
        _decision(record, turn),
        _recovery(record, turn),
        BARGE_IN_MISSED.of(missed, turn=turn),
    ]


def _stop(record: CallRecord, turn: int, *, missed: bool) -> Measurement:
    """The agent's first sign of having noticed, at its own end of the line."""
    begun = onset_ns(record.utterances[turn])
    until = _cause_until(record, turn)
    clears = [message.t_ns for message in record.wire if message.kind == "clear"]
    cancels = [event_ns(row) for row in events_of(record, "reply_cancelled")]
    for times in (clears, cancels):
        stop = next((t_ns for t_ns in times if begun <= t_ns < until), None)
        if stop is not None:
            return STOP_LATENCY.of((stop - begun) / NS_PER_MS, turn=turn)
    if missed:
        return STOP_LATENCY.of(MISSED_NS / NS_PER_MS, turn=turn, censored=True)
    return STOP_LATENCY.unscored("the reply ended without a sign of being stopped", turn=turn)


def _recovery(record: CallRecord, turn: int) -> Measurement:
    """From the end of the interruption to the answer to it."""
    utterance = record.utterances[turn]
    if utterance.hung_up or not utterance.expects_reply:
        return RECOVERY_LATENCY.unscored("the caller left with it", turn=turn)
    answer = response(record, turn)[0]
    if answer.value is None:
        return RECOVERY_LATENCY.unscored(answer.unscored_reason, turn=turn)
    return RECOVERY_LATENCY.of(answer.value, turn=turn, censored=answer.censored)


def _decision(record: CallRecord, turn: int) -> Measurement:
    """From falling silent to knowing that it was, or was not, an interruption."""
    begun, until = onset_ns(record.utterances[turn]), _cause_until(record, turn)
    yielded = _first_ns(record, "yielded", begun, until)
    if yielded is None:
        return DECISION_LATENCY.unscored("the agent did not report that it yielded", turn=turn)
    decided = [
        t_ns
        for kind in ("reply_cancelled", "resumed")
        if (t_ns := _first_ns(record, kind, yielded, record.duration_ns + 1)) is not None
    ]
    if not decided:
        return DECISION_LATENCY.unscored("the agent did not report a decision", turn=turn)
    return DECISION_LATENCY.of((min(decided) - yielded) / NS_PER_MS, turn=turn)


def _listener(record: CallRecord, turn: int) -> list[Measurement]:
    utterance = record.utterances[turn]
    if not utterance.offered:
        return [metric.unscored(NOT_OFFERED, turn=turn) for metric in LISTENER_METRICS]
    under_way = reply_under_way(record, utterance)
    if under_way is None:
        return [metric.unscored(SILENT, turn=turn) for metric in LISTENER_METRICS]
    hole = _hole(record, turn)
    if record.events:
        begun, until = onset_ns(utterance), _cause_until(record, turn)
        cancelled = _first_ns(record, "reply_cancelled", begun, until) is not None
        yielded = _first_ns(record, "yielded", begun, until)
        resumed = None if yielded is None else _first_ns(record, "resumed", yielded, record.duration_ns + 1)
        went_on = resumed is not None and not cancelled
        gap_ns = hole.end_ns - hole.start_ns if hole else (resumed or 0) - (yielded or 0)
    else:
        gap_ns = hole.end_ns - hole.start_ns if hole else 0
        cancelled = gap_ns >= GIVEN_UP_NS
        went_on = 0 < gap_ns < GIVEN_UP_NS
    gap = (
        RESUME_GAP.of(gap_ns / NS_PER_MS, turn=turn)
        if went_on
        else RESUME_GAP.unscored("the agent did not yield and go on", turn=turn)
    )
    return [FALSE_STOP.of(cancelled, turn=turn), YIELD_RESUMED.of(went_on, turn=turn), gap]


def _hole(record: CallRecord, turn: int) -> Span | None:
    """The first silence of the agent at the ear that began within `FALSE_STOP_NS` of the caller's onset."""
    begun = onset_ns(record.utterances[turn])
    spans = agent_spans(record)
    for at, span in enumerate(spans):
        if begun <= span.end_ns <= begun + FALSE_STOP_NS:
            until = spans[at + 1].start_ns if at + 1 < len(spans) else record.duration_ns
            return Span(start_ns=span.end_ns, end_ns=until)
    return None


def _first_ns(record: CallRecord, kind: str, start_ns: int, end_ns: int) -> int | None:
    """The first event of this kind in a stretch of the call."""
    return next((t for row in events_of(record, kind) if start_ns <= (t := event_ns(row)) < end_ns), None)


def _cause_until(record: CallRecord, turn: int) -> int:
    """Up to when a stop can be put down to this utterance: 2 s after it ended, or the caller's next doing."""
    until = record.utterances[turn].end_ns + MISSED_NS
    if turn + 1 < len(record.utterances):
        until = min(until, onset_ns(record.utterances[turn + 1]))
    return until
