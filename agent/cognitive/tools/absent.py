"""A tool that nobody answers: an agent file may say so (`none`), and the flow takes its branch for failures."""

from __future__ import annotations

from collections.abc import Mapping

from agent.cognitive.ports import ToolResult
from agent.turn import Json


class AbsentTool:
    """Answers every call that nobody does this here; asking does no harm."""

    read_only = True
    idempotent = True
    arguments_schema: Mapping[str, Json] = {"type": "object"}

    def __init__(self, name: str) -> None:
        self.name = name

    async def call(self, arguments: Mapping[str, Json], idempotency_key: str) -> ToolResult:
        return ToolResult(ok=False, status="unavailable", error=f"{self.name}: this agent has nobody for it")
