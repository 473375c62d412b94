from __future__ import annotations

import json
from typing import Any

import pytest

from agent.cognitive.flow_file import parse_flow
from agent.cognitive.tool_rules import ToolRules
from agent.errors import BadFlow
from tests.agent.cognitive.builders import a_flow, flow_json


def mistakes_of(entry: Any) -> list[str]:
    with pytest.raises(BadFlow) as refused:
        parse_flow(json.dumps(flow_json(tools={"door.open": entry})), where="test")
    return [mistake for mistake in refused.value.mistakes if mistake.startswith("tools.")]


def test_the_short_form_has_the_usual_rules() -> None:
    flow = a_flow()
    assert flow.tools == {"door.open": ("locked",)}
    assert flow.tool_rules == {"door.open": ToolRules()}


def test_the_long_form_has_its_own() -> None:
    long = {
        "statuses": ["locked"],
        "deadline_ms": 4000,
        "filler": "One moment, {{name}}.",
        "filler_after_ms": 600,
    }
    flow = a_flow(tools={"door.open": {**long, "attempts": 2}})
    assert flow.tools == {"door.open": ("locked",)}
    assert flow.tool_rules["door.open"] == ToolRules(
        deadline_ms=4000, filler="One moment, {{name}}.", filler_after_ms=600, attempts=2
    )
    assert "One moment, you." in flow.spoken_texts()


def test_every_mistake_of_a_tool_is_named() -> None:
    assert mistakes_of({"deadline": 5, "attempts": "two", "statuses": ["locked", 3]}) == [
        "tools.door.open.statuses.1: should be a valid string, not 3",
        'tools.door.open.attempts: should be a valid integer, not "two"',
        "tools.door.open.deadline: unknown key; there are statuses, deadline_ms, filler, filler_after_ms, attempts",
    ]
    assert mistakes_of("locked") == ['tools.door.open: should be a valid list, not "locked"']


def test_times_that_cannot_be_kept_and_lines_that_cannot_be_said_are_refused() -> None:
    entry = {"statuses": ["locked"], "deadline_ms": 40, "attempts": 0, "filler": "{{who}} {{name|loud}}"}
    assert mistakes_of(entry) == [
        "tools.door.open.deadline_ms: 40 is not between 50 and 30000",
        "tools.door.open.attempts: 0 is not between 1 and 10",
        "tools.door.open.filler: after 800 ms it is never said, since the deadline is 40 ms",
        "tools.door.open.filler: there is no filter 'loud'; there are "
        "amount, clock, date, digits, email, moment, number, signs, time, times",
        "tools.door.open.filler: {{who}} is not among the flow's variables",
    ]
