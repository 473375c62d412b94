"""A tool that answers by a script, one answer a call, and keeps what it was asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from agent.cognitive.ports import ToolResult
from agent.turn import Json

DONE = ToolResult(ok=True, status="success")


class ScriptedTool:
    """Answers with `answers` in turn, and with the last of them ever after; an exception among them is raised.

    The same idempotency key again gets the first answer, and is not counted in `calls`.
    """

    def __init__(
        self, name: str, answers: Sequence[ToolResult | Exception] = (DONE,), *, read_only: bool = False
    ) -> None:
        self.name = name
        self.read_only = read_only
        self.idempotent = True
        self.arguments_schema: Mapping[str, Json] = {"type": "object"}
        self.calls: list[Mapping[str, Json]] = []
        self.keys: list[str] = []
        self._answers = answers
        self._given: dict[str, ToolResult | Exception] = {}

    async def call(self, arguments: Mapping[str, Json], idempotency_key: str) -> ToolResult:
        if idempotency_key not in self._given:
            self._given[idempotency_key] = self._answers[min(len(self.calls), len(self._answers) - 1)]
            self.calls.append(arguments)
            self.keys.append(idempotency_key)
        answer = self._given[idempotency_key]
        if isinstance(answer, Exception):
            raise answer
        return answer
