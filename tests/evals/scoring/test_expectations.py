from __future__ import annotations

from typing import Any

import pytest

from evals.record import CallRecord, CallStatus, Divergence, Level
from evals.scenario import expect_file
from evals.scoring.expectations import BOUNDS, check, passed
from evals.scoring.verdict import Check
from tests.builders import a_clear, a_record, a_tool_call, an_utterance, heard_words


def checks(**changes: Any) -> dict[str, Check]:
    return {check.name: check for check in check(a_record(**changes))}


def test_scenario_that_expects_nothing_asks_only_for_a_completed_call() -> None:
    assert check(a_record()) == [Check(name="completed", passed=True, detail="ended by agent")]


@pytest.mark.parametrize(
    ("changes", "detail"),
    [
        ({"status": CallStatus.FAILED, "failure": "bad frame"}, "the call failed: bad frame"),
        ({"status": CallStatus.TIMED_OUT, "duration_ms": 240_000}, "the call did not end within 240 s"),
    ],
)
def test_call_that_was_not_completed_fails(changes: dict[str, Any], detail: str) -> None:
    found = check(a_record(**changes))
    assert not passed(found)
    assert found[0].detail == detail


def test_path_and_outcome_say_what_was_expected_and_what_came() -> None:
    found = checks(
        expect={"states": ["greeting", "...", "close"], "outcome": "booked"},
        path=("greeting", "handoff"),
        outcome="handed_off",
    )
    assert found["states"] == Check(
        name="states", passed=False, detail="expected greeting > ... > close; went greeting > handoff"
    )
    assert found["outcome"] == Check(name="outcome", passed=False, detail="expected booked; came handed_off")


def test_tools_are_counted_by_name_and_arguments() -> None:
    found = checks(
        expect={"tools": [{"name": "cal.create_booking", "arguments": {"slot": "10:30"}, "times": 1}]},
        tools=(a_tool_call("cal.create_booking", {"slot": "11:00"}),),
    )
    assert found["tool cal.create_booking"] == Check(
        name="tool cal.create_booking",
        passed=False,
        detail="expected 1 call with slot=10:30; came 0 (all calls: slot=11:00)",
    )


@pytest.mark.parametrize(
    ("times", "made", "expected"),
    [(None, 0, False), (None, 2, True), (2, 1, False), (0, 0, True), (0, 1, False)],
)
def test_how_often_a_tool_must_be_called(times: int | None, made: int, expected: bool) -> None:
    found = checks(
        expect={"tools": [{"name": "t", "arguments": {}, "times": times}]}, tools=(a_tool_call("t"),) * made
    )
    assert found["tool t"].passed is expected


def test_texts_are_looked_for_at_the_ear_case_and_punctuation_aside() -> None:
    words = heard_words("I will send a calendar invite, Alex.", seq=0) + heard_words(
        "Bye.", at_ms=9_000, seq=1
    )
    found = checks(expect={"says": ["Calendar invite Alex"], "never_says": ["voicemail"]}, agent_words=words)
    assert found['says "Calendar invite Alex"'].passed
    assert found['never says "voicemail"'].passed


def test_word_that_was_cut_was_not_said() -> None:
    words = heard_words("Leave a", cut="voicemail")
    found = checks(expect={"says": ["voicemail"], "never_says": ["voicemail"]}, agent_words=words)
    assert not found['says "voicemail"'].passed
    assert found['never says "voicemail"'].passed


def test_a_phrase_does_not_run_over_two_replies() -> None:
    words = heard_words("See you on Tuesday.", seq=0) + heard_words("At ten.", at_ms=9_000, seq=1)
    assert not checks(expect={"says": ["tuesday at ten"]}, agent_words=words)['says "tuesday at ten"'].passed


def test_forbidden_text_is_shown_with_the_reply_it_was_heard_in() -> None:
    found = checks(expect={"never_says": ["book"]}, agent_words=heard_words("Shall we book it?"))
    assert found['never says "book"'].detail == 'heard in "Shall we book it?"'


def test_captured_variables() -> None:
    found = checks(expect={"captured": {"slot": "Tuesday", "email": "a@b.c"}}, captured={"slot": "Tuesday"})
    assert found["captured slot"].passed
    assert found["captured email"] == Check(
        name="captured email", passed=False, detail="expected 'a@b.c'; holds None"
    )


def bounded(limit: float, *, level: Level = Level.AUDIO, reply_ms: float = 3_700) -> CallRecord:
    return a_record(
        an_utterance("Yes.", (2_000, 3_000)),
        agent_speaks=[(reply_ms, 5_000)],
        expect={"within": {"response_latency_max_ms": limit}},
        level=level,
    )


def test_delays_are_held_against_their_bounds() -> None:
    assert passed(check(bounded(700)))
    assert check(bounded(690))[1] == Check(
        name="within response_latency_max_ms", passed=False, detail="at most 690 ms; longest 700 ms"
    )


def test_reply_that_never_came_is_outside_any_bound_below_the_timeout() -> None:
    found = check(bounded(7_999, reply_ms=1_000))
    assert found[1].detail == "at most 7999 ms; longest at least 8000 ms"
    assert not passed(found)


def test_text_level_has_no_delay_to_bound() -> None:
    assert [check.name for check in check(bounded(1, level=Level.TEXT))] == ["completed"]


def test_yield_is_bounded_less_the_line_s_own_delay() -> None:
    record = a_record(
        an_utterance("Tuesday.", (2_000, 3_000), kind="interrupts"),
        agent_speaks=[(500, 2_270)],
        wire=(a_clear(2_200),),
        expect={"within": {"yield_latency_max_ms": 200}},
    )
    assert passed(check(record))


def test_interruption_that_was_not_offered_does_not_pass_its_bound() -> None:
    late = an_utterance("Tuesday.", (2_000, 3_000), kind="interrupts", offered=False, expects_reply=False)
    found = check(a_record(late, expect={"within": {"yield_latency_max_ms": 200}}))
    assert not passed(found)
    assert found[1].detail == "not measured: not offered: the reply was over before the caller began"


def test_bound_that_does_not_exist_fails_by_name() -> None:
    found = check(a_record(expect={"within": {"mood_max_ms": 1}}))
    assert found[1].detail == "no such bound; there are response_latency_max_ms, yield_latency_max_ms"


def test_every_bound_that_a_scenario_may_give_is_checked() -> None:
    assert set(expect_file.BOUNDS) == set(BOUNDS)


def test_caller_who_stops_where_the_transcript_is_left_makes_that_a_failure() -> None:
    left = Divergence(
        step=1, seq=2, did="stopped", recorded="Which day?", replied="Goodbye.", reason="shares 0 words"
    )
    strict = {"scenario": {"when_diverged": "stop", "expect": {}}}
    assert checks(**strict)["transcript"].passed
    found = checks(**strict, divergences=(left,))["transcript"]
    assert not found.passed
    assert found.detail == 'left it before step 2: "Goodbye." for "Which day?", which shares 0 words'
    assert "transcript" not in checks(divergences=(left,))
