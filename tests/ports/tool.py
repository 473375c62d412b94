"""What every tool promises, as one check that each adapter's test runs against a server that can fail."""

from __future__ import annotations

import asyncio
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
MISSING = object()


@dataclass(frozen=True, kw_only=True)
class Server:
    """The server behind a tool: `use` makes the tool afresh and works with it; `done` counts what was done."""

    use: Callable[[Callable[[Tool], Awaitable[Any]]], Any]
    done: Callable[[], int]


ServerWith = Callable[..., Any]
"""Gives a context manager of a `Server` with a fault (`lost`, `error`, ...), or none."""


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
        first = server.use(lambda tool: tool.call(good, KEY))
        assert first.ok and first.status == "success" and not first.error
        if not server.use(_is_read_only):
            assert server.done() == 1
        if server.use(_repeats_nothing):
            again = server.use(lambda tool: _again(tool, good))
            assert again.ok and _lasting(again) == _lasting(first)
            assert server.done() <= 1, "the same key again repeats nothing"
    for fault, status in (
        ("error", FailureStatus.UNAVAILABLE),
        ("rate_limited", FailureStatus.RATE_LIMITED),
        ("malformed", FailureStatus.BAD_ANSWER),
    ):
        with server_with(fault) as server:
            server.use(lambda tool, status=status: _check_failure(tool, good, status))
    _check_lost_answer(server_with, good, marks_repeats=marks_repeats)


async def _check_what_it_is(tool: Tool, good: Mapping[str, Any], bad: Mapping[str, Any]) -> None:
    assert tool.name
    assert not (tool.read_only and not tool.idempotent), "reading twice repeats nothing"
    check = ArgumentCheck(tool.arguments_schema)
    assert check.mistakes(good) == []
    assert check.mistakes(bad) != []
    assert check.mistakes({**good, "surprise": 1}) != [], "arguments are narrow: nothing unknown among them"
    result = await PolicedTool(tool, ToolRules()).call(bad, KEY)
    assert (result.ok, result.status) == (False, "invalid_arguments")


async def _check_failure(tool: Tool, good: Mapping[str, Any], status: FailureStatus) -> None:
    with pytest.raises(ProviderError) as failed:
        await tool.call(good, KEY)
    assert isinstance(failed.value, ToolFailed) and failed.value.status is status
    assert "Bearer" not in str(failed.value) and "127.0.0.1" not in str(failed.value)
    if status is FailureStatus.RATE_LIMITED:
        assert failed.value.retry_after_s == 1


def _check_lost_answer(server_with: ServerWith, good: Mapping[str, Any], *, marks_repeats: bool) -> None:
    """It was done and the answer is lost: whoever asks again finds it done, or does it once more with a mark."""
    with server_with("lost:1:1") as server:
        policed = server.use(lambda tool: PolicedTool(tool, ToolRules(deadline_ms=400)).call(good, KEY))
        assert (policed.ok, policed.status) == (False, "timeout")
        read_only = server.use(_is_read_only)
        assert server.done() == (0 if read_only else 1)
        again = server.use(lambda tool: _again(tool, good))
        assert again.ok
        assert server.done() == (0 if read_only else 2 if marks_repeats else 1)


async def _again(tool: Tool, good: Mapping[str, Any]) -> ToolResult:
    if isinstance(tool, AskableAgain):
        return await tool.call_again(good, KEY)
    return await tool.call(good, KEY)


async def _is_read_only(tool: Tool) -> bool:
    await asyncio.sleep(0)
    return tool.read_only


async def _repeats_nothing(tool: Tool) -> bool:
    await asyncio.sleep(0)
    return tool.idempotent


def _lasting(result: ToolResult) -> dict[str, Any]:
    # Whether a contact is new is so the first time only.
    return {name: value for name, value in result.value.items() if name != "new"}
