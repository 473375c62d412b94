"""Vendors that answer with JSON of another shape than they publish: a failure that a flow has a branch for, always."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.clock import LoopClock
from agent.cognitive.ports import ToolResult
from agent.cognitive.tools.failures import status_of
from agent.errors import ProviderError
from agent.tool_assembly import make_tools, tool_settings_from
from evals.sandbox.app import make_app
from evals.sandbox.server import RunningSandbox
from evals.sandbox.state import SandboxState
from tests.sandboxes import FREE, MONDAY, ROOT

URL = "http://127.0.0.1:1"
ARGUMENTS: Mapping[str, Mapping[str, Any]] = {
    "cal.propose_slots": {"preference": ""},
    "cal.create_booking": {"slot": FREE, "name": "Alex", "email": "alex@example.com"},
    "crm.upsert_contact": {"email": "alex@example.com", "name": "Alex"},
    "crm.create_meeting": {"booking_id": "bk_1", "slot": FREE, "email": "alex@example.com"},
    "chat.post_message": {"text": "hello"},
    "transfer_to_human": {"name": "Alex"},
}
ODD = st.sampled_from(
    [
        None,
        True,
        False,
        0,
        -1,
        1e308,
        10**30,
        "",
        "x",
        "2026-05-19",
        "\ud800",
        [],
        [[]],
        [None],
        {},
        {"data": 1},
    ]
)


UNCHANGED = object()


class Strange(httpx.AsyncBaseTransport):
    """The sandbox's answers, of which each has one place replaced."""

    def __init__(self, places: list[int], odd: Any) -> None:
        self._real = httpx.ASGITransport(app=make_app(SandboxState(now=lambda: MONDAY)))
        self._places, self._odd = places, odd

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        answer = await self._real.handle_async_request(request)
        body = json.loads(await answer.aread() or b"null")
        if self._odd is not UNCHANGED:
            body = _replaced(body, self._places, self._odd)
        return httpx.Response(answer.status_code, stream=httpx.ByteStream(json.dumps(body).encode()))


def _replaced(value: Any, places: list[int], odd: Any) -> Any:
    if not places or not value or not isinstance(value, dict | list):
        return odd
    at, rest = places[0], places[1:]
    if isinstance(value, list):
        changed = list(value)
        changed[at % len(value)] = _replaced(changed[at % len(value)], rest, odd)
        return changed
    key = list(value)[at % len(value)]
    return {**value, key: _replaced(value[key], rest, odd)}


def asked(tool: str, places: list[int], odd: Any, *, again: bool) -> ToolResult | str:
    """What came of a call: a result, or the status of its failure."""
    environment = RunningSandbox(url=URL, state=SandboxState()).environment()
    environment["MILLIWATT_WEBHOOKS"] = str(ROOT / "docs/examples/webhooks.json")

    async def called() -> ToolResult | str:
        async with httpx.AsyncClient(transport=Strange(places, odd)) as client:
            made = make_tools(tool_settings_from(environment), LoopClock(MONDAY), client).tools[tool]
            ask = getattr(made, "call_again", made.call) if again else made.call
            try:
                result: ToolResult = await ask(ARGUMENTS[tool], "call/turn/0")
            except ProviderError as error:
                return status_of(error)
            return result

    return asyncio.run(called())


@pytest.mark.parametrize("tool", ARGUMENTS)
def test_an_answer_as_it_is_published_is_taken(tool: str) -> None:
    result = asked(tool, [], UNCHANGED, again=False)
    assert isinstance(result, ToolResult) and result.ok


@pytest.mark.parametrize("tool", ARGUMENTS)
@settings(max_examples=60)
@given(places=st.lists(st.integers(0, 30), max_size=6), odd=ODD, again=st.booleans())
def test_an_answer_of_another_shape_is_an_answer_or_a_failure_with_a_name(
    tool: str, places: list[int], odd: Any, again: bool
) -> None:
    result = asked(tool, places, odd, again=again)
    if isinstance(result, ToolResult):
        assert result.ok == (result.status == "success")
        json.dumps(result.value)  # it goes into a journal


def test_half_a_surrogate_pair_is_no_answer_and_gets_into_no_other_request() -> None:
    contact = {"status": "COMPLETE", "results": [{"id": "\ud800", "new": True, "properties": {}}]}
    assert asked("crm.create_meeting", [], contact, again=False) == "bad_answer"
