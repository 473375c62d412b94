"""The timing metrics of a recording: what docs/metrics.md defines of a record, as far as sound alone can say it."""

from __future__ import annotations

from collections.abc import Sequence

from agent.units import NS_PER_MS
from evals.metrics.barge_in import BARGE_IN_MISSED, MISSED_NS, YIELD_LATENCY
from evals.metrics.definition import MetricDefinition
from evals.metrics.latency import ANSWER_LATENCY, MISSED_TURN, RESPONSE_LATENCY
from evals.metrics.measurement import Measurement
from evals.metrics.turn_taking import (
    AGENT_TALK_TIME,
    CALLER_TALK_TIME,
    DEAD_AIR_MAX,
    FALSE_CUT_INS,
    OVERLAP_TIME,
    PAUSES_OFFERED,
)
from evals.record import Span
from evals.recording.turns import TIMEOUT_NS, CallerTurn, barge_ins, pauses, reply_to, stretches

AGENT_BARGE_INS = MetricDefinition(name="agent_barge_ins", version=1, unit="count")

METRICS = (
    ANSWER_LATENCY,
    RESPONSE_LATENCY,
    MISSED_TURN,
    YIELD_LATENCY,
    BARGE_IN_MISSED,
    AGENT_BARGE_INS,
    FALSE_CUT_INS,
    PAUSES_OFFERED,
    DEAD_AIR_MAX,
    AGENT_TALK_TIME,
    CALLER_TALK_TIME,
    OVERLAP_TIME,
)

BRIEF = "too short to tell an interruption from a listening noise"
ENDED = "the recording ended before a reply was due"

LEFT_OUT = {
    "yield_latency_net": "a recording does not say how long the line's delay is",
    "stop_latency": "a recording does not hold the agent's `clear`",
    "barge_in_decision_latency": "a recording does not hold the agent's decisions",
    "false_stop, yield_resumed, resume_gap, selectivity": "a listening noise is known by words, or by a scenario",
    "stages, cost, fallbacks": "a recording does not hold the agent's own account",
    "words, captured values, tools, path, outcome": "a recording knows no words and no states",
}
"""Metrics of docs/metrics.md that are not measured here, and why."""


def timing(
    caller: Sequence[Span], agent: Sequence[Span], turns: Sequence[CallerTurn], duration_ns: int
) -> list[Measurement]:
    """All timing metrics; `turn` of a measurement is the turn's index.

    Args:
        caller, agent: when each was audible, in order.
        turns: the caller's, made of these.
        duration_ns: of the recording.
    """
    measurements = [_answer(caller, agent, duration_ns), *_sharing(caller, agent, duration_ns)]
    for index, turn in enumerate(turns):
        measurements += _response(turn, index, agent, duration_ns)
        measurements += _interruption(turn, index)
        measurements += _cut_ins(turn, index, agent)
    return measurements


def _answer(caller: Sequence[Span], agent: Sequence[Span], duration_ns: int) -> Measurement:
    if caller and (not agent or caller[0].start_ns < agent[0].start_ns):
        return ANSWER_LATENCY.unscored("the caller spoke first")
    if agent:
        return ANSWER_LATENCY.of(agent[0].start_ns / NS_PER_MS)
    if duration_ns < TIMEOUT_NS:
        return ANSWER_LATENCY.unscored("nobody spoke")
    return ANSWER_LATENCY.of(TIMEOUT_NS / NS_PER_MS, censored=True)


def _sharing(caller: Sequence[Span], agent: Sequence[Span], duration_ns: int) -> list[Measurement]:
    agent = stretches(agent)
    both = stretches([*agent, *caller], apart_ns=0)
    edges = [0, *(edge for span in both for edge in (span.start_ns, span.end_ns)), duration_ns]
    silence_ns = max(0, *(edges[at + 1] - edges[at] for at in range(0, len(edges), 2)))
    agent_ns, caller_ns = _total_ns(agent), _total_ns(caller)
    return [
        DEAD_AIR_MAX.of(silence_ns / NS_PER_MS),
        AGENT_TALK_TIME.of(agent_ns / NS_PER_MS),
        CALLER_TALK_TIME.of(caller_ns / NS_PER_MS),
        OVERLAP_TIME.of((agent_ns + caller_ns - _total_ns(both)) / NS_PER_MS),
    ]


def _response(turn: CallerTurn, index: int, agent: Sequence[Span], duration_ns: int) -> list[Measurement]:
    if turn.brief:
        return [metric.unscored(BRIEF, turn=index) for metric in (RESPONSE_LATENCY, MISSED_TURN)]
    reply = reply_to(turn, agent)
    if reply is not None:
        latency_ms = (reply.start_ns - turn.end_ns) / NS_PER_MS
        return [RESPONSE_LATENCY.of(latency_ms, turn=index), MISSED_TURN.of(0, turn=index)]
    waited_ns = min(turn.next_ns - turn.end_ns, TIMEOUT_NS)
    if turn.next_ns == duration_ns and waited_ns < TIMEOUT_NS:
        return [metric.unscored(ENDED, turn=index) for metric in (RESPONSE_LATENCY, MISSED_TURN)]
    return [
        RESPONSE_LATENCY.of(waited_ns / NS_PER_MS, turn=index, censored=True),
        MISSED_TURN.of(1, turn=index),
    ]


def _interruption(turn: CallerTurn, index: int) -> list[Measurement]:
    if turn.under_way is None:
        return []
    if turn.brief:
        return [metric.unscored(BRIEF, turn=index) for metric in (YIELD_LATENCY, BARGE_IN_MISSED)]
    spoke_on = turn.under_way.end_ns - turn.start_ns
    missed = spoke_on > MISSED_NS
    return [
        YIELD_LATENCY.of(min(spoke_on, MISSED_NS) / NS_PER_MS, turn=index, censored=missed),
        BARGE_IN_MISSED.of(missed, turn=index),
    ]


def _cut_ins(turn: CallerTurn, index: int, agent: Sequence[Span]) -> list[Measurement]:
    measurements = [AGENT_BARGE_INS.of(len(barge_ins(turn, agent)), turn=index)]
    offered = pauses(turn)
    if offered:
        starts = [span.start_ns for span in stretches(agent)]
        cut = sum(any(pause.start_ns <= start < after.end_ns for start in starts) for pause, after in offered)
        measurements += [FALSE_CUT_INS.of(cut, turn=index), PAUSES_OFFERED.of(len(offered), turn=index)]
    return measurements


def _total_ns(spans: Sequence[Span]) -> int:
    return sum(span.end_ns - span.start_ns for span in spans)
