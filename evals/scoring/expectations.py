"""Whether a call came out as its scenario says it must: one check for every expectation."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from agent.turn import Json
from evals.metrics.barge_in import barge_in
from evals.metrics.latency import latency
from evals.metrics.measurement import Measurement
from evals.metrics.task import (
    expected_of,
    expected_tools,
    handoff_correct,
    matching_calls,
    path_matches,
    tool_count_holds,
)
from evals.record import CallRecord, CallStatus, Level
from evals.scoring.heard import replies_heard, reply_with
from evals.scoring.verdict import Check

BOUNDS: Mapping[str, tuple[str, Callable[[CallRecord], Sequence[Measurement]]]] = {
    "response_latency_max_ms": ("response_latency", latency),
    # The agent answers for its own part of the wait, not for the network's.
    "yield_latency_max_ms": ("yield_latency_net", barge_in),
}
"""What `within` may bound, and by which metric."""


def check(record: CallRecord) -> list[Check]:
    """Every expectation of the record's scenario, held or not. A call that was not completed holds none."""
    return [_ended(record), *_transcript(record), *_path(record), *_outcome(record), *_tools(record), *_words(record),
            *_captured(record), *_handoff(record), *_within(record)]  # fmt: skip


def passed(checks: Sequence[Check]) -> bool:
    """Whether the call is as expected: all checks hold."""
    return all(check.passed for check in checks)


def _ended(record: CallRecord) -> Check:
    if record.status is CallStatus.FAILED:
        return Check(name="completed", passed=False, detail=f"the call failed: {record.failure}")
    if record.status is CallStatus.TIMED_OUT:
        seconds = record.duration_ns / 1e9
        return Check(name="completed", passed=False, detail=f"the call did not end within {seconds:.0f} s")
    return Check(name="completed", passed=True, detail=f"ended by {record.ended_by}")


def _transcript(record: CallRecord) -> list[Check]:
    """Whether the agent's replies were the transcript's, for a caller who hangs up when they are not."""
    if record.scenario.get("when_diverged") != "stop":
        return []
    if not record.divergences:
        return [Check(name="transcript", passed=True, detail="each reply was like the transcript's")]
    left = record.divergences[0]
    detail = (
        f'left it before step {left.step + 1}: "{left.replied}" for "{left.recorded}", which {left.reason}'
    )
    return [Check(name="transcript", passed=False, detail=detail)]


def _path(record: CallRecord) -> list[Check]:
    pattern = _texts(expected_of(record).get("states"))
    if not pattern:
        return []
    detail = f"expected {' > '.join(pattern)}; went {' > '.join(record.path) or 'nowhere'}"
    return [Check(name="states", passed=path_matches(record.path, pattern), detail=detail)]


def _outcome(record: CallRecord) -> list[Check]:
    wanted = expected_of(record).get("outcome")
    if wanted is None:
        return []
    detail = f"expected {wanted}; came {record.outcome or 'none'}"
    return [Check(name="outcome", passed=record.outcome == wanted, detail=detail)]


def _tools(record: CallRecord) -> list[Check]:
    checks = []
    for name, arguments, times in expected_tools(record):
        count = matching_calls(record.tools, name, arguments)
        asked = "at least one call" if times is None else f"{times} call{'' if times == 1 else 's'}"
        given = f" with {_shown(arguments)}" if arguments else ""
        made = "; ".join(_shown(call.arguments) for call in record.tools if call.name == name)
        detail = f"expected {asked}{given}; came {count}" + (f" (all calls: {made})" if made else "")
        checks.append(Check(name=f"tool {name}", passed=tool_count_holds(count, times), detail=detail))
    return checks


def _words(record: CallRecord) -> list[Check]:
    checks = []
    for phrase in _texts(expected_of(record).get("says")):
        reply = reply_with(record, phrase)
        detail = f'heard in "{reply.text}"' if reply else f"not heard in {len(replies_heard(record))} replies"
        checks.append(Check(name=f'says "{phrase}"', passed=reply is not None, detail=detail))
    for phrase in _texts(expected_of(record).get("never_says")):
        reply = reply_with(record, phrase)
        detail = f'heard in "{reply.text}"' if reply else "not heard"
        checks.append(Check(name=f'never says "{phrase}"', passed=reply is None, detail=detail))
    return checks


def _captured(record: CallRecord) -> list[Check]:
    wanted = expected_of(record).get("captured")
    if not isinstance(wanted, Mapping):
        return []
    return [
        Check(
            name=f"captured {name}",
            passed=record.captured.get(name) == value,
            detail=f"expected {value!r}; holds {record.captured.get(name)!r}",
        )
        for name, value in wanted.items()
    ]


def _handoff(record: CallRecord) -> list[Check]:
    held = handoff_correct(record)
    if held is None:
        return []
    wanted = expected_of(record).get("handoff")
    asked = {True: "a transfer", False: "no transfer"}[wanted] if isinstance(wanted, bool) else str(wanted)
    came = f"transferred to {record.transferred_to}" if record.transferred_to else "not transferred"
    return [Check(name="handoff", passed=held, detail=f"expected {asked}; {came}")]


def _within(record: CallRecord) -> list[Check]:
    bounds = expected_of(record).get("within")
    if not isinstance(bounds, Mapping) or record.level is Level.TEXT:  # there is no delay to bound in text
        return []
    return [_bound(record, name, limit) for name, limit in bounds.items() if isinstance(limit, int | float)]


def _bound(record: CallRecord, name: str, limit_ms: float) -> Check:
    if name not in BOUNDS:
        return Check(
            name=f"within {name}", passed=False, detail=f"no such bound; there are {', '.join(BOUNDS)}"
        )
    metric, family = BOUNDS[name]
    found = [measurement for measurement in family(record) if measurement.metric == metric]
    worst = max((m for m in found if m.value is not None), key=lambda m: m.value or 0.0, default=None)
    if worst is None or worst.value is None:
        reasons = sorted({measurement.unscored_reason for measurement in found}) or ["nothing to measure"]
        return Check(name=f"within {name}", passed=False, detail=f"not measured: {'; '.join(reasons)}")
    least = "at least " if worst.censored else ""
    detail = f"at most {limit_ms:g} ms; longest {least}{worst.value:.0f} ms"
    return Check(name=f"within {name}", passed=worst.value <= limit_ms, detail=detail)


def _texts(value: Json) -> list[str]:
    return [str(item) for item in value] if isinstance(value, list | tuple) else []


def _shown(arguments: Mapping[str, Json]) -> str:
    return ", ".join(f"{key}={value}" for key, value in arguments.items())
