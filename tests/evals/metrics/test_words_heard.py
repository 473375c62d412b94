from __future__ import annotations

from agent.events import CallEvent, EndpointReached, FinalHeard, TurnOpened
from evals.metrics.words_heard import heard_text, words_heard
from evals.record import CallRecord, Level
from tests.builders import MS, a_record, a_sound, an_utterance

YES = an_utterance("Yes, this is Alex.", (2_000, 3_000))
TUESDAY = an_utterance("Tuesday works.", (8_000, 9_000))


def final(at_ms: int, text: str) -> FinalHeard:
    return FinalHeard(t_ns=at_ms * MS, text=text, confidence=None)


def opened(at_ms: int, text: str, event: str = "speech") -> TurnOpened:
    return TurnOpened(t_ns=at_ms * MS, seq=1, turn_id="1", event=event, transcript=text, heard=None)


def endpoint(at_ms: int, offset_ms: int) -> EndpointReached:
    return EndpointReached(t_ns=at_ms * MS, offset_ns=offset_ms * MS, silence_ns=500 * MS)


def counts(record: CallRecord) -> dict[int | None, tuple[float | None, ...]]:
    """Hits, substitutions, deletions and insertions by turn."""
    by_turn: dict[int | None, list[float | None]] = {}
    for measurement in words_heard(record):
        by_turn.setdefault(measurement.turn, []).append(measurement.value)
    return {turn: tuple(values) for turn, values in by_turn.items()}


def a_call(*events: CallEvent) -> CallRecord:
    return a_record(YES, TUESDAY, events=events)


def test_each_utterance_is_held_against_what_was_heard_of_it() -> None:
    record = a_call(final(3_600, "yes this is alec"), final(9_600, "tuesday work please"))
    assert counts(record) == {0: (3, 1, 0, 0), 1: (1, 1, 0, 1)}


def test_utterance_never_heard_is_all_deletions() -> None:
    assert counts(a_call(final(3_600, "yes this is alex"))) == {0: (4, 0, 0, 0), 1: (0, 0, 2, 0)}


def test_utterance_heard_in_two_pieces_is_one() -> None:
    record = a_call(final(2_700, "yes"), final(3_600, "this is alex"), final(9_600, "tuesday works"))
    assert counts(record)[0] == (4, 0, 0, 0)


def test_late_words_belong_to_the_utterance_that_ended_before_them() -> None:
    record = a_call(endpoint(7_900, 3_050), final(8_200, "yes this is alex"))
    assert heard_text(record, 0) == "yes this is alex"
    assert heard_text(record, 1) == ""


def test_turns_stand_in_where_the_agent_reports_no_finals() -> None:
    record = a_call(opened(0, "", "answered"), opened(3_700, "yes this is alex"), opened(9_700, "tuesday"))
    assert counts(record) == {0: (4, 0, 0, 0), 1: (1, 0, 1, 0)}


def test_words_made_of_a_cough_count_only_when_they_opened_a_turn() -> None:
    cough = a_sound("cough", (5_000, 5_300))
    ignored = a_record(YES, cough, events=[final(3_600, "yes this is alex"), final(5_600, "tough")])
    acted_on = a_record(
        YES, cough, events=[final(3_600, "yes this is alex"), final(5_600, "tough"), opened(5_700, "tough")]
    )
    assert counts(ignored) == {0: (4, 0, 0, 0)}
    assert counts(acted_on) == {0: (4, 0, 0, 0), 1: (0, 0, 0, 1)}


def test_sentence_broken_off_by_hanging_up_is_unscored() -> None:
    record = a_record(an_utterance("Actually I", (2_000, 2_500), hung_up=True), events=[final(2_700, "act")])
    assert {m.unscored_reason for m in words_heard(record)} == {"the caller hung up while speaking"}


def test_agent_without_events_is_unscored_not_zero() -> None:
    assert {m.unscored_reason for m in words_heard(a_record(YES))} == {
        "the agent does not report what it heard"
    }


def test_text_level_is_unscored() -> None:
    measurements = words_heard(a_record(YES, level=Level.TEXT))
    assert {m.unscored_reason for m in measurements} == {"no audio at text level"}
