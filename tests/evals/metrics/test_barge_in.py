from __future__ import annotations

import pytest

from agent.events import ReplyCancelled, Resumed, Yielded
from evals.metrics.barge_in import barge_in
from evals.record import CallRecord, Level, WireMessage
from tests.builders import MS, a_clear, a_record, a_sound, an_utterance

INTERRUPTION = an_utterance("Tuesday works.", (2_000, 3_000), kind="interrupts")
MM_HMM = a_sound("backchannel", (2_000, 2_300))


def values(record: CallRecord) -> dict[str, float | None]:
    return {m.metric: m.value for m in barge_in(record)}


def reasons(record: CallRecord) -> set[str]:
    return {m.unscored_reason for m in barge_in(record)}


def yielded(at_ms: int) -> Yielded:
    return Yielded(t_ns=at_ms * MS, seq=1, onset_ns=2_000 * MS, heard="")


def resumed(at_ms: int) -> Resumed:
    return Resumed(t_ns=at_ms * MS, seq=1, reason="backchannel")


def cancelled(at_ms: int) -> ReplyCancelled:
    return ReplyCancelled(t_ns=at_ms * MS, seq=1, reason="interruption", heard="")


@pytest.mark.parametrize("stop_ms", [100, 180, 183.5, 450])
def test_stop_after_a_planted_delay_measures_that_delay(stop_ms: float) -> None:
    record = a_record(
        INTERRUPTION,
        agent_speaks=[(500, 2_000 + stop_ms), (3_700, 5_000)],
        wire=(a_clear(2_000 + stop_ms - 40),),
    )
    measured = values(record)
    assert measured["yield_latency"] == pytest.approx(stop_ms, abs=10)
    assert measured["yield_latency_net"] == pytest.approx(stop_ms - 80, abs=10)
    assert measured["stop_latency"] == pytest.approx(stop_ms - 40)
    assert measured["barge_in_missed"] == 0


def test_recovery_is_from_the_interruption_s_end_to_the_answer() -> None:
    record = a_record(INTERRUPTION, agent_speaks=[(500, 2_180), (3_700, 5_000)])
    assert values(record)["recovery_latency"] == 700
    never = a_record(INTERRUPTION, agent_speaks=[(500, 2_180)])
    [censored] = [m for m in barge_in(never) if m.metric == "recovery_latency"]
    assert (censored.value, censored.censored) == (8_000, True)
    gone = an_utterance("Tuesday.", (2_000, 3_000), kind="interrupts", hung_up=True, expects_reply=False)
    [left] = [
        m for m in barge_in(a_record(gone, agent_speaks=[(500, 2_180)])) if m.metric == "recovery_latency"
    ]
    assert left.unscored_reason == "the caller left with it"


def test_agent_that_does_not_stop_missed_it() -> None:
    record = a_record(INTERRUPTION, agent_speaks=[(500, 6_000)])
    measured = {m.metric: (m.value, m.censored) for m in barge_in(record)}
    assert measured["yield_latency"] == (2_000, True)
    assert measured["stop_latency"] == (2_000, True)
    assert measured["barge_in_missed"] == (1, False)


def test_pause_of_the_agent_s_own_is_no_stop() -> None:
    record = a_record(INTERRUPTION, agent_speaks=[(500, 2_100), (2_400, 6_000)])
    assert values(record)["barge_in_missed"] == 1


def test_clear_on_the_wire_makes_a_short_silence_a_stop() -> None:
    record = a_record(INTERRUPTION, agent_speaks=[(500, 2_150), (2_800, 6_000)], wire=(a_clear(2_100),))
    assert values(record)["yield_latency"] == 150


def test_interruption_that_found_the_reply_over_is_not_offered() -> None:
    late = an_utterance("Tuesday works.", (2_000, 3_000), kind="interrupts", offered=False)
    record = a_record(late, agent_speaks=[(500, 1_900)])
    assert reasons(record) == {"not offered: the reply was over before the caller began"}


def test_interruption_into_silence_is_unscored() -> None:
    record = a_record(INTERRUPTION, agent_speaks=[(500, 1_900)])
    assert reasons(record) == {"no reply was under way when the caller began"}


def test_interruption_in_a_pause_of_the_reply_is_one_and_a_stop_there_took_no_time_at_the_ear() -> None:
    wire = (WireMessage(t_ns=460 * MS, kind="audio_out", frames=250), a_clear(2_180))
    record = a_record(INTERRUPTION, agent_speaks=[(500, 1_700), (3_700, 5_000)], wire=wire)
    measured = values(record)
    assert (measured["yield_latency"], measured["yield_latency_net"]) == (0, 0)
    assert measured["stop_latency"] == 180
    assert measured["barge_in_missed"] == 0


def test_agent_that_talks_on_after_its_pause_missed_the_interruption() -> None:
    record = a_record(INTERRUPTION, agent_speaks=[(500, 1_700), (2_100, 6_000)])
    assert values(record)["barge_in_missed"] == 1


def test_network_is_taken_off_as_far_as_there_is_any_delay() -> None:
    record = a_record(INTERRUPTION, agent_speaks=[(500, 2_050)])
    assert (values(record)["yield_latency"], values(record)["yield_latency_net"]) == (50, 0)


def test_clip_played_over_a_reply_is_an_interruption() -> None:
    clip = an_utterance("Tuesday works.", (2_000, 3_000), kind="plays")
    record = a_record(clip, agent_speaks=[(500, 2_180)], caller=[{"kind": "plays", "after_ms": 600}])
    assert values(record)["yield_latency"] == 180
    assert barge_in(a_record(clip, agent_speaks=[(500, 2_180)], caller=[{"kind": "plays"}])) == []


def test_decision_is_timed_from_the_yield() -> None:
    record = a_record(INTERRUPTION, agent_speaks=[(500, 2_180)], events=[yielded(2_150), cancelled(2_600)])
    assert values(record)["barge_in_decision_latency"] == 450


def test_reply_cancelled_for_a_backchannel_is_a_false_stop() -> None:
    record = a_record(MM_HMM, agent_speaks=[(500, 2_180)], events=[yielded(2_150), cancelled(2_600)])
    assert values(record) == {"false_stop": 1, "yield_resumed": 0, "resume_gap": None}


def test_yield_that_goes_on_is_counted_apart_with_its_gap() -> None:
    record = a_record(
        MM_HMM, agent_speaks=[(500, 2_180), (2_730, 5_000)], events=[yielded(2_150), resumed(2_600)]
    )
    assert values(record) == {"false_stop": 0, "yield_resumed": 1, "resume_gap": 550}


def test_agent_that_talks_on_over_a_cough_did_neither() -> None:
    record = a_record(a_sound("cough", (2_000, 2_300)), agent_speaks=[(500, 5_000)], events=[yielded(9_000)])
    assert values(record) == {"false_stop": 0, "yield_resumed": 0, "resume_gap": None}


@pytest.mark.parametrize(
    ("speaks", "expected"),
    [
        ([(500, 2_180)], {"false_stop": 1, "yield_resumed": 0, "resume_gap": None}),
        ([(500, 2_180), (2_730, 5_000)], {"false_stop": 0, "yield_resumed": 1, "resume_gap": 550}),
        ([(500, 6_000)], {"false_stop": 0, "yield_resumed": 0, "resume_gap": None}),
    ],
)
def test_without_the_agent_s_events_the_ear_decides(
    speaks: list[tuple[float, float]], expected: dict[str, float | None]
) -> None:
    assert values(a_record(MM_HMM, agent_speaks=speaks)) == expected


def test_cancelling_for_the_words_that_followed_is_no_false_stop() -> None:
    record = a_record(
        MM_HMM,
        an_utterance("Wait.", (2_500, 2_900), kind="interrupts"),
        agent_speaks=[(500, 2_680)],
        events=[yielded(2_650), cancelled(2_800)],
    )
    measured = values(record)
    assert measured["false_stop"] == 0
    assert measured["yield_latency"] == 180


def test_text_level_has_no_barge_in() -> None:
    assert reasons(a_record(INTERRUPTION, level=Level.TEXT)) == {"no audio at text level"}
