from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import aclosing
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.clock import LoopClock
from agent.cognitive.ports import ToolResult
from agent.cognitive.tool_rules import ToolRules
from agent.cognitive.tools.failures import FailureStatus, ToolFailed
from agent.cognitive.tools.filler import Filler, with_filler
from agent.cognitive.tools.policy import PolicedTool, call_allowed, under_policy
from agent.cognitive.tools.retrying import backoff_s, dice_by_key
from agent.errors import ProviderError, ProviderRefused, ProviderTimeout
from evals.sim.virtual_time import run_virtual
from tests.agent.cognitive.builders import a_flow
from tests.fakes.tools import DONE, ScriptedTool

BUSY = ToolFailed(FailureStatus.RATE_LIMITED, "busy", retry_after_s=0.5)
DOWN = ToolFailed(FailureStatus.UNAVAILABLE, "down")


class TimedTool:
    """Fails or answers by a script, each time after so many milliseconds; notes when it was asked."""

    name = "door.open"
    arguments_schema: Mapping[str, Any] = {"type": "object"}

    def __init__(
        self,
        script: Sequence[tuple[int, Exception | None]],
        *,
        read_only: bool = False,
        idempotent: bool = False,
    ) -> None:
        self.read_only, self.idempotent = read_only, idempotent
        self.script = script
        self.asked_ms: list[float] = []
        self.answered_ms: list[float] = []
        self.keys: set[str] = set()

    async def call(self, arguments: Mapping[str, Any], idempotency_key: str) -> ToolResult:
        loop = asyncio.get_running_loop()
        delay_ms, failure = self.script[min(len(self.asked_ms), len(self.script) - 1)]
        self.asked_ms.append(loop.time() * 1000)
        self.keys.add(idempotency_key)
        await asyncio.sleep(delay_ms / 1000)
        self.answered_ms.append(loop.time() * 1000)
        if failure:
            raise failure
        return DONE


def called(tool: TimedTool, rules: ToolRules, key: str = "k") -> tuple[ToolResult, float]:
    """What came of a call, and how many milliseconds it took."""

    async def timed() -> tuple[ToolResult, float]:
        result = await PolicedTool(tool, rules).call({}, key)
        return result, asyncio.get_running_loop().time() * 1000

    return run_virtual(timed())


FAILURES: list[Exception | None] = [
    None,
    BUSY,
    DOWN,
    ToolFailed(FailureStatus.BAD_ANSWER, "?"),
    ToolFailed(FailureStatus.REFUSED, "no"),
    ProviderTimeout("late"),
    ProviderRefused("no"),
    ProviderError("broken"),
    TimeoutError(),
]
SCRIPTS = st.lists(st.tuples(st.integers(0, 900), st.sampled_from(FAILURES)), min_size=1, max_size=6)
RULES = st.builds(ToolRules, deadline_ms=st.integers(50, 3000), attempts=st.integers(1, 5))


@given(SCRIPTS, RULES, st.booleans(), st.booleans())
def test_no_call_is_made_too_often_or_takes_too_long_and_none_raises(
    script: list[tuple[int, Exception | None]], rules: ToolRules, read_only: bool, idempotent: bool
) -> None:
    tool = TimedTool(script, read_only=read_only, idempotent=idempotent)
    result, took_ms = called(tool, rules)
    assert 1 <= len(tool.asked_ms) <= rules.attempts
    assert took_ms <= rules.deadline_ms + 0.001
    if not (read_only or idempotent):
        assert len(tool.asked_ms) == 1, "what may do its work twice is asked once"
    assert result.ok == (result.status == "success")
    assert result.ok or result.status in list(FailureStatus)
    assert tool.keys == {"k"}, "every attempt is made under the one key"


@given(SCRIPTS, RULES)
def test_a_named_time_is_waited_for_and_a_refusal_is_final(
    script: list[tuple[int, Exception | None]], rules: ToolRules
) -> None:
    tool = TimedTool(script, idempotent=True)
    called(tool, rules)
    for place, (answered, asked) in enumerate(zip(tool.answered_ms, tool.asked_ms[1:], strict=False)):
        failure = script[min(place, len(script) - 1)][1]
        assert failure not in (None, FAILURES[4], FAILURES[6], FAILURES[7]), (
            "only what may pass is tried again"
        )
        assert asked - answered >= (499.999 if failure is BUSY else 49.999)


@given(st.integers(1, 40), st.text(max_size=20))
def test_waits_double_up_to_a_second_and_are_the_keys_own(attempt: int, key: str) -> None:
    step = min(0.1 * 2 ** (attempt - 1), 1.0)
    wait = backoff_s(attempt, dice_by_key(key))
    assert step / 2 <= wait <= step
    assert wait == backoff_s(attempt, dice_by_key(key))


def test_two_calls_do_not_come_back_at_once() -> None:
    assert backoff_s(1, dice_by_key("a")) != backoff_s(1, dice_by_key("b"))


def test_a_passing_failure_is_survived() -> None:
    tool = TimedTool([(10, DOWN), (10, BUSY), (10, None)], read_only=True)
    result, took_ms = called(tool, ToolRules())
    assert result == DONE
    assert len(tool.asked_ms) == 3
    assert 580 <= took_ms <= 630  # three answers, a wait of 50 to 100 ms, the half second that was named


def test_a_time_beyond_the_deadline_is_not_waited_for() -> None:
    patient = ToolFailed(FailureStatus.RATE_LIMITED, "busy", retry_after_s=30)
    result, took_ms = called(TimedTool([(10, patient)], read_only=True), ToolRules())
    assert (result.status, took_ms) == ("rate_limited", 10)


def test_an_answer_after_the_deadline_is_none() -> None:
    result, took_ms = called(TimedTool([(2500, None)]), ToolRules(deadline_ms=300))
    assert (result.status, took_ms) == ("timeout", 300)
    assert result.error == "door.open: no answer within 300 ms"


def test_arguments_that_do_not_fit_reach_no_tool() -> None:
    tool = ScriptedTool("door.open")
    tool.arguments_schema = {
        "type": "object",
        "properties": {"who": {"type": "string"}},
        "additionalProperties": False,
    }
    result = asyncio.run(PolicedTool(tool, ToolRules()).call({"who": 3, "why": ""}, "k"))
    assert (result.ok, result.status, tool.calls) == (False, "invalid_arguments", [])
    assert "who: 3 is not of type 'string'" in result.error and "'why' was unexpected" in result.error


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (ToolResult(ok=True, status="a\x00b"), "a status that is no short word"),
        (ToolResult(ok=True, status=""), "a status that is no short word"),
        (ToolResult(ok=True, status="x" * 65), "a status that is no short word"),
        (ToolResult(ok=True, status="success", value={"room": "\ud800"}), "a value that is no JSON"),
        (ToolResult(ok=True, status="success", value={"at": {"x": float("nan")}}), "a value that is no JSON"),
        (ToolResult(ok=True, status="success", value={"room": {"a set"}}), "a value that is no JSON"),  # type: ignore[dict-item]
        (ToolResult(ok=False, status="locked", error="\udfff"), "a value that is no JSON"),
        (ToolResult(ok=True, status="success", value={"room": "x" * 300_000}), "a value of 300018 bytes"),
    ],
)
def test_an_answer_that_no_journal_can_keep_is_a_bad_answer(answer: ToolResult, said: str) -> None:
    result = asyncio.run(
        PolicedTool(ScriptedTool("door.open", [answer]), ToolRules(attempts=1)).call({}, "k")
    )
    assert (result.ok, result.status) == (False, "bad_answer")
    assert said in result.error


def test_an_answer_may_be_of_any_mapping() -> None:
    answer = ToolResult(
        ok=True, status="success", value=MappingProxyType({"room": MappingProxyType({"no": 1})})
    )
    assert asyncio.run(PolicedTool(ScriptedTool("door.open", [answer]), ToolRules()).call({}, "k")) is answer


def test_a_mistake_in_a_tools_own_code_is_an_answer_without_its_words() -> None:
    tool = ScriptedTool("door.open", [KeyError("the caller's name")])
    result = asyncio.run(PolicedTool(tool, ToolRules()).call({}, "k"))
    assert (result.ok, result.status, result.error) == (False, "error", "door.open: it broke: KeyError")
    assert len(tool.calls) == 1


def test_a_flow_gets_its_own_tools_only_each_by_its_rules() -> None:
    flow = a_flow(tools={"door.open": {"statuses": ["locked"], "deadline_ms": 900}})
    tools = under_policy(
        flow, {"door.open": ScriptedTool("door.open"), "safe.open": ScriptedTool("safe.open")}
    )
    assert list(tools) == ["door.open"]
    assert tools["door.open"].rules.deadline_ms == 900
    refused = asyncio.run(call_allowed(tools, "safe.open", {}, "k"))
    assert (refused.ok, refused.status) == (False, "not_allowed")
    assert asyncio.run(call_allowed(tools, "door.open", {}, "k")) == DONE


def test_a_schema_that_is_none_is_refused_at_once() -> None:
    tool = ScriptedTool("door.open")
    tool.arguments_schema = {"type": "objekt"}
    with pytest.raises(ValueError, match="objekt"):
        PolicedTool(tool, ToolRules())


@pytest.mark.parametrize(("delay_ms", "said"), [(100, []), (1500, ["One moment."])])
def test_a_slow_answer_is_bridged_by_one_filler(delay_ms: int, said: list[str]) -> None:
    rules = ToolRules(filler="One moment.", filler_after_ms=800)

    async def heard() -> tuple[list[str], ToolResult | None, list[float]]:
        fillers, result, at_ms = [], None, []
        tool = PolicedTool(TimedTool([(delay_ms, None)]), rules)
        async with aclosing(with_filler(tool.call({}, "k"), rules)) as steps:
            async for step in steps:
                at_ms.append(LoopClock().now_ns() or asyncio.get_running_loop().time() * 1000)
                if isinstance(step, Filler):
                    fillers.append(step.text)
                else:
                    result = step
        return fillers, result, at_ms

    fillers, result, at_ms = run_virtual(heard())
    assert (fillers, result) == (said, DONE)
    assert at_ms == ([800, 1500] if said else [100])


def test_whoever_stops_listening_cancels_the_call() -> None:
    tool = TimedTool([(1500, None)])

    async def left() -> None:
        rules = ToolRules(filler="One moment.", filler_after_ms=800)
        async with aclosing(with_filler(PolicedTool(tool, rules).call({}, "k"), rules)) as steps:
            async for _ in steps:
                break
        await asyncio.sleep(5)

    run_virtual(left())
    assert tool.answered_ms == []
