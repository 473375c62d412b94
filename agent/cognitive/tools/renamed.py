"""A vendor's tool under a name of the flow's, its arguments made of those that the flow gives.

A flow hands a call over with `transfer_to_human`; that this is a post in a channel, and what stands in it, is for the
agent's file to say: `{"text": "Call for you. {{summary}}"}` makes the arguments of `chat.post_message`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from agent.cognitive.ports import AskableAgain, Tool, ToolResult
from agent.cognitive.wording import Wording, fill_json, placeholders
from agent.turn import Json


class RenamedTool:
    """The tool that another is.

    Args:
        name: what the flow calls it.
        tool: what is called.
        send: its arguments, with the flow's as `{{argument}}`; the flow's own where there are none.
        clean: what of each text may be sent.
    """

    def __init__(
        self,
        name: str,
        tool: Tool,
        send: Mapping[str, Json],
        clean: Callable[[str], str] | None = None,
    ) -> None:
        self.name = name
        self._tool = tool
        self._send = send
        self._clean = clean
        wanted = {
            placeholder.name
            for text in send.values()
            if isinstance(text, str)
            for placeholder in placeholders(text)
        }
        self._schema: Mapping[str, Json] = {
            "type": "object",
            "properties": {name: {"type": "string"} for name in sorted(wanted)},
            "required": sorted(wanted),
        }

    @property
    def read_only(self) -> bool:
        return self._tool.read_only

    @property
    def idempotent(self) -> bool:
        return self._tool.idempotent

    @property
    def arguments_schema(self) -> Mapping[str, Json]:
        return self._schema if self._send else self._tool.arguments_schema

    async def call(self, arguments: Mapping[str, Json], idempotency_key: str) -> ToolResult:
        return await self._tool.call(self._made(arguments), idempotency_key)

    async def call_again(self, arguments: Mapping[str, Json], idempotency_key: str) -> ToolResult:
        """As the tool itself does it, where it can tell."""
        made = self._made(arguments)
        if isinstance(self._tool, AskableAgain):
            return await self._tool.call_again(made, idempotency_key)
        return await self._tool.call(made, idempotency_key)

    def _made(self, arguments: Mapping[str, Json]) -> Mapping[str, Json]:
        made: Mapping[str, Json] = arguments
        if self._send:
            wording = Wording(variables={name: str(value) for name, value in arguments.items()})
            made = {name: fill_json(value, wording) for name, value in self._send.items()}
        if self._clean is None:
            return made
        return {name: self._clean(value) if isinstance(value, str) else value for name, value in made.items()}
