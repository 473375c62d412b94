"""Suites as YAML text: the same scenarios give the same bytes, and each suite is one that `milliwatt run` reads.

Every text stands in double quotes with JSON's escapes, which YAML 1.2 shares, so nothing is ever read as a number, a
truth value or a comment. A suite ends before it reaches what the reader takes (`evals.scenario.file.MAX_BYTES`, and
as many values as `yaml_lines.MAX_VALUES`); what is left begins the next.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from evals.scenario.file import MAX_BYTES
from evals.scenario.model import CallerStep, StepKind, WhenDiverged
from evals.scenario.yaml_lines import MAX_VALUES

ROOM = 0.9  # of what the reader takes; the rest is the head's


@dataclass(frozen=True, slots=True, kw_only=True)
class SuiteHead:
    """What all scenarios of an import share, and the comment above them."""

    name: str
    flow: str
    now: str
    time_zone: str
    comment: str
    variables: Mapping[str, str] = field(default_factory=dict)
    when_diverged: WhenDiverged = WhenDiverged.CONTINUE


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioText:
    """One scenario: its name, its clock where it has one of its own, and its script."""

    id: str
    title: str
    caller: tuple[CallerStep, ...]
    now: str = ""
    time_zone: str = ""
    variables: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class SuiteText:
    """One suite file's text, and how many scenarios it holds."""

    name: str
    text: str
    scenarios: int


def suites_of(
    head: SuiteHead,
    scenarios: Iterable[ScenarioText],
    *,
    max_bytes: int = MAX_BYTES,
    max_values: int = MAX_VALUES,
) -> list[SuiteText]:
    """The suites that hold the scenarios, in order: `name`, `name-2`, and so on."""
    suites: list[SuiteText] = []
    parts: list[str] = []
    size = values = 0

    def close() -> None:
        name = head.name if not suites else f"{head.name}-{len(suites) + 1}"
        suites.append(
            SuiteText(name=name, text=_head_text(head, name) + "".join(parts), scenarios=len(parts))
        )
        parts.clear()

    for scenario in scenarios:
        text = _scenario_text(scenario)
        # A line holds a key with its value, and begins a mapping or list at the most: four values or fewer.
        size_here, values_here = len(text.encode()), 4 * text.count("\n")
        if parts and (size + size_here > ROOM * max_bytes or values + values_here > ROOM * max_values):
            close()
            size = values = 0
        parts.append(text)
        size += size_here
        values += values_here
    close()
    return suites


def quoted(text: str) -> str:
    """The text in double quotes, for YAML and for JSON."""
    return json.dumps(text, ensure_ascii=False)


def _head_text(head: SuiteHead, name: str) -> str:
    lines = [
        f"# {head.comment}",
        "schema: 1",
        f"suite: {quoted(name)}",
        f"flow: {quoted(head.flow)}",
        f"now: {quoted(head.now)}",
        f"time_zone: {quoted(head.time_zone)}",
        *_variables(head.variables, ""),
    ]
    if head.when_diverged is not WhenDiverged.CONTINUE:
        lines += ["defaults:", f"  when_diverged: {head.when_diverged}"]
    return "\n".join([*lines, "scenarios:"]) + "\n"


def _scenario_text(scenario: ScenarioText) -> str:
    lines = [f"  - id: {quoted(scenario.id)}", f"    title: {quoted(scenario.title)}"]
    if scenario.now:
        lines.append(f"    now: {quoted(scenario.now)}")
    if scenario.time_zone:
        lines.append(f"    time_zone: {quoted(scenario.time_zone)}")
    lines += _variables(scenario.variables, "    ")
    lines.append("    caller:")
    for step in scenario.caller:
        lines += _step_lines(step)
    return "\n".join(lines) + "\n"


def _variables(variables: Mapping[str, str], indent: str) -> list[str]:
    if not variables:
        return []
    return [f"{indent}variables:"] + [
        f"{indent}  {quoted(name)}: {quoted(variables[name])}" for name in sorted(variables)
    ]


def _step_lines(step: CallerStep) -> list[str]:
    match step.kind:
        case StepKind.HANGS_UP:
            lines = ["      - hangs_up: true"]
        case StepKind.KEYS:
            lines = [f"      - dtmf: {quoted(step.keys)}"]
        case StepKind.SOUND:
            lines = [f"      - sound: {step.sound}"]
        case StepKind.INTERRUPTS:
            lines = [f"      - interrupts: {quoted(step.text)}", f"        after_ms: {step.after_ms}"]
        case _:
            lines = [f"      - says: {quoted(step.text)}"]
    if step.replies_to:
        lines.append(f"        replies_to: {quoted(step.replies_to)}")
    return lines
