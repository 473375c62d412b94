"""The fake back office of the flow `support`."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from agent.cognitive.flow_file import built_in_flow
from agent.cognitive.ports import ToolResult
from agent.errors import ProviderError
from agent.turn import Json
from evals.sim.world import World, check_world
from evals.sim.world_support import SUPPORT_TOOLS
from tests.fakes.tools import ScriptedTool


def asked(tool: str, /, world: dict[str, Json] | None = None, **arguments: Json) -> ToolResult:
    made = World(world or {}, "2026-05-18T09:00:00", "Europe/London")
    return asyncio.run(made.tools()[tool].call(arguments, "k"))


def test_an_account_is_found_by_its_number_or_by_a_telephone_number_of_its_own() -> None:
    by_number = asked("crm.find_account", number="48270315")
    assert (by_number.status, by_number.value["account_id"]) == ("success", "48270315")
    assert asked("crm.find_account", number="01632960104") == by_number
    assert asked("crm.find_account", number="01632960128").status == "several"
    assert asked("crm.find_account", number="").status == "not_found"


def test_a_check_tells_whether_a_detail_is_right_and_never_what_it_is() -> None:
    right = asked("crm.verify_identity", account_id="48270315", postcode="QL4 7ZX")
    wrong = asked("crm.verify_identity", account_id="48270315", postcode="QL4 7ZY")
    assert (right.status, wrong.status) == ("success", "mismatch")
    assert dict(right.value) == dict(wrong.value) == {}
    assert asked("crm.verify_identity", account_id="48270315").status == "mismatch"


def test_an_account_that_is_not_there_is_an_error_of_every_tool_that_needs_one() -> None:
    for tool in set(SUPPORT_TOOLS) - {"crm.find_account"}:
        made = World({}, "2026-05-18T09:00:00", "Europe/London")
        with suppress(ProviderError):
            asyncio.run(made.tools()[tool].call({"account_id": "1"}, "k"))
        (call,) = made.calls
        assert (call.status, call.error) == ("error", f"{tool}: there is no such account")


def test_what_tools_answer_are_statuses_that_the_flow_knows() -> None:
    flow = built_in_flow("support")
    assert set(SUPPORT_TOOLS) < set(flow.tools)
    for number in ("48270315", "48270326", "48270337", "48270348"):
        for tool in SUPPORT_TOOLS:
            status = asked(tool, account_id=number, number=number).status
            assert status in ("success", *flow.tools[tool]), (tool, status)


def test_a_scenario_may_put_its_own_parts_into_an_answer() -> None:
    world: dict[str, Json] = {"crm.find_account": {"answer": {"holder": "Somebody else"}}}
    found = asked("crm.find_account", world, number="48270315")
    assert (found.value["holder"], found.value["account_id"]) == ("Somebody else", "48270315")


def test_mistakes_in_an_answer_are_named() -> None:
    assert check_world(
        {
            "crm.find_account": {"answer": "Robin"},
            "billing.explain": {"answer": {"total": "GBP 1.00"}, "fault": "error"},
            "knowledge.answer": {"answer": {"answer": "Yes."}},
        }
    ) == [
        "world.crm.find_account.answer: 'Robin' is no mapping",
        "world.billing.explain: `fault`, `status`, `slots` and `answer` exclude each other",
        "world.knowledge.answer.answer: the agent's documents answer, and not the scenario",
    ]


def test_an_agents_own_tool_is_asked_for_real_once_a_key_and_noted() -> None:
    own = ScriptedTool("knowledge.answer", read_only=True)
    world = World({}, "2026-05-18T09:00:00", "Europe/London", own={"knowledge.answer": own})
    tool = world.tools()["knowledge.answer"]

    async def twice() -> None:
        await tool.call({"question": "why"}, "a")
        await tool.call({"question": "why"}, "a")

    asyncio.run(twice())
    assert own.calls == [{"question": "why"}]
    assert [(call.name, call.status) for call in world.calls] == [("knowledge.answer", "success")]
    assert tool.read_only
