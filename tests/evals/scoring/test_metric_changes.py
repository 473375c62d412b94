from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from evals.metrics.measurement import Measurement
from evals.metrics.registry import BY_NAME
from evals.scoring.case_rows import CallRow
from evals.scoring.metric_changes import MetricChange, metric_changes, unlike_versions


def a_call(number: int, *, latency_ms: float, errors: int = 1, passed: bool = True) -> CallRow:
    return CallRow(
        case_id=f"suite/s{number:03d}/en-gb/clean/0",
        scenario_sha256="s",
        caller_sha256="c",
        harness_version="1",
        passed=passed,
        measurements=(
            BY_NAME["response_latency"].of(latency_ms, turn=0),
            BY_NAME["word_hits"].of(20 - errors, turn=0),
            BY_NAME["word_substitutions"].of(errors, turn=0),
            BY_NAME["agent_talk_time"].of(1000, turn=None),
        ),
    )


def a_run(seed: int, *, slower_ms: float = 0.0, failing: int = 0, count: int = 40) -> list[CallRow]:
    rng = np.random.default_rng(seed)
    return [
        a_call(
            number,
            latency_ms=800 + slower_ms + 50 * rng.standard_normal(),
            errors=int(rng.binomial(20, 0.1)),
            passed=number >= failing,
        )
        for number in range(count)
    ]


def changes(before: list[CallRow], after: list[CallRow]) -> dict[str, MetricChange]:
    found = metric_changes(list(zip(before, after, strict=True)), np.random.default_rng(1))
    return {change.metric: change for change in found}


def test_a_planted_change_is_told_with_its_direction_and_nothing_else_is() -> None:
    found = changes(a_run(1), a_run(2, slower_ms=90, failing=9))
    assert {name: change.verdict for name, change in found.items() if change.verdict} == {
        "passed": "worse",
        "response_latency": "worse",
    }
    latency = found["response_latency"]
    assert latency.low is not None and latency.high is not None
    assert latency.low < 90 < latency.high
    assert latency.difference == pytest.approx(latency.after - latency.before)
    assert found["passed"].p == pytest.approx(2 * 0.5**9)


def test_what_got_better_is_told_too_and_what_is_neither_is_only_changed() -> None:
    before, after = a_run(1, slower_ms=90), a_run(2)
    assert changes(before, after)["response_latency"].verdict == "better"
    longer = [
        dataclasses.replace(
            row, measurements=(*row.measurements[:3], BY_NAME["agent_talk_time"].of(1500 + at, turn=None))
        )
        for at, row in enumerate(after)
    ]
    assert changes(before, longer)["agent_talk_time"].verdict == "changed"


def test_equal_runs_have_no_change_and_few_cases_no_interval() -> None:
    run = a_run(1)
    assert all(change.verdict == "" and change.p == 1 for change in changes(run, run).values())
    few = changes(run[:4], a_run(2, slower_ms=500)[:4])["response_latency"]
    assert (few.low, few.p, few.verdict, few.cases) == (None, None, "", 4)


def test_of_equal_agents_few_comparisons_point_at_anything() -> None:
    pointed = sum(
        any(change.verdict for change in changes(a_run(2 * n, count=24), a_run(2 * n + 1, count=24)).values())
        for n in range(12)
    )
    assert pointed <= 3  # 5 % of 12, with 99.7 % certainty


def test_values_of_another_version_are_left_out_and_named() -> None:
    before = a_run(1)
    older = [
        dataclasses.replace(row, measurements=tuple(_older(item) for item in row.measurements))
        for row in before
    ]
    pairs = list(zip(older, before, strict=True))
    assert "response_latency" not in {
        change.metric for change in metric_changes(pairs, np.random.default_rng(1))
    }
    now = BY_NAME["response_latency"].version
    assert unlike_versions(pairs) == (
        f"response_latency is of version 0 in the baseline and {now} now: measure again",
    )


def _older(item: Measurement) -> Measurement:
    return dataclasses.replace(item, version=0) if item.metric == "response_latency" else item
