from __future__ import annotations

import pytest

from evals.scoring.case_rows import CallRow, pair


def a_row(case_id: str, scenario: str = "a" * 64, caller: str = "b" * 64, harness: str = "1.0") -> CallRow:
    return CallRow(
        case_id=case_id, scenario_sha256=scenario, caller_sha256=caller, harness_version=harness, passed=True
    )


def test_cases_are_paired_by_id_whatever_their_order() -> None:
    found = pair([a_row("b"), a_row("a")], [a_row("a"), a_row("b")])
    assert [(old.case_id, new.case_id) for old, new in found.pairs] == [("a", "a"), ("b", "b")]
    assert found.notes() == []


def test_case_that_one_run_has_alone_is_reported() -> None:
    found = pair([a_row("a"), a_row("old")], [a_row("a"), a_row("new")])
    assert found.notes() == ["old: only the baseline has it", "new: only the candidate has it"]


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        (
            a_row("a", scenario="f" * 64),
            "the scenario differs (scenario_sha256 aaaaaaaaaaaa in the baseline, ffffffffffff now)",
        ),
        (
            a_row("a", caller=""),
            "the caller's audio differs (caller_sha256 bbbbbbbbbbbb in the baseline, none now)",
        ),
        (a_row("a", harness="1.1"), "the harness differs (harness_version 1.0 in the baseline, 1.1 now)"),
    ],
)
def test_case_that_may_not_be_compared_says_which_hash_differs(changed: CallRow, reason: str) -> None:
    found = pair([a_row("a")], [changed])
    assert found.pairs == ()
    assert found.refused == (f"a: refused, {reason}",)


def test_a_case_twice_in_one_run_is_refused() -> None:
    with pytest.raises(ValueError, match="the candidate has case a twice"):
        pair([a_row("a")], [a_row("a"), a_row("a")])
