"""Whether the call did what it was for: its outcome, its path, its tool calls, what it holds at the end, its handoff.

Each part is 1 or 0 where the scenario expects something of the kind, and unscored where it does not. Texts said and
bounds on delays are expectations of the scenario too, but not of the task: `evals.scoring.expectations` checks them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from agent.turn import Json
from evals.metrics.definition import MetricDefinition
from evals.metrics.measurement import Measurement
from evals.record import CallRecord, CallStatus, ToolCall

TASK_SUCCESS = MetricDefinition(name="task_success", version=2, unit="yes=1", better="higher")
OUTCOME_CORRECT = MetricDefinition(name="outcome_correct", version=1, unit="yes=1", better="higher")
PATH_CORRECT = MetricDefinition(name="path_correct", version=1, unit="yes=1", better="higher")
TOOLS_CORRECT = MetricDefinition(name="tools_correct", version=1, unit="yes=1", better="higher")
CAPTURED_CORRECT = MetricDefinition(name="captured_correct", version=1, unit="yes=1", better="higher")
HANDOFF_CORRECT = MetricDefinition(name="handoff_correct", version=1, unit="yes=1", better="higher")

METRICS = (TASK_SUCCESS, OUTCOME_CORRECT, PATH_CORRECT, TOOLS_CORRECT, CAPTURED_CORRECT, HANDOFF_CORRECT)

ANY_STATES = "..."


def task(record: CallRecord) -> list[Measurement]:
    """Task success and its parts."""
    parts = {
        OUTCOME_CORRECT: _outcome_correct(record),
        PATH_CORRECT: _path_correct(record),
        TOOLS_CORRECT: _tools_correct(record),
        CAPTURED_CORRECT: _captured_correct(record),
        HANDOFF_CORRECT: handoff_correct(record),
    }
    measurements = [
        metric.unscored("the scenario expects nothing of the kind") if held is None else metric.of(held)
        for metric, held in parts.items()
    ]
    completed = record.status is CallStatus.COMPLETED
    if completed and all(held is None for held in parts.values()):
        return [TASK_SUCCESS.unscored("the scenario states no task"), *measurements]
    return [TASK_SUCCESS.of(completed and all(held is not False for held in parts.values())), *measurements]


def expected_of(record: CallRecord) -> Mapping[str, Json]:
    """The scenario's `expect`, as the record froze it."""
    expect = record.scenario.get("expect")
    return expect if isinstance(expect, Mapping) else {}


def path_matches(path: Sequence[str], pattern: Sequence[str]) -> bool:
    """Whether a path is the whole of what the pattern says; `...` stands for any states, or none."""
    reached = {0}  # how much of the path the pattern so far can account for
    for wanted in pattern:
        if wanted == ANY_STATES:
            reached = set(range(min(reached), len(path) + 1)) if reached else set()
        else:
            reached = {at + 1 for at in reached if at < len(path) and path[at] == wanted}
    return len(path) in reached


def matching_calls(calls: Sequence[ToolCall], name: str, arguments: Mapping[str, Json]) -> int:
    """How often a tool was called with these arguments, others aside.

    A repeat with the same idempotency key is the same call made again after a failure, and counts once.
    """
    matching = [
        call
        for call in calls
        if call.name == name
        and all(
            key in call.arguments and _plain(call.arguments[key]) == _plain(value)
            for key, value in arguments.items()
        )
    ]
    keyed = {call.idempotency_key for call in matching if call.idempotency_key}
    return len(keyed) + sum(not call.idempotency_key for call in matching)


def tool_count_holds(count: int, times: int | None) -> bool:
    """Whether so many calls are as expected; without a number, one or more are."""
    return count >= 1 if times is None else count == times


def expected_tools(record: CallRecord) -> list[tuple[str, Mapping[str, Json], int | None]]:
    """Each tool call that the scenario expects: name, arguments, times."""
    tools: list[tuple[str, Mapping[str, Json], int | None]] = []
    for tool in _listed(expected_of(record).get("tools")):
        if isinstance(tool, Mapping):
            arguments, times = tool.get("arguments"), tool.get("times")
            tools.append(
                (
                    str(tool.get("name")),
                    arguments if isinstance(arguments, Mapping) else {},
                    times if isinstance(times, int) else None,
                )
            )
    return tools


def handoff_correct(record: CallRecord) -> bool | None:
    """Whether the call was transferred where, and only if, it had to be; None where the scenario does not say."""
    wanted = expected_of(record).get("handoff")
    if isinstance(wanted, bool):
        return bool(record.transferred_to) is wanted
    return None if wanted is None else record.transferred_to == wanted


def _outcome_correct(record: CallRecord) -> bool | None:
    wanted = expected_of(record).get("outcome")
    return None if wanted is None else record.outcome == wanted


def _path_correct(record: CallRecord) -> bool | None:
    pattern = [str(state) for state in _listed(expected_of(record).get("states"))]
    return path_matches(record.path, pattern) if pattern else None


def _tools_correct(record: CallRecord) -> bool | None:
    tools = expected_tools(record)
    if not tools:
        return None
    return all(
        tool_count_holds(matching_calls(record.tools, name, arguments), times)
        for name, arguments, times in tools
    )


def _captured_correct(record: CallRecord) -> bool | None:
    wanted = expected_of(record).get("captured")
    if not isinstance(wanted, Mapping) or not wanted:
        return None
    return all(record.captured.get(name) == value for name, value in wanted.items())


def _listed(value: Json) -> Sequence[Json]:
    return value if isinstance(value, list | tuple) else ()


def _plain(value: Json) -> Json:
    """Equal JSON compares equal, whether its lists are lists or tuples."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value
