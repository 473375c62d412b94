from __future__ import annotations

import pytest

from evals.metrics.latency import latency
from evals.record import CallRecord, Level
from tests.builders import MS, a_clear, a_record, a_sound, an_utterance

YES = an_utterance("Yes.", (2_000, 3_000))


def values(record: CallRecord, metric: str) -> list[tuple[float | None, bool]]:
    return [(m.value, m.censored) for m in latency(record) if m.metric == metric]


@pytest.mark.parametrize("delay_ms", [300, 700, 703.125, 1_500])
def test_reply_after_a_planted_delay_measures_that_delay(delay_ms: float) -> None:
    record = a_record(YES, agent_speaks=[(500, 1_400), (3_000 + delay_ms, 6_000)])
    [(value, censored)] = values(record, "response_latency")
    assert value == pytest.approx(delay_ms, abs=10)
    assert not censored
    assert values(record, "missed_turn") == [(0, False)]


def test_reply_that_begins_before_the_caller_has_finished_is_negative() -> None:
    record = a_record(YES, agent_speaks=[(500, 1_400), (2_800, 5_000)])
    assert values(record, "response_latency") == [(-200, False)]


def test_reply_that_never_came_is_censored_at_the_timeout_and_counted() -> None:
    record = a_record(YES, agent_speaks=[(500, 1_400)])
    assert values(record, "response_latency") == [(8_000, True)]
    assert values(record, "missed_turn") == [(1, False)]


def test_reply_after_the_timeout_came_too_late() -> None:
    record = a_record(YES, agent_speaks=[(500, 1_400), (11_500, 12_000)])
    assert values(record, "response_latency") == [(8_000, True)]


def test_reply_to_the_next_turn_is_no_reply_to_this_one() -> None:
    again = an_utterance("Hello?", (7_000, 7_500))
    record = a_record(YES, again, agent_speaks=[(500, 1_400), (8_000, 9_000)])
    assert values(record, "response_latency") == [(8_000, True), (500, False)]
    assert values(record, "missed_turn") == [(1, False), (0, False)]


def test_rest_of_an_interrupted_reply_is_not_the_answer() -> None:
    interruption = an_utterance("Tuesday works.", (2_000, 3_000), kind="interrupts")
    record = a_record(interruption, agent_speaks=[(500, 2_180), (3_700, 5_000)], wire=(a_clear(2_100),))
    assert values(record, "response_latency") == [(700, False)]


def test_reply_that_runs_on_over_an_interruption_is_not_its_answer() -> None:
    interruption = an_utterance("Tuesday works.", (2_000, 3_000), kind="interrupts")
    record = a_record(
        interruption, agent_speaks=[(500, 2_500), (2_800, 3_600), (3_900, 4_500), (6_000, 7_000)]
    )
    assert values(record, "response_latency") == [(3_000, False)]


def test_cut_in_during_a_pause_is_not_the_answer_when_the_agent_gives_way() -> None:
    paused = an_utterance("It is ... Alex.", (2_000, 2_500), (3_300, 4_000))
    record = a_record(paused, agent_speaks=[(2_900, 3_500), (4_600, 5_000)])
    assert values(record, "response_latency") == [(600, False)]


def test_patience_with_a_silent_caller_is_not_latency() -> None:
    silence = a_sound("silence", start_ns=2_000 * MS, end_ns=2_000 * MS, expects_reply=True)
    record = a_record(silence, agent_speaks=[(500, 1_400), (7_000, 8_000)])
    assert values(record, "response_latency") == [(None, False)]
    assert values(record, "missed_turn") == [(0, False)]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"ended_by": "caller"}, "the caller left before a reply was due"),
        ({"transferred_to": "sales"}, "the call was transferred"),
    ],
)
def test_nobody_waited_for_a_reply(changes: dict[str, str], reason: str) -> None:
    record = a_record(YES, agent_speaks=[(500, 1_400)], duration_ms=4_000, **changes)
    assert {m.unscored_reason for m in latency(record) if m.turn == 0} == {reason}


def test_agent_that_hangs_up_without_a_word_missed_the_turn() -> None:
    record = a_record(YES, agent_speaks=[(500, 1_400)], duration_ms=4_000, ended_by="agent")
    assert values(record, "missed_turn") == [(1, False)]


def test_no_reply_is_owed_to_a_backchannel_or_to_one_who_hung_up() -> None:
    record = a_record(
        a_sound("backchannel", (1_000, 1_300)),
        an_utterance("No.", (3_000, 3_500), hung_up=True),
        agent_speaks=[(500, 1_400)],
    )
    assert values(record, "response_latency") == []


def test_greeting_is_timed_from_the_answer() -> None:
    assert values(a_record(agent_speaks=[(420, 1_400)]), "answer_latency") == [(420, False)]
    assert values(a_record(), "answer_latency") == [(8_000, True)]


def test_greeting_of_a_caller_who_spoke_first_is_unscored() -> None:
    hello = an_utterance("Hello?", (300, 700))
    assert values(a_record(hello, agent_speaks=[(1_200, 2_000)]), "answer_latency") == [(None, False)]


def test_text_level_has_no_latency() -> None:
    measurements = latency(a_record(YES, level=Level.TEXT))
    assert {m.unscored_reason for m in measurements} == {"no audio at text level"}
    assert len(measurements) == 3
