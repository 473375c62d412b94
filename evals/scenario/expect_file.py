"""Reading what must come of a call, and checking it against the flow: a misspelt state would otherwise never be met,
and a misspelt one among those that must not happen would always hold."""

from __future__ import annotations

import itertools

from evals.scenario.fields import Fields, kind_of, to_json, unknown
from evals.scenario.flow_names import FlowNames
from evals.scenario.model import Expectation, ExpectedTool
from evals.scenario.yaml_lines import BROKEN

EXPECT_KEYS = ("states", "outcome", "tools", "says", "never_says", "captured", "within", "handoff")
TOOL_KEYS = ("name", "arguments", "times")
BOUNDS = ("response_latency_max_ms", "yield_latency_max_ms")
ANY_STATES = "..."


def read_expectation(fields: Fields, flow: FlowNames | None) -> Expectation:
    """What stands under `expect`; without a flow its names go unchecked."""
    expect = fields.mapping("expect", EXPECT_KEYS)
    states = expect.texts("states")
    outcome = expect.text("outcome") or None
    if flow is not None:
        nodes = {node.value: node.line for node in expect.sequence("states") if isinstance(node.value, str)}
        for state in dict.fromkeys(states):
            if state != ANY_STATES and state not in flow.states:
                expect.wrong(
                    nodes.get(state, expect.line), unknown("state", state, flow.states) + " (see the flow)"
                )
        if outcome is not None and outcome not in flow.outcomes:
            text = unknown("outcome", outcome, flow.outcomes) + " (end states of the flow declare them)"
            expect.wrong(expect.line_of("outcome"), text)
    for before, after in itertools.pairwise(states):
        if before == after == ANY_STATES:
            expect.wrong(expect.line_of("states"), '"..." twice in a row says no more than once')
    return Expectation(
        states=states,
        outcome=outcome,
        tools=_read_tools(expect, flow),
        says=expect.texts("says"),
        never_says=expect.texts("never_says"),
        captured=expect.text_mapping("captured"),
        within=_read_bounds(expect),
        handoff=_read_handoff(expect),
    )


def _read_tools(expect: Fields, flow: FlowNames | None) -> tuple[ExpectedTool, ...]:
    tools = []
    for number, node in enumerate(expect.sequence("tools"), start=1):
        tool = Fields(node, f"{expect.place}: tool {number}", TOOL_KEYS, expect.mistakes)
        tool.require("name")
        arguments = {name: to_json(value) for name, value in tool.mapping("arguments", None).items()}
        times = tool.integer("times", 0, 100)
        name = tool.text("name")
        if flow is not None and name and name not in flow.tools:
            tool.wrong(tool.line_of("name"), unknown("tool", name, flow.tools) + " (see the flow)")
        tools.append(ExpectedTool(name=name, arguments=arguments, times=times))
    return tuple(tools)


def _read_handoff(expect: Fields) -> bool | str | None:
    node = expect.node("handoff")
    if node is None or node.value is BROKEN:
        return None
    if isinstance(node.value, bool) or (isinstance(node.value, str) and node.value):
        return node.value
    expect.wrong(node.line, f"`handoff` must be true, false or where to, not {kind_of(node)}")
    return None


def _read_bounds(expect: Fields) -> dict[str, float]:
    within = expect.mapping("within", BOUNDS)
    bounds = {}
    for name in BOUNDS:
        bound = within.number(name, 1, 60_000)
        if bound is not None:
            bounds[name] = bound
    return bounds
