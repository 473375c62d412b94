from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence

import numpy as np
import pytest

from evals.metrics.definition import NO_AUDIO
from evals.metrics.measurement import Measurement
from evals.metrics.registry import BY_NAME
from evals.scoring.case_rows import CallRow
from evals.scoring.gate import exit_status, judge, judge_absolute, undeclared_changes
from evals.scoring.gates import DEFAULT_GATES, PASSED, AbsoluteGate, Gates, RegressionGate, Statistic
from evals.scoring.verdict import GateOutcome, GateVerdict

PASS, FAIL, TOO_LITTLE = GateOutcome.PASS, GateOutcome.FAIL, GateOutcome.TOO_LITTLE_DATA


def dice(seed: int = 1) -> np.random.Generator:
    return np.random.default_rng(seed)


def a_call(number: int, *, passed: bool = True, latencies: Sequence[float] = (), errors: int = 0) -> CallRow:
    measurements: list[Measurement] = [
        BY_NAME["response_latency"].of(value, turn=turn) for turn, value in enumerate(latencies)
    ]
    measurements.append(BY_NAME["word_hits"].of(20 - errors, turn=0))
    measurements.append(BY_NAME["word_substitutions"].of(errors, turn=0))
    return CallRow(
        case_id=f"case{number:03d}",
        scenario_sha256="s",
        caller_sha256="c",
        harness_version="1",
        passed=passed,
        measurements=tuple(measurements),
    )


def a_run(
    count: int, *, seed: int, slower_ms: float = 0, more_errors: int = 0, failing: int = 0
) -> list[CallRow]:
    rng = dice(seed)
    rows = []
    for number in range(count):
        latencies = 800 + 10 * (number % 7) + 60 * rng.standard_normal(4) + slower_ms
        errors = int(rng.binomial(20, 0.1)) + more_errors
        rows.append(a_call(number, passed=number >= failing, latencies=list(latencies), errors=errors))
    return rows


def outcomes(verdicts: Sequence[GateVerdict]) -> dict[str, GateOutcome]:
    return {verdict.gate: verdict.outcome for verdict in verdicts}


def test_same_agent_twice_passes() -> None:
    verdicts = judge(a_run(60, seed=1), a_run(60, seed=2), DEFAULT_GATES, dice())
    assert outcomes(verdicts) == {"task success": PASS, "response latency": PASS, "word error rate": PASS}
    assert exit_status(verdicts) == 0


@pytest.mark.parametrize(
    ("worse", "gate"),
    [
        ({"slower_ms": 160}, "response latency"),
        ({"more_errors": 3}, "word error rate"),
        ({"failing": 8}, "task success"),
    ],
)
def test_planted_regression_fails_its_gate_and_no_other(worse: dict[str, int], gate: str) -> None:
    verdicts = judge(a_run(60, seed=1), a_run(60, seed=2, **worse), DEFAULT_GATES, dice())
    assert [verdict.gate for verdict in verdicts if verdict.outcome is FAIL] == [gate]
    assert exit_status(verdicts) == 1


def test_three_cases_are_too_little_data() -> None:
    verdicts = judge(a_run(3, seed=1), a_run(3, seed=2, slower_ms=5_000, failing=3), DEFAULT_GATES, dice())
    assert set(outcomes(verdicts).values()) == {TOO_LITTLE}
    assert exit_status(verdicts) == 3
    assert verdicts[0].reason == "3 paired cases; 20 are needed to say"


def test_slower_by_less_than_the_margin_passes() -> None:
    verdicts = judge(a_run(60, seed=1), a_run(60, seed=2, slower_ms=60), DEFAULT_GATES, dice())
    assert outcomes(verdicts)["response latency"] is PASS


def test_improvement_passes() -> None:
    verdicts = judge(a_run(60, seed=1, failing=9, slower_ms=300), a_run(60, seed=2), DEFAULT_GATES, dice())
    assert set(outcomes(verdicts).values()) == {PASS}


def test_reasons_are_one_line_with_the_numbers() -> None:
    same = [a_call(number, latencies=[700]) for number in range(20)]
    slow = [a_call(number, latencies=[900], passed=number > 6) for number in range(20)]
    task, latency, _ = judge(same, slow, DEFAULT_GATES, dice())
    assert task.reason == (
        "100.0% before, 65.0% now, of 20 cases; 7 got worse, 0 better; p = 0.0156, below 0.025; "
        "50.8% worse would show 19 times in 20; worse: case000, case001, case002 and 4 more"
    )
    assert latency.reason == (
        "700 ms before, 900 ms now, over 20 calls; worse by 200 ms (90% interval 200 ms to 200 ms), "
        "100 ms accepted; p = 0.00153, below 0.0167; 100 ms worse would show 19 times in 20"
    )


def test_five_newly_failing_cases_of_twenty_are_not_yet_proof() -> None:
    before = [a_call(number) for number in range(20)]
    gates = Gates(regression=DEFAULT_GATES.regression[:1])
    five = [a_call(number, passed=number >= 5) for number in range(20)]
    six = [a_call(number, passed=number >= 6) for number in range(20)]
    assert outcomes(judge(before, five, gates, dice())) == {"task success": PASS}
    assert outcomes(judge(before, six, gates, dice())) == {"task success": FAIL}


def test_verdict_does_not_depend_on_the_order_of_rows_or_of_gates() -> None:
    before, after = a_run(40, seed=1), a_run(40, seed=2, slower_ms=110)
    whole = judge(before, after, DEFAULT_GATES, dice())
    backwards = Gates(regression=DEFAULT_GATES.regression[::-1])
    assert judge(before[::-1], after[::-1], backwards, dice()) == whole[::-1]


def test_a_gate_among_many_needs_stronger_proof_than_one_alone() -> None:
    before, after = a_run(60, seed=1), a_run(60, seed=2, failing=6)  # p = 0.031
    assert outcomes(judge(before, after, Gates(regression=DEFAULT_GATES.regression[:1]), dice())) == {
        "task success": FAIL
    }
    task, *_ = judge(before, after, DEFAULT_GATES, dice())
    assert task.outcome is PASS
    assert "p = 0.0312, not below 0.0167" in task.reason


def test_gates_without_data_do_not_make_the_others_stricter() -> None:
    gates = Gates(
        regression=(
            *DEFAULT_GATES.regression[:1],
            RegressionGate(name="never offered", metric="false_stop", better="lower"),
        )
    )
    task, offered = judge(a_run(60, seed=1), a_run(60, seed=2, failing=6), gates, dice())
    assert (task.outcome, offered.outcome) == (FAIL, TOO_LITTLE)


def test_a_gates_own_alpha_is_a_bound_of_its_own() -> None:
    strict = dataclasses.replace(DEFAULT_GATES.regression[0], alpha=0.01)
    [task] = judge(a_run(60, seed=1), a_run(60, seed=2, failing=6), Gates(regression=(strict,)), dice())
    assert task.outcome is PASS
    assert "not below 0.01;" in task.reason


def test_equal_agents_raise_a_false_alarm_in_no_more_comparisons_than_declared() -> None:
    # Margin 0, which leaves no room: what is measured is the error rate of the tests with Holm's levels.
    gates = Gates(
        regression=tuple(dataclasses.replace(gate, margin=0.0) for gate in DEFAULT_GATES.regression),
        alpha=0.2,
    )
    gates = dataclasses.replace(
        gates, regression=tuple(dataclasses.replace(gate, alpha=0.2) for gate in gates.regression)
    )
    rng = dice(5)
    alarms = 0
    for number in range(100):
        before, after = a_run(24, seed=2 * number), a_run(24, seed=2 * number + 1)
        passed = rng.random((2, 24)) < 0.8
        before = [dataclasses.replace(row, passed=bool(p)) for row, p in zip(before, passed[0], strict=True)]
        after = [dataclasses.replace(row, passed=bool(p)) for row, p in zip(after, passed[1], strict=True)]
        alarms += exit_status(judge(before, after, gates, rng)) == 1
    assert 0.05 < alarms / 100 < 0.2 + 2 * (0.2 * 0.8 / 100) ** 0.5


def test_what_would_show_is_found_about_19_times_in_20() -> None:
    gates = Gates(regression=(RegressionGate(name="wer", metric="word_error_rate", better="lower"),))
    found = 0
    [same] = judge(a_run(40, seed=1), a_run(40, seed=2), gates, dice())
    would_show = float(same.reason.split("; ")[-1].split()[0])
    for number in range(100):
        before, after = a_run(40, seed=2 * number + 100), a_run(40, seed=2 * number + 101)
        harmed = [
            dataclasses.replace(
                row,
                measurements=tuple(
                    dataclasses.replace(item, value=(item.value or 0) + 20 * would_show)
                    if item.metric == "word_substitutions"
                    else dataclasses.replace(item, value=(item.value or 0) - 20 * would_show)
                    if item.metric == "word_hits"
                    else item
                    for item in row.measurements
                ),
            )
            for row in after
        ]
        found += exit_status(judge(before, harmed, gates, dice(number))) == 1
    assert 0.9 <= found / 100 <= 0.99


def test_metric_without_a_gate_that_got_worse_is_pointed_at_and_fails_nothing() -> None:
    before, after = a_run(60, seed=1), a_run(60, seed=2, slower_ms=160)
    gates = Gates(regression=DEFAULT_GATES.regression[:1])
    assert exit_status(judge(before, after, gates, dice())) == 0
    [line] = undeclared_changes(before, after, gates, dice())
    assert line.startswith("response_latency has no gate and got worse: 822 ms before, 987 ms now")
    assert undeclared_changes(before, a_run(60, seed=2), gates, dice()) == []


def test_cases_that_may_not_be_compared_are_left_out() -> None:
    before = a_run(25, seed=1)
    after = [dataclasses.replace(row, scenario_sha256="other") for row in a_run(25, seed=2)]
    assert set(outcomes(judge(before, after, DEFAULT_GATES, dice())).values()) == {TOO_LITTLE}


def test_values_of_another_metric_version_are_not_compared() -> None:
    def older(row: CallRow) -> CallRow:
        return dataclasses.replace(
            row, measurements=tuple(dataclasses.replace(item, version=0) for item in row.measurements)
        )

    before = [older(row) for row in a_run(25, seed=1)]
    verdicts = judge(before, a_run(25, seed=2), DEFAULT_GATES, dice())
    assert outcomes(verdicts) == {
        "task success": PASS,
        "response latency": TOO_LITTLE,
        "word error rate": TOO_LITTLE,
    }
    assert verdicts[1].reason == "response_latency is of version 0 in the baseline and 2 now: measure again"


def test_gates_on_audio_are_left_out_at_text_level() -> None:
    def text_row(number: int) -> CallRow:
        return dataclasses.replace(
            a_call(number),
            measurements=tuple(
                BY_NAME[name].unscored(NO_AUDIO)
                for name in ("response_latency", "word_hits", "word_substitutions")
            ),
        )

    rows = [text_row(number) for number in range(25)]
    assert outcomes(judge(rows, rows, DEFAULT_GATES, dice())) == {"task success": PASS}


def test_yes_or_no_metric_of_whole_calls_is_compared_like_passing() -> None:
    def rows(successes: Callable[[int], bool]) -> list[CallRow]:
        return [
            dataclasses.replace(a_call(n), measurements=(BY_NAME["task_success"].of(successes(n)),))
            for n in range(30)
        ]

    gates = Gates(regression=(RegressionGate(name="task", metric="task_success", better="higher"),))
    [verdict] = judge(rows(lambda n: True), rows(lambda n: n > 9), gates, dice())
    assert verdict.outcome is FAIL
    assert "10 got worse, 0 better" in verdict.reason


def test_margin_of_a_rate_is_accepted() -> None:
    gates = Gates(regression=(RegressionGate(name="t", metric=PASSED, better="higher", margin=0.3),))
    before = [a_call(number) for number in range(40)]
    after = [a_call(number, passed=number >= 10) for number in range(40)]
    assert outcomes(judge(before, after, gates, dice())) == {"t": PASS}


@pytest.mark.parametrize(
    ("gate", "expected"),
    [
        (AbsoluteGate(name="g", metric=PASSED, at_least=0.8), PASS),
        (AbsoluteGate(name="g", metric=PASSED, at_least=0.999), FAIL),
        (AbsoluteGate(name="g", metric=PASSED, at_least=0.92), TOO_LITTLE),
        (AbsoluteGate(name="g", metric="response_latency", statistic=Statistic.P95, at_most=1_200), PASS),
        (AbsoluteGate(name="g", metric="response_latency", statistic=Statistic.P95, at_most=700), FAIL),
        (
            AbsoluteGate(name="g", metric="response_latency", statistic=Statistic.P99, at_most=1_200),
            TOO_LITTLE,
        ),
        (AbsoluteGate(name="g", metric="response_latency", statistic=Statistic.MAX, at_most=900), FAIL),
        (AbsoluteGate(name="g", metric="response_latency", at_most=900), PASS),
        (AbsoluteGate(name="g", metric="word_error_rate", at_most=0.2), PASS),
        (AbsoluteGate(name="g", metric="word_error_rate", at_most=0.05), FAIL),
        (AbsoluteGate(name="g", metric="word_substitutions", statistic=Statistic.TOTAL, at_most=0), FAIL),
        (AbsoluteGate(name="g", metric="false_stop", statistic=Statistic.TOTAL, at_most=0), TOO_LITTLE),
    ],
)
def test_absolute_gates(gate: AbsoluteGate, expected: GateOutcome) -> None:
    rows = a_run(60, seed=1, failing=6)
    [verdict] = judge_absolute(rows, Gates(absolute=(gate,)), dice())
    assert verdict.outcome is expected, verdict.reason


def test_absolute_reason_is_one_line_with_the_numbers() -> None:
    gate = AbsoluteGate(name="g", metric="response_latency", statistic=Statistic.P50, at_most=600)
    rows = [a_call(number, latencies=[700 + number]) for number in range(21)]
    [verdict] = judge_absolute(rows, Gates(absolute=(gate,)), dice())
    assert verdict.reason == "p50 710 ms (90% interval 706 ms to 714 ms) of 21 values; at most 600 ms wanted"


def test_gate_with_both_bounds_or_none_is_refused() -> None:
    with pytest.raises(ValueError, match="one of at_most and at_least"):
        AbsoluteGate(name="g", metric=PASSED)


def test_a_proven_regression_outweighs_missing_data() -> None:
    verdicts = [GateVerdict(gate=str(outcome), outcome=outcome, reason="") for outcome in GateOutcome]
    assert exit_status(verdicts) == 1
    assert exit_status([]) == 0
