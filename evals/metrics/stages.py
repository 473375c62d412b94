"""Where the wait for a reply goes, by the agent's own account, and whether that account adds up.

The caller's wait is cut at the agent's events: endpoint reached, final heard, text given, speech sent, first frame
played. These explain the wait at the ear and never replace it, so what they leave unexplained is measured too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

from agent.turn import Json
from evals.metrics.definition import NO_AUDIO, MetricDefinition
from evals.metrics.latency import RESPONSE_LATENCY, latency, reply_onset_ns
from evals.metrics.measurement import Measurement
from evals.metrics.timeline import NS_PER_MS, WORD_KINDS, event_ns, events_of, onset_ns, turn_end_ns
from evals.record import CallRecord, Level

ENDPOINTING_DELAY = MetricDefinition(name="endpointing_delay", version=1, unit="ms")
RECOGNITION_LATENCY = MetricDefinition(name="recognition_latency", version=1, unit="ms")
DIALOGUE_LATENCY = MetricDefinition(name="dialogue_latency", version=1, unit="ms")
SYNTHESIS_LATENCY = MetricDefinition(name="synthesis_latency", version=1, unit="ms")
TRANSPORT_LATENCY = MetricDefinition(name="transport_latency", version=1, unit="ms")
UNEXPLAINED_LATENCY = MetricDefinition(name="unexplained_latency", version=1, unit="ms", better="")

STAGES = (ENDPOINTING_DELAY, RECOGNITION_LATENCY, DIALOGUE_LATENCY, SYNTHESIS_LATENCY, TRANSPORT_LATENCY)
METRICS = (*STAGES, UNEXPLAINED_LATENCY)

NO_ACCOUNT = "the agent does not report its stages"
NOT_IN_ORDER = "the agent's events of this reply are not in order"


def stages(record: CallRecord) -> list[Measurement]:
    """The stages of every reply to words, and what of its latency they leave unexplained."""
    if record.level is Level.TEXT:
        return [metric.unscored(NO_AUDIO) for metric in METRICS]
    measurements: list[Measurement] = []
    for response in latency(record):
        turn = response.turn
        if response.metric != RESPONSE_LATENCY.name or turn is None or response.censored:
            continue
        if response.value is not None and record.utterances[turn].kind in WORD_KINDS:
            measurements += _of_reply(record, turn, response.value)
    return measurements


def _of_reply(record: CallRecord, turn: int, latency_ms: float) -> list[Measurement]:
    times = _boundaries(record, turn)
    if times is None:
        return [metric.unscored(NO_ACCOUNT, turn=turn) for metric in METRICS]
    lengths = [(after - before) / NS_PER_MS for before, after in pairwise(times)]
    # An agent that answers before the caller has ended has a negative endpointing delay; the rest go forwards.
    if any(length < 0 for length in lengths[1:]):
        return [metric.unscored(NOT_IN_ORDER, turn=turn) for metric in METRICS]
    found = [metric.of(length, turn=turn) for metric, length in zip(STAGES, lengths, strict=True)]
    return [*found, UNEXPLAINED_LATENCY.of(latency_ms - sum(lengths), turn=turn)]


def _boundaries(record: CallRecord, turn: int) -> tuple[int, ...] | None:
    """Caller's end, endpoint, final, first text, first speech sent, first of it played; None if one is missing."""
    onset, begun = reply_onset_ns(record, turn), onset_ns(record.utterances[turn])
    assert onset is not None
    sent = _last_between(_first_speech(record), begun, onset)
    if sent is None:
        return None
    seq = sent["seq"]
    texts = [row for row in events_of(record, "text_given") if row["seq"] == seq]
    final = _last_between(events_of(record, "final_heard"), begun, event_ns(sent) + 1)
    endpoints = events_of(record, "endpoint_reached")
    endpoint = _last_between(endpoints, begun, event_ns(final) + 1) if final else None
    words = sent.get("words")
    played = next((word.start_ns for word in record.agent_words if word.seq == seq), None)
    if (
        not texts
        or final is None
        or endpoint is None
        or played is None
        or not isinstance(words, list | tuple)
    ):
        return None
    first = words[0] if words and isinstance(words[0], Mapping) else {}
    lead = first.get("start_ns")
    lead_ns = lead if isinstance(lead, int) else 0  # the first word's place in the speech that was sent
    return (
        turn_end_ns(record.utterances[turn]),
        event_ns(endpoint),
        event_ns(final),
        event_ns(texts[0]),
        event_ns(sent),
        played - lead_ns,
    )


def _first_speech(record: CallRecord) -> list[Mapping[str, Json]]:
    """What was sent first of each turn's reply, oldest first."""
    firsts: dict[Json, Mapping[str, Json]] = {}
    for row in events_of(record, "speech_sent"):
        firsts.setdefault(row["seq"], row)
    return list(firsts.values())


def _last_between(
    rows: Sequence[Mapping[str, Json]], start_ns: int, end_ns: int
) -> Mapping[str, Json] | None:
    return next((row for row in reversed(rows) if start_ns <= event_ns(row) < end_ns), None)
