"""What the policy costs a tool call that goes well: processor time, on top of the tool's own."""

from __future__ import annotations

import asyncio

import pytest

from agent.clock import cpu_ns
from agent.cognitive.ports import Tool
from agent.cognitive.tool_rules import ToolRules
from agent.cognitive.tools.cal_com import BOOK_SCHEMA
from agent.cognitive.tools.policy import PolicedTool
from tests.fakes.tools import ScriptedTool

CALLS = 3_000
MOST_US = 500
ARGUMENTS = {"slot": "2026-05-19T10:30:00+01:00", "name": "Alex", "email": "alex@example.com"}


async def cost_us(tool: Tool, prefix: str) -> float:
    for number in range(200):
        await tool.call(ARGUMENTS, f"{prefix}-warm-{number}")
    started_ns = cpu_ns()
    for number in range(CALLS):
        await tool.call(ARGUMENTS, f"{prefix}-{number}")
    return (cpu_ns() - started_ns) / CALLS / 1000


@pytest.mark.bench
def test_the_policy_costs_little() -> None:
    tool = ScriptedTool("cal.create_booking")
    tool.arguments_schema = BOOK_SCHEMA

    async def both() -> tuple[float, float]:
        return await cost_us(tool, "bare"), await cost_us(PolicedTool(tool, ToolRules()), "policed")

    bare, policed = asyncio.run(both())
    print(f"\na booking's arguments, deadline and all: {policed - bare:.0f} us a call")
    assert policed - bare < MOST_US
