"""Told who was audible when, a recording is measured as the record of the same call is."""

import pytest

from evals.metrics.measurement import Measurement
from evals.metrics.registry import measure
from evals.metrics.timeline import agent_spans
from evals.metrics.turn_taking import caller_spans
from evals.record import CallRecord, Span
from evals.recording.timing import BRIEF, ENDED, METRICS, timing
from evals.recording.turns import caller_turns
from tests.builders import MS, a_record, an_utterance


def timed(caller: list[Span], agent: tuple[Span, ...], duration_ns: int) -> list[Measurement]:
    return timing(caller, agent, caller_turns(caller, agent, duration_ns), duration_ns)


def of_record(record: CallRecord) -> list[Measurement]:
    return timed(caller_spans(record), agent_spans(record), record.duration_ns)


def bare(*caller_ms: tuple[int, int], agent_ms: list[tuple[int, int]], duration_ms: int) -> list[Measurement]:
    caller = [Span(start_ns=start * MS, end_ns=end * MS) for start, end in caller_ms]
    agent = tuple(Span(start_ns=start * MS, end_ns=end * MS) for start, end in agent_ms)
    return timed(caller, agent, duration_ms * MS)


def values(measurements: list[Measurement], metric: str) -> list[tuple[float | None, bool]]:
    return [(m.value, m.censored) for m in measurements if m.metric == metric]


RECORDS = {
    "replies": a_record(
        an_utterance("Yes.", (2000, 3000)),
        an_utterance("No.", (6000, 7400)),
        agent_speaks=[(200, 1200), (3700, 5000), (7900, 9000)],
        duration_ms=10_000,
    ),
    "a reply that begins early": a_record(
        an_utterance("Yes.", (2000, 3000)), agent_speaks=[(200, 1200), (2900, 5000)], duration_ms=6000
    ),
    "a pause that the agent takes for the end": a_record(
        an_utterance("Well, Tuesday.", (2000, 2500), (3400, 4200)),
        agent_speaks=[(200, 1200), (3100, 3300), (4900, 6000)],
        duration_ms=7000,
    ),
    "a pause that the agent lets be": a_record(
        an_utterance("Well, Tuesday.", (2000, 2500), (3400, 4200)),
        agent_speaks=[(200, 1200), (4900, 6000)],
        duration_ms=7000,
    ),
    "an interruption that stops the agent": a_record(
        an_utterance("Sorry, can I stop you?", (2000, 3200), kind="interrupts"),
        agent_speaks=[(200, 2180), (4000, 5000)],
        duration_ms=6000,
    ),
    "an interruption that does not": a_record(
        an_utterance("Sorry, can I stop you?", (2000, 3200), kind="interrupts"),
        agent_speaks=[(200, 4800), (5500, 6000)],
        duration_ms=7000,
    ),
    "a reply with pauses of its own": a_record(
        an_utterance("Sorry, can I stop you?", (2000, 4200), kind="interrupts"),
        agent_speaks=[(200, 2300), (2600, 3000), (5000, 6000)],
        duration_ms=7000,
    ),
}


@pytest.mark.parametrize("name", RECORDS)
def test_same_bounds_measure_the_same_as_in_a_record(name: str) -> None:
    record = RECORDS[name]
    names = {metric.name for metric in METRICS} - {"agent_barge_ins"}
    expected = [m for m in measure(record) if m.metric in names]
    found = [m for m in of_record(record) if m.metric in names]

    def key(m: Measurement) -> tuple[str, int]:
        return (m.metric, -1 if m.turn is None else m.turn)

    assert sorted(found, key=key) == sorted(expected, key=key)
    assert any(m.metric == "response_latency" and m.value is not None for m in found)


def test_reply_that_never_came_is_worth_the_time_waited_and_marked() -> None:
    found = bare((1000, 2000), (6000, 7000), agent_ms=[(0, 500), (7500, 8000)], duration_ms=9000)
    assert values(found, "response_latency") == [(4000.0, True), (500.0, False)]
    assert values(found, "missed_turn") == [(1.0, False), (0.0, False)]


def test_caller_who_waits_to_the_end_of_a_long_recording_waited_ten_seconds() -> None:
    found = bare((1000, 2000), agent_ms=[(0, 500)], duration_ms=30_000)
    assert values(found, "response_latency") == [(10_000.0, True)]


def test_last_words_before_the_end_want_no_reply() -> None:
    found = bare((1000, 2000), agent_ms=[(0, 500)], duration_ms=3000)
    assert [m.unscored_reason for m in found if m.metric == "response_latency"] == [ENDED]


def test_brief_sound_over_the_agent_is_not_judged() -> None:
    found = bare((1000, 1400), agent_ms=[(0, 3000)], duration_ms=20_000)
    unscored = {m.metric for m in found if m.unscored_reason == BRIEF}
    assert unscored == {"response_latency", "missed_turn", "yield_latency", "barge_in_missed"}


def test_empty_recording_is_all_silence() -> None:
    found = bare(agent_ms=[], duration_ms=4000)
    assert values(found, "dead_air_max") == [(4000.0, False)]
    assert values(found, "answer_latency") == [(None, False)]
    assert values(bare(agent_ms=[], duration_ms=10_000), "answer_latency") == [(10_000.0, True)]
