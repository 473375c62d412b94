"""Gates over runs whose cases were played several times: the repeats of a case are one cluster."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np
import pytest
from scipy.stats import binom

from evals.metrics.registry import BY_NAME
from evals.scoring.case_rows import CallRow, pair
from evals.scoring.gate import exit_status, judge, judge_absolute
from evals.scoring.gates import PASSED, AbsoluteGate, Gates, RegressionGate
from evals.scoring.repeats import case_name
from evals.scoring.statistics import mcnemar_p
from evals.scoring.verdict import GateOutcome

CASES, REPEATS = 30, 5
TASK = RegressionGate(name="task success", metric=PASSED, better="higher")
LATENCY = RegressionGate(name="response latency", metric="response_latency", better="lower")


def a_call(case: int, repeat: int, *, passed: bool = True, latency_ms: float = 800.0) -> CallRow:
    return CallRow(
        case_id=f"suite/s{case:03d}/en-gb/clean/{repeat}",
        scenario_sha256="s",
        caller_sha256="c",
        harness_version="1",
        passed=passed,
        measurements=(BY_NAME["response_latency"].of(latency_ms, turn=0),),
    )


def planted(rng: np.random.Generator, *, pass_rate: float = 0.7, slower_ms: float = 0.0) -> list[CallRow]:
    """A run whose cases go one way or the other as a whole: four repeats in five do what their case does."""
    rows = []
    for case in range(CASES):
        whole, mood_ms = rng.random() < pass_rate, 100 * rng.standard_normal()
        for repeat in range(REPEATS):
            passed = whole if rng.random() < 0.8 else rng.random() < pass_rate
            latency_ms = 800 + slower_ms + mood_ms + 20 * rng.standard_normal()
            rows.append(a_call(case, repeat, passed=bool(passed), latency_ms=latency_ms))
    return rows


def alone(gate: RegressionGate, alpha: float) -> Gates:
    return Gates(regression=(dataclasses.replace(gate, alpha=alpha),), alpha=alpha)


def pooled_p(before: Sequence[CallRow], after: Sequence[CallRow]) -> float:
    """What McNemar's test says when each repeat counts as a case of its own."""
    pairs = pair(before, after).pairs
    worse = sum(old.passed and not new.passed for old, new in pairs)
    better = sum(new.passed and not old.passed for old, new in pairs)
    return mcnemar_p(worse, better) if worse > better else 1.0


@pytest.mark.parametrize("gate", [TASK, LATENCY])
def test_equal_agents_raise_no_more_false_alarms_than_declared(gate: RegressionGate) -> None:
    alpha, comparisons = 0.1, 150
    rng = np.random.default_rng(11)
    alarms = naive = 0
    for _ in range(comparisons):
        before, after = planted(rng), planted(rng)
        alarms += exit_status(judge(before, after, alone(gate, alpha), rng)) == 1
        naive += pooled_p(before, after) < alpha
    bound = binom.ppf(0.975, comparisons, alpha)
    assert alarms <= bound
    # The data are such that counting repeats as cases would have failed: the test can fail.
    assert naive > bound


def test_a_planted_loss_is_found() -> None:
    rng = np.random.default_rng(12)
    found = [
        exit_status(judge(planted(rng, pass_rate=0.95), planted(rng, pass_rate=0.5), alone(TASK, 0.05), rng))
        for _ in range(20)
    ]
    slow = [
        exit_status(judge(planted(rng), planted(rng, slower_ms=120), alone(LATENCY, 0.05), rng))
        for _ in range(20)
    ]
    assert found.count(1) >= 18
    assert slow.count(1) >= 18


def test_five_cases_that_fail_in_all_their_repeats_are_five_cases() -> None:
    before = [a_call(case, repeat) for case in range(24) for repeat in range(REPEATS)]
    after = [dataclasses.replace(row, passed=int(row.case_id[7:10]) >= 5) for row in before]
    [verdict] = judge(before, after, alone(TASK, 0.05), np.random.default_rng(1))
    assert verdict.outcome is GateOutcome.PASS
    assert verdict.reason.startswith(
        "100.0% before, 79.2% now, of 24 cases in 120 calls; 5 got worse, 0 better; p = 0.0625, not below 0.05"
    )
    assert verdict.reason.endswith("; worse: suite/s000/en-gb/clean, suite/s001/en-gb/clean, "
                                   "suite/s002/en-gb/clean and 2 more")  # fmt: skip


def test_the_sample_asked_for_is_of_cases_not_of_their_repeats() -> None:
    rows = [a_call(case, repeat) for case in range(6) for repeat in range(REPEATS)]
    for gate, reason in (
        (TASK, "6 paired cases; 20 are needed to say"),
        (LATENCY, "6 cases with values on both sides; 20 are needed to say"),
    ):
        [verdict] = judge(rows, rows, alone(gate, 0.05), np.random.default_rng(1))
        assert (verdict.outcome, verdict.reason) == (GateOutcome.TOO_LITTLE_DATA, reason)


def test_an_absolute_bounds_interval_is_as_wide_as_its_cases_are_few() -> None:
    gate = AbsoluteGate(name="g", metric=PASSED, at_least=0.95)
    once = [a_call(case, 0, passed=case >= 4) for case in range(24)]
    often = [a_call(case, repeat, passed=case >= 4) for case in range(24) for repeat in range(REPEATS)]
    [few] = judge_absolute(once, Gates(absolute=(gate,)), np.random.default_rng(1))
    [many] = judge_absolute(often, Gates(absolute=(gate,)), np.random.default_rng(1))
    interval = "mean 0.833 (90% interval 0.676 to 0.923)"
    assert few.reason.startswith(interval)
    assert many.reason.startswith(interval)


def test_a_cases_name_is_its_id_without_the_repeat() -> None:
    assert case_name("booking/s1/en-gb/clean/3") == "booking/s1/en-gb/clean"
    assert case_name("case007") == "case007"
    assert case_name("a/b") == "a/b"
