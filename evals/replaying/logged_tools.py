"""The tools of a replayed call: they answer what the log says they answered, and touch nothing.

A call is answered by the turn's logged calls of the same tool, in their order. One that the log does not have fails as
a tool fails that cannot be reached, so the flow takes its branch for that.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from agent.cognitive.flow import SUCCESS
from agent.cognitive.ports import Tool, ToolResult
from agent.errors import ProviderError
from agent.turn import Json, ToolTrace

NOT_LOGGED = "the log has no answer of this tool in this turn"


class LoggedTools:
    """The tools of a flow, answering from the log."""

    def __init__(self, names: Collection[str]) -> None:
        self._names = names
        self._left: list[ToolTrace] = []

    def tools(self) -> dict[str, Tool]:
        """By name."""
        return {name: _LoggedTool(self, name) for name in self._names}

    def begin(self, logged: Sequence[ToolTrace]) -> None:
        """Answers from these calls from now on."""
        self._left = list(logged)

    def has(self, name: str) -> bool:
        """Whether an answer of this tool is left."""
        return any(trace.name == name for trace in self._left)

    def answer(self, name: str) -> ToolResult:
        """What the next logged call of this tool got.

        Raises:
            ProviderError: the log has none.
        """
        for place, trace in enumerate(self._left):
            if trace.name == name:
                del self._left[place]
                # The log does not tell whether a status counted as success; where the flow knows it, its word decides.
                return ToolResult(
                    ok=trace.status == SUCCESS, status=trace.status, value=trace.value, error=trace.error
                )
        raise ProviderError(NOT_LOGGED)


class _LoggedTool:
    idempotent = False  # what was logged is what came of all tries
    arguments_schema: Mapping[str, Json] = {"type": "object"}

    def __init__(self, tools: LoggedTools, name: str) -> None:
        self._tools = tools
        self.name = name

    @property
    def read_only(self) -> bool:
        """Whether a provisional turn calls it: it did then if the log has an answer."""
        return self._tools.has(self.name)

    async def call(self, arguments: Mapping[str, Json], idempotency_key: str) -> ToolResult:
        return self._tools.answer(self.name)
