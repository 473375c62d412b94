from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.scoring.case_changes import Change, case_changes
from evals.scoring.case_rows import CallRow, mismatches

repeats = st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=6)


def a_row(case_id: str, *, passed: bool = True, **changes: str) -> CallRow:
    hashes = {"scenario_sha256": "s", "caller_sha256": "c", "harness_version": "1", **changes}
    return CallRow(case_id=case_id, passed=passed, **hashes)


def pairs_of(name: str, passed: list[tuple[bool, bool]]) -> list[tuple[CallRow, CallRow]]:
    return [
        (a_row(f"{name}/{number}", passed=old), a_row(f"{name}/{number}", passed=new))
        for number, (old, new) in enumerate(passed)
    ]


@pytest.mark.parametrize(
    ("passed", "kind", "flaky"),
    [
        ([(True, True)], Change.PASSES, False),
        ([(False, False)], Change.FAILS, False),
        ([(True, False)], Change.WORSE, False),
        ([(False, True)], Change.BETTER, False),
        ([(True, True), (True, False)], Change.WORSE, True),
        ([(True, False), (False, False)], Change.WORSE, True),
        ([(False, True), (False, False)], Change.BETTER, True),
        ([(True, False), (False, True), (True, True)], Change.FLAKY, True),
        ([(True, False), (True, True), (False, False)], Change.FLAKY, True),
    ],
)
def test_what_became_of_a_case(passed: list[tuple[bool, bool]], kind: Change, flaky: bool) -> None:
    [case] = case_changes(pairs_of("suite/s/en-gb/clean", passed))
    assert (case.kind, case.flaky) == (kind, flaky)


@given(repeats)
def test_swapping_the_runs_swaps_worse_and_better(passed: list[tuple[bool, bool]]) -> None:
    swapped = {Change.WORSE: Change.BETTER, Change.BETTER: Change.WORSE}
    [case] = case_changes(pairs_of("s", passed))
    [back] = case_changes([(new, old) for old, new in pairs_of("s", passed)])
    assert back.kind is swapped.get(case.kind, case.kind)
    assert back.flipped == case.flipped


def test_cases_are_listed_once_with_the_calls_that_flipped() -> None:
    pairs = [*pairs_of("b", [(True, True)] * 11), *pairs_of("a", [(True, False), (True, True)])]
    first, second = case_changes(pairs)
    assert (first.name, first.flipped) == ("a", ("a/0",))
    assert second.calls[-1] == "b/10"


def test_mismatches_are_told_by_kind_with_how_many_cases_and_one_of_them() -> None:
    before = [a_row(f"case{number}/0") for number in range(4)]
    after = [dataclasses.replace(row, scenario_sha256="t" * 64, harness_version="2") for row in before[:3]]
    scenario, harness = mismatches(before, after)
    assert str(scenario) == (
        "the scenario differs in 3 cases: case0/0 has scenario_sha256 s before, tttttttttttt now"
    )
    assert str(harness) == "the harness differs in 3 cases: case0/0 has harness_version 1 before, 2 now"
    assert mismatches(before, before) == ()
