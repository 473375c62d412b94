"""What the caller hears while a tool is slow: the answer of a call, with a word in between when it takes long."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Coroutine
from dataclasses import dataclass
from typing import Any

from agent.cognitive.ports import ToolResult
from agent.cognitive.tool_rules import ToolRules


@dataclass(frozen=True, slots=True, kw_only=True)
class Filler:
    """It takes long: say this, its variables not yet filled."""

    text: str


async def with_filler(
    call: Coroutine[Any, Any, ToolResult], rules: ToolRules
) -> AsyncGenerator[Filler | ToolResult, None]:
    """The filler when it is due, at most once, then the call's result. Closing it early cancels the call.

    Use it in `aclosing`. The call must not raise, which those of a `PolicedTool` don't.
    """
    if not rules.filler:
        yield await call
        return
    async with asyncio.TaskGroup() as tasks:
        answering = tasks.create_task(call)
        try:
            async with asyncio.timeout(rules.filler_after_ms / 1000):
                await asyncio.shield(answering)
        except TimeoutError:
            try:
                if not answering.done():
                    yield Filler(text=rules.filler)
            except GeneratorExit:
                # Going on with it would come out of the group as a group of exceptions; returning closes as well.
                answering.cancel()
                return
        result = await answering
    yield result
