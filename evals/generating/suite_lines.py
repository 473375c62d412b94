"""Generated scenarios as a suite of JSON lines (`evals.scenario.json_lines`): the same scenarios, the same bytes."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from evals.scenario.file import SCHEMA
from evals.scenario.lines import BUILT_IN, LINE_KEYS
from evals.scenario.model import (
    CallerStep,
    Entity,
    Expectation,
    ExpectedTool,
    Line,
    Scenario,
    StepKind,
    WhenDiverged,
)

USUAL_REPLY_END_MS = 600
USUAL_MAX_DURATION_S = 240


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What the scenarios of a suite share.

    Attributes:
        origin: where the suite comes from, for people.
        variables: those of most scenarios; each says its own where they differ.
    """

    name: str
    flow: str
    now: str
    time_zone: str
    voice: str
    origin: str
    variables: Mapping[str, str] = field(default_factory=dict)


def head_line(head: Head) -> str:
    """The suite's first line."""
    return _line(
        {
            "schema": SCHEMA,
            "suite": head.name,
            "origin": head.origin,
            "flow": head.flow,
            "now": head.now,
            "time_zone": head.time_zone,
            "variables": dict(head.variables),
            "defaults": {"voice": head.voice},
        }
    )


def scenario_line(scenario: Scenario, head: Head) -> str:
    """A scenario's line; what it shares with the suite is left out."""
    row: dict[str, Any] = {"id": scenario.id, "title": scenario.title, "tags": list(scenario.tags)}
    if scenario.now_iso != head.now:
        row["now"] = scenario.now_iso
    if scenario.time_zone != head.time_zone:
        row["time_zone"] = scenario.time_zone
    changed = {name: text for name, text in scenario.variables.items() if head.variables.get(name) != text}
    if changed:
        row["variables"] = changed
    if scenario.voice is not None and scenario.voice != head.voice:
        row["voice"] = scenario.voice
    if scenario.line is not None:
        row["line"] = _line_condition(scenario.line)
    if scenario.reply_end_ms != USUAL_REPLY_END_MS:
        row["reply_end_ms"] = scenario.reply_end_ms
    if scenario.max_duration_s != USUAL_MAX_DURATION_S:
        row["max_duration_s"] = scenario.max_duration_s
    if scenario.when_diverged is not WhenDiverged.CONTINUE:
        row["when_diverged"] = str(scenario.when_diverged)
    row["caller"] = [_step(step) for step in scenario.caller]
    if scenario.world:
        row["world"] = scenario.world
    expect = _expect(scenario.expect)
    if expect:
        row["expect"] = expect
    return _line(row)


def _step(step: CallerStep) -> dict[str, Any]:
    row: dict[str, Any] = {}
    match step.kind:
        case StepKind.HANGS_UP:
            row["hangs_up"] = True
        case StepKind.KEYS:
            row["dtmf"] = step.keys
        case StepKind.SOUND:
            row["sound"] = str(step.sound)
            if step.text:
                row["text"] = step.text
        case _:
            row[str(step.kind)] = step.text
    if step.after_ms is not None:
        row["after_ms"] = step.after_ms
    if step.hangs_up_after_ms is not None:
        row["hangs_up_after_ms"] = step.hangs_up_after_ms
    if step.entities:
        row["entities"] = {entity.name: _entity(entity) for entity in step.entities}
    if step.replies_to:
        row["replies_to"] = step.replies_to
    if step.heard:
        row["heard"] = step.heard
    return row


def _entity(entity: Entity) -> dict[str, Any]:
    row = {"type": entity.type, "value": entity.value}
    return {**row, "unit": entity.unit} if entity.unit else row


def _expect(expect: Expectation) -> dict[str, Any]:
    row: dict[str, Any] = {
        "states": list(expect.states),
        "outcome": expect.outcome,
        "tools": [_tool(tool) for tool in expect.tools],
        "says": list(expect.says),
        "never_says": list(expect.never_says),
        "captured": dict(expect.captured),
        "within": dict(expect.within),
    }
    return {name: told for name, told in row.items() if told}


def _tool(tool: ExpectedTool) -> dict[str, Any]:
    row: dict[str, Any] = {"name": tool.name}
    if tool.arguments:
        row["arguments"] = tool.arguments
    if tool.times is not None:
        row["times"] = tool.times
    return row


def _line_condition(line: Line) -> str | dict[str, Any]:
    if BUILT_IN.get(line.name) == line:
        return line.name
    values = dataclasses.asdict(line)
    return {key: values[key] for key in LINE_KEYS if values[key] is not None}


def _line(row: Mapping[str, Any]) -> str:
    return json.dumps(row, ensure_ascii=False, separators=(",", ":")) + "\n"
