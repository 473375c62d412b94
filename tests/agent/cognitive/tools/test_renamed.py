import asyncio
from collections.abc import Mapping

from agent.cognitive.ports import Tool, ToolResult
from agent.cognitive.tool_rules import ToolRules
from agent.cognitive.tools.absent import AbsentTool
from agent.cognitive.tools.policy import PolicedTool
from agent.cognitive.tools.renamed import RenamedTool
from agent.turn import Json

KEY = "call/turn/0/tool"


class Noting:
    """A tool that notes how it was called; it can tell a repeat."""

    name = "chat.post_message"
    read_only = False
    idempotent = False
    arguments_schema: Mapping[str, Json] = {"type": "object", "required": ["text"]}

    def __init__(self) -> None:
        self.calls: list[tuple[str, Mapping[str, Json], str]] = []

    async def call(self, arguments: Mapping[str, Json], idempotency_key: str) -> ToolResult:
        self.calls.append(("call", arguments, idempotency_key))
        return ToolResult(ok=True, status="success")

    async def call_again(self, arguments: Mapping[str, Json], idempotency_key: str) -> ToolResult:
        self.calls.append(("again", arguments, idempotency_key))
        return ToolResult(ok=True, status="success")


def test_its_arguments_are_made_of_those_that_the_flow_gives() -> None:
    noting = Noting()
    tool: Tool = RenamedTool(
        "transfer", noting, {"text": "Call for you. {{summary}} ({{name}})", "channel": "C1"}
    )
    asyncio.run(tool.call({"summary": "They asked.", "name": "Robin", "reason": "x"}, KEY))
    assert noting.calls == [("call", {"text": "Call for you. They asked. (Robin)", "channel": "C1"}, KEY)]
    assert (tool.name, tool.read_only, tool.idempotent) == ("transfer", False, False)


def test_without_a_word_on_its_arguments_it_takes_the_flows() -> None:
    noting = Noting()
    tool = RenamedTool("tell", noting, {})
    asyncio.run(tool.call_again({"text": "x"}, KEY))
    assert noting.calls == [("again", {"text": "x"}, KEY)]
    assert tool.arguments_schema == noting.arguments_schema


def test_arguments_that_it_needs_and_does_not_get_are_refused_before_anything_is_sent() -> None:
    noting = Noting()
    tool = PolicedTool(RenamedTool("transfer", noting, {"text": "{{summary}}"}), ToolRules())
    result = asyncio.run(tool.call({"name": "Robin"}, KEY))
    assert (result.status, noting.calls) == ("invalid_arguments", [])


def test_a_repeat_is_told_to_the_tool_that_can_tell() -> None:
    noting = Noting()
    tool = PolicedTool(RenamedTool("transfer", noting, {"text": "{{summary}}"}), ToolRules())
    asyncio.run(tool.call_again({"summary": "s"}, KEY))
    assert [kind for kind, _, _ in noting.calls] == ["again"]


def test_a_tool_that_nobody_answers_fails_and_says_why() -> None:
    tool: Tool = AbsentTool("crm.send_video")
    result = asyncio.run(PolicedTool(tool, ToolRules(attempts=1)).call({}, KEY))
    assert (result.ok, result.status) == (False, "unavailable")
    assert result.error == "crm.send_video: this agent has nobody for it"
