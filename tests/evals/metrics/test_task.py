from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.metrics.task import matching_calls, path_matches, task
from evals.record import CallRecord, CallStatus
from tests.builders import a_record, a_tool_call

SLOT = "2026-05-19T10:30:00+01:00"
EXPECT = {
    "states": ["greeting", "...", "close"],
    "outcome": "booked",
    "tools": [{"name": "cal.create_booking", "arguments": {"slot": SLOT}, "times": 1}],
    "captured": {"slot": "Tuesday"},
}
AS_EXPECTED: dict[str, Any] = {
    "expect": EXPECT,
    "path": ("greeting", "book", "close"),
    "outcome": "booked",
    "tools": (a_tool_call("cal.create_booking", {"slot": SLOT, "name": "Alex"}),),
    "captured": {"slot": "Tuesday", "mood": "good"},
}


def values(record: CallRecord) -> dict[str, float | None]:
    return {m.metric: m.value for m in task(record)}


def test_everything_as_expected() -> None:
    assert values(a_record(**AS_EXPECTED)) == {
        "task_success": 1,
        "outcome_correct": 1,
        "path_correct": 1,
        "tools_correct": 1,
        "captured_correct": 1,
        "handoff_correct": None,
    }


@pytest.mark.parametrize(
    ("wanted", "came", "held"),
    [
        (True, "sales", 1),
        (True, "", 0),
        (False, "", 1),
        (False, "sales", 0),
        ("sales", "sales", 1),
        ("sales", "+44 20", 0),
        (None, "sales", None),
    ],
)
def test_handoff_goes_where_and_only_if_it_must(
    wanted: bool | str | None, came: str, held: float | None
) -> None:
    record = a_record(expect={} if wanted is None else {"handoff": wanted}, transferred_to=came)
    measured = values(record)
    assert (measured["handoff_correct"], measured["task_success"]) == (held, held)


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"outcome": None}, "outcome_correct"),
        ({"path": ("greeting", "book")}, "path_correct"),
        ({"tools": ()}, "tools_correct"),
        ({"captured": {}}, "captured_correct"),
    ],
)
def test_one_part_wrong_fails_the_task(changes: dict[str, Any], wrong: str) -> None:
    measured = values(a_record(**(AS_EXPECTED | changes)))
    assert [name for name, value in measured.items() if value == 0] == ["task_success", wrong]


@pytest.mark.parametrize("status", [CallStatus.FAILED, CallStatus.TIMED_OUT])
def test_call_that_did_not_complete_did_not_succeed(status: CallStatus) -> None:
    assert values(a_record(**(AS_EXPECTED | {"status": status})))["task_success"] == 0


def test_what_is_not_expected_is_unscored() -> None:
    assert set(values(a_record()).values()) == {None}
    assert values(a_record(expect={"outcome": "booked"}, outcome="booked")) == {
        "task_success": 1,
        "outcome_correct": 1,
        "path_correct": None,
        "tools_correct": None,
        "captured_correct": None,
        "handoff_correct": None,
    }


@pytest.mark.parametrize(
    ("path", "pattern", "expected"),
    [
        ("abc", "abc", True),
        ("abc", "ab", False),
        ("ab", "abc", False),
        ("abc", ["a", "...", "c"], True),
        ("ac", ["a", "...", "c"], True),
        ("abxcyc", ["a", "...", "c"], True),
        ("abxc", ["a", "...", "b"], False),
        ("abc", ["..."], True),
        ("", ["..."], True),
        ("", ["a"], False),
        ("abcbd", ["...", "b", "...", "b", "d"], True),
        ("acd", ["...", "b", "..."], False),
    ],
)
def test_paths(path: str, pattern: list[str], expected: bool) -> None:
    assert path_matches(list(path), list(pattern)) is expected


@given(st.lists(st.sampled_from("abc"), max_size=6), st.data())
def test_any_part_of_a_path_may_be_left_to_an_ellipsis(path: list[str], data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(path)))
    end = data.draw(st.integers(start, len(path)))
    assert path_matches(path, path)
    assert path_matches(path, [*path[:start], "...", *path[end:]])


def test_calls_are_matched_by_the_arguments_given() -> None:
    calls = [
        a_tool_call("crm.create_meeting", {"tags": ["a", "b"], "who": "Alex"}),
        a_tool_call("crm.create_meeting", {"who": "Sam"}),
        a_tool_call("cal.propose_slots"),
    ]
    assert matching_calls(calls, "crm.create_meeting", {}) == 2
    assert matching_calls(calls, "crm.create_meeting", {"tags": ("a", "b")}) == 1
    assert matching_calls(calls, "crm.create_meeting", {"where": "here"}) == 0


def test_a_retry_with_the_same_key_is_one_call() -> None:
    calls = [a_tool_call("cal.create_booking", idempotency_key=key) for key in ("1", "1", "2", "", "")]
    assert matching_calls(calls, "cal.create_booking", {}) == 4


def test_a_tool_that_must_not_be_called() -> None:
    expect = {"tools": [{"name": "crm.add_suppression", "arguments": {}, "times": 0}]}
    assert values(a_record(expect=expect))["tools_correct"] == 1
    called = a_record(expect=expect, tools=(a_tool_call("crm.add_suppression"),))
    assert values(called)["tools_correct"] == 0
