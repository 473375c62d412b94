"""What every tool promises, as one check that each adapter's test runs against a server that can fail."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from agent.cognitive.ports import AskableAgain, Tool, ToolResult
from agent.cognitive.tool_rules import ToolRules
from agent.cognitive.tools.arguments import ArgumentCheck
from agent.cognitive.tools.failures import FailureStatus, ToolFailed
from agent.cognitive.tools.policy import PolicedTool
from agent.errors import ProviderError

KEY = "call-1/turn-3/0/tool"


@dataclass(frozen=True, kw_only=True)
class Server:
    """The server behind a tool: `use` makes the tool afresh and works with it; `done` counts what was done."""

    use: Callable[[Callable[[Tool], Awaitable[Any]]], Any]
    done: Callable[[], int]


ServerWith = Callable[..., Any]
"""Gives a context manager of a `Server` with these faults of the tool (`lost:1:1`), or none."""


def check_tool(
    server_with: ServerWith,
    *,
    good: Mapping[str, Any],
    bad: Mapping[str, Any],
    marks_repeats: bool = False,
) -> None:
    """Runs the port's contract.

    Args:
        good: arguments that the tool takes.
        bad: some that it doesn't.
        marks_repeats: it can't tell whether it did its work, and does it once more with a mark.
    """
    with server_with() as server:
        server.use(lambda tool: _check_what_it_is(tool, good, bad))
        assert server.done() == 0, "being looked at changes nothing"
        server.use(lambda tool: _check_calls(tool, good, server.done))
    # Three requests, each failing in its own way.
    with server_with("error:1:1", "rate_limited:1:1", "malformed:1:1") as server:
        server.use(lambda tool: _check_failures(tool, good))
    with server_with("lost:1:1") as server:
        server.use(lambda tool: _check_lost_answer(tool, good, server.done, marks_repeats=marks_repeats))


async def _check_what_it_is(tool: Tool, good: Mapping[str, Any], bad: Mapping[str, Any]) -> None:
    assert tool.name
    assert not (tool.read_only and not tool.idempotent), "reading twice repeats nothing"
    check = ArgumentCheck(tool.arguments_schema)
    assert check.mistakes(good) == []
    assert check.mistakes(bad) != []
    assert check.mistakes({**good, "surprise": 1}) != [], "arguments are narrow: nothing unknown among them"
    result = await PolicedTool(tool, ToolRules()).call(bad, KEY)
    assert (result.ok, result.status) == (False, "invalid_arguments")


async def _check_calls(tool: Tool, good: Mapping[str, Any], done: Callable[[], int]) -> None:
    first = await tool.call(good, KEY)
    assert first.ok and first.status == "success" and not first.error
    assert done() == (0 if tool.read_only else 1)
    if tool.idempotent:
        again = await tool.call(good, KEY)
        assert again.ok and _lasting(again) == _lasting(first)
        assert done() == (0 if tool.read_only else 1), "the same key again repeats nothing"


async def _check_failures(tool: Tool, good: Mapping[str, Any]) -> None:
    for status in (FailureStatus.UNAVAILABLE, FailureStatus.RATE_LIMITED, FailureStatus.BAD_ANSWER):
        with pytest.raises(ProviderError) as failed:
            await tool.call(good, KEY)
        assert isinstance(failed.value, ToolFailed) and failed.value.status is status
        assert "Bearer" not in str(failed.value) and "127.0.0.1" not in str(failed.value)
        assert failed.value.retry_after_s == (1 if status is FailureStatus.RATE_LIMITED else None)


async def _check_lost_answer(
    tool: Tool, good: Mapping[str, Any], done: Callable[[], int], *, marks_repeats: bool
) -> None:
    """It was done and the answer is lost: whoever asks again finds it done, or does it once more with a mark."""
    result = await PolicedTool(tool, ToolRules(deadline_ms=400)).call(good, KEY)
    assert (result.ok, result.status) == (False, "timeout")
    assert done() == (0 if tool.read_only else 1)
    assert (await _again(tool, good)).ok
    assert done() == (0 if tool.read_only else 2 if marks_repeats else 1)


async def _again(tool: Tool, good: Mapping[str, Any]) -> ToolResult:
    if isinstance(tool, AskableAgain):
        return await tool.call_again(good, KEY)
    return await tool.call(good, KEY)


def _lasting(result: ToolResult) -> dict[str, Any]:
    # Whether a contact is new is so the first time only.
    return {name: value for name, value in result.value.items() if name != "new"}
