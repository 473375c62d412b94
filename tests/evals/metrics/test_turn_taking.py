from __future__ import annotations

from evals.metrics.turn_taking import joined, turn_taking
from evals.record import CallRecord, Level, Span
from tests.builders import MS, a_record, a_sound, an_utterance


def values(record: CallRecord) -> dict[str, float | None]:
    return {m.metric: m.value for m in turn_taking(record)}


def test_shares_of_the_line() -> None:
    record = a_record(
        an_utterance("Yes.", (1_800, 3_000)), agent_speaks=[(500, 2_000), (4_000, 6_000)], duration_ms=7_500
    )
    assert values(record) == {
        "dead_air_max": 1_500,
        "agent_talk_time": 3_500,
        "caller_talk_time": 1_200,
        "overlap_time": 200,
    }


def test_a_call_without_a_sound_is_all_dead_air() -> None:
    assert values(a_record(duration_ms=9_000))["dead_air_max"] == 9_000


def test_music_of_the_caller_s_line_is_not_dead_air() -> None:
    music = a_sound("hold_music", start_ns=1_000 * MS, end_ns=9_000 * MS)
    assert values(a_record(music, duration_ms=10_000))["dead_air_max"] == 1_000


def test_silence_that_the_caller_chose_is_not_dead_air() -> None:
    silence = a_sound("silence", start_ns=2_000 * MS, end_ns=2_000 * MS)
    record = a_record(silence, agent_speaks=[(500, 1_400), (7_000, 8_000)], duration_ms=9_000)
    assert values(record)["dead_air_max"] == 1_000
    mute = a_record(silence, agent_speaks=[(500, 1_400)], duration_ms=20_000)
    assert values(mute)["dead_air_max"] == 10_000  # less the 8 s for which the caller meant to be silent


def test_agent_that_takes_a_pause_for_the_end_cuts_in() -> None:
    paused = an_utterance("It is ... Alex.", (2_000, 2_500), (3_300, 4_000), (4_050, 4_500), (4_900, 5_200))
    polite = values(a_record(paused, agent_speaks=[(5_900, 6_500)]))
    hasty = values(a_record(paused, agent_speaks=[(3_100, 3_400), (5_900, 6_500)]))
    late = values(a_record(paused, agent_speaks=[(3_350, 3_600), (5_900, 6_500)]))
    assert (polite["false_cut_ins"], polite["pauses_offered"]) == (0, 2)
    assert (hasty["false_cut_ins"], hasty["pauses_offered"]) == (1, 2)
    assert late["false_cut_ins"] == 1


def test_no_pause_is_offered_while_the_agent_is_speaking() -> None:
    paused = an_utterance("Wait ... stop.", (2_000, 2_500), (3_300, 4_000), kind="interrupts")
    assert "pauses_offered" not in values(a_record(paused, agent_speaks=[(500, 2_200)]))


def test_joined_spans_are_in_order_and_apart() -> None:
    spans = [Span(start_ns=5, end_ns=9), Span(start_ns=0, end_ns=2), Span(start_ns=2, end_ns=6)]
    assert joined(spans) == [Span(start_ns=0, end_ns=9)]
    assert joined([]) == []


def test_text_level_is_unscored() -> None:
    assert {m.unscored_reason for m in turn_taking(a_record(level=Level.TEXT))} == {"no audio at text level"}
