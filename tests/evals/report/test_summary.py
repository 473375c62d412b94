from __future__ import annotations

import pytest

from evals.metrics.measurement import Measurement
from evals.metrics.word_errors import WordErrors
from evals.record import CallStatus
from evals.report.figures import Delay, Share
from evals.report.summary import FailingCase, Unscored, summarise
from evals.scoring.verdict import Check, GateOutcome, GateVerdict, ItemGrade
from evals.store.finished import FinishedCall
from tests.store_builders import a_finished_call, a_record, a_run

CASES = [
    f"booking/{scenario}/{voice}/{line}/0"
    for scenario in "ab"
    for voice, line in (("v1", "clean"), ("v2", "car"))
]


def value(metric: str, number: float, *, turn: int = 0, censored: bool = False) -> Measurement:
    return Measurement(metric=metric, version=1, value=number, unit="", turn=turn, censored=censored)


def a_call(case_id: str, *measurements: Measurement, passed: bool = True) -> FinishedCall:
    checks = [Check(name="outcome", passed=passed, detail="" if passed else "expected booked; came none")]
    return a_finished_call(case_id, measurements=measurements, checks=checks)


def test_words_are_pooled_and_never_averaged() -> None:
    good = [value("word_hits", 9), value("word_substitutions", 1)]
    bad = [value("word_hits", 1), value("word_deletions", 1), value("word_insertions", 2)]
    summary = summarise(a_run(cases=tuple(CASES[:2])), [a_call(CASES[0], *good), a_call(CASES[1], *bad)])
    assert summary.all.words == WordErrors(hits=10, substitutions=1, deletions=1, insertions=2)
    assert [(group.name, group.words.rate) for group in summary.by_line] == [("car", 1.5), ("clean", 0.1)]
    assert [(group.name, group.words.rate) for group in summary.by_voice] == [("v1", 0.1), ("v2", 1.5)]


def test_delays_are_pooled_over_turns_and_a_missed_turn_stays_among_them() -> None:
    calls = [
        a_call(CASES[0], *(value("response_latency", ms, turn=turn) for turn, ms in enumerate([700, 900]))),
        a_call(
            CASES[1],
            value("response_latency", 4000, censored=True),
            value("missed_turn", 1),
            value("missed_turn", 0, turn=1),
        ),
    ]
    figures = summarise(a_run(), calls).all
    assert figures.response.quantile(0.5) == Delay(ms=900)
    assert figures.response.quantile(0.95) == Delay(ms=4000, censored=True)
    assert figures.missed_turns == Share(count=1, of=2)


def test_what_was_not_scored_is_counted_apart_and_is_no_zero() -> None:
    nothing = Measurement(
        metric="yield_latency", version=1, value=None, unit="ms", unscored_reason="not offered"
    )
    summary = summarise(
        a_run(), [a_call(CASES[0], nothing, nothing), a_call(CASES[1], value("yield_latency", 150))]
    )
    assert summary.unscored == (Unscored(metric="yield_latency", reason="not offered", count=2),)
    assert summary.all.yielding.n == 1


def test_a_run_holds_when_all_is_played_and_as_expected() -> None:
    run = a_run(cases=tuple(CASES))
    calls = [a_call(case) for case in CASES]
    gates = [
        GateVerdict(gate="wer", outcome=GateOutcome.PASS, reason="0.2"),
        GateVerdict(gate="yield", outcome=GateOutcome.TOO_LITTLE_DATA, reason="3 turns"),
    ]
    assert summarise(run, calls, gates=gates).holds
    assert summarise(run, calls, gates=gates).undecided
    assert not summarise(run, calls, gates=gates[:1]).undecided
    assert not summarise(run, calls[1:]).holds
    assert summarise(run, calls[1:]).missing == (CASES[0],)
    assert not summarise(run, [a_call(CASES[0], passed=False), *calls[1:]]).holds
    assert not summarise(
        run, calls, gates=[GateVerdict(gate="g", outcome=GateOutcome.FAIL, reason="worse")]
    ).holds
    assert not summarise(a_run(cases=()), []).holds


def test_failing_cases_stand_in_playing_order_with_every_reason() -> None:
    calls = [
        a_finished_call(CASES[1]),
        a_call(CASES[2]),
        a_finished_call(
            record=a_record(CASES[0], status=CallStatus.FAILED, failure="no such flow"),
            checks=[],
            measurements=[],
        ),
    ]
    assert summarise(a_run(cases=tuple(CASES)), calls).failing == (
        FailingCase(
            case_id=CASES[0],
            title="Caller takes the first slot offered",
            reasons=("the call failed: no such flow",),
        ),
        FailingCase(
            case_id=CASES[1],
            title="Caller takes the first slot offered",
            reasons=(
                "outcome: expected booked, got none",
                'says "calendar invite": never heard at the caller\'s ear',
            ),
        ),
    )


def test_scenarios_are_pooled_over_voices_and_lines() -> None:
    summary = summarise(a_run(cases=tuple(CASES)), [a_call(case, passed=case != CASES[3]) for case in CASES])
    assert [(group.name, group.calls) for group in summary.by_scenario] == [
        ("booking/a", Share(count=2, of=2)),
        ("booking/b", Share(count=1, of=2)),
    ]


def test_scorecards_leave_out_what_does_not_apply() -> None:
    summary = summarise(a_run(), [a_finished_call(case) for case in CASES[:2]])
    assert [(line.item, line.graded, line.not_applicable) for line in summary.scorecard] == [
        ("right person confirmed before details", Share(count=2, of=2), 0),
        ("slot read back", Share(count=0, of=2), 0),
        ("clear goodbye", Share(), 2),
    ]
    assert ItemGrade.NOT_APPLICABLE in {item.grade for item in a_finished_call().scorecard}


def test_worked_and_lived_seconds_add_up() -> None:
    summary = summarise(a_run(), [a_call(case) for case in CASES])
    assert (summary.wall_s, summary.call_s) == (5.0, 84.0)


def test_flaky_cases_are_named_and_repeats_are_never_counted_as_tries() -> None:
    ids = [f"booking/{scenario}/v1/clean/{repeat}" for scenario in "ab" for repeat in range(3)]
    summary = summarise(a_run(cases=tuple(ids)), [a_call(case, passed=case != ids[4]) for case in ids])
    assert [(case.name, case.passed, case.of) for case in summary.flaky] == [("booking/b/v1/clean", 2, 3)]
    assert [(rates.k, rates.pass_at, rates.pass_all) for rates in summary.repeats] == [
        (2, 1.0, pytest.approx(2 / 3)),
        (3, 1.0, 0.5),
    ]
    assert not summary.holds
