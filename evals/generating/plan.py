"""What a generator knows of a scenario before it draws anything: what each line means, tells of and could be said with.

Made once a scenario. What may vary follows from it: the clock and the slots on offer only where every spoken line can
be said anew, since a line kept as it was written may speak of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from agent.cognitive.flow import Capture, Flow, ValueType
from agent.turn import Json
from evals.generating.meaning import Meaning, meanings
from evals.generating.wording import Answer, Wording
from evals.scenario.model import CallerStep, EntityKind, Scenario, StepKind
from evals.sim.world import PROPOSE_SLOTS, usual_slots

SPOKEN = (StepKind.SAYS, StepKind.INTERRUPTS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A spoken step that can be said anew.

    Attributes:
        meaning, branch: where it is said, and which branch it means.
        answer: what the wording has for it.
        needs: variables without which it would not mean that.
        tells: all that the line as written tells of, those among them.
        may_tell: what its state would take besides.
        keys: telephone keys that mean the same; empty where there are none.
    """

    meaning: Meaning
    branch: str
    answer: Answer
    needs: tuple[Capture, ...]
    tells: tuple[Capture, ...]
    may_tell: tuple[Capture, ...]
    keys: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A scenario and its lines, one for each step; None for a step that stays as it is.

    Attributes:
        suite: the suite that it stands in, and its name for tags.
        frees_slots: whether the clock and the slots on offer may be others.
        chosen: the slot that the scenario as written ends with; empty when it does not say.
    """

    suite: str
    scenario: Scenario
    lines: tuple[Line | None, ...]
    frees_slots: bool
    chosen: str

    @property
    def chooses(self) -> list[int]:
        """The steps in which a slot is chosen."""
        return [
            number
            for number, line in enumerate(self.lines)
            if line is not None and any(capture.type is ValueType.SLOT for capture in line.needs)
        ]


def plan_for(suite: str, scenario: Scenario, flow: Flow, wording: Wording) -> Plan:
    """The scenario's plan."""
    meant = meanings(scenario, flow)
    lines = tuple(
        _line(step, meaning, scenario, flow, wording)
        for step, meaning in zip(scenario.caller, meant, strict=True)
    )
    silent = all(
        line is not None or step.kind not in (*SPOKEN, StepKind.PLAYS) or step.hangs_up_after_ms is not None
        for step, line in zip(scenario.caller, lines, strict=True)
    )
    plan = Plan(suite=suite, scenario=scenario, lines=lines, frees_slots=False, chosen=_chosen_slot(scenario))
    return Plan(
        suite=suite,
        scenario=scenario,
        lines=lines,
        frees_slots=silent and bool(plan.chooses),
        chosen=plan.chosen,
    )


def offered(
    meaning: Meaning,
    flow: Flow,
    *,
    world: Mapping[str, Json],
    now: str,
    zone: str,
    variables: Mapping[str, str],
) -> tuple[str, ...]:
    """The slots on offer when a line is said: what the world of the call answers to the last proposal."""
    entry = world.get(PROPOSE_SLOTS)
    if isinstance(entry, Mapping):
        slots, times = entry.get("slots"), entry.get("times")
        if isinstance(slots, list | tuple) and (not isinstance(times, int) or meaning.proposals <= times):
            return tuple(str(slot) for slot in slots)
    here = datetime.fromisoformat(now).replace(tzinfo=ZoneInfo(zone))
    return usual_slots(here, later=bool(_preferences(flow) & {*meaning.given, *_set(variables)}))


def _preferences(flow: Flow) -> set[str]:
    """The variables that a caller fills who wants other times."""
    return {
        capture.variable
        for state in flow.states.values()
        for capture in state.capture
        if capture.type is ValueType.WHEN
        for other in flow.states.values()
        if other.action is not None and other.action.tool == PROPOSE_SLOTS
        if f"{{{{{capture.variable}}}}}" in other.action.arguments.values()
    }


def _set(variables: Mapping[str, str]) -> set[str]:
    return {name for name, value in variables.items() if value}


def _line(
    step: CallerStep, meaning: Meaning | None, scenario: Scenario, flow: Flow, wording: Wording
) -> Line | None:
    if meaning is None or step.kind not in SPOKEN or step.hangs_up_after_ms is not None:
        return None
    state = flow.states[meaning.state]
    branches = [
        branch
        for branch in meaning.branches
        if all(_told(c, step, scenario) for c in state.capture if c.branch == branch)
    ]
    # A line that tells of a value means the branch which that value decides.
    deciding = [branch for branch in branches if any(c.branch == branch for c in state.capture)]
    branch = wording.likeliest(meaning.state, deciding or branches, step.text)
    answer = wording.answer(meaning.state, branch) if branch else None
    if branch is None or answer is None:
        return None
    needs = tuple(capture for capture in state.capture if capture.branch == branch)
    welcome = tuple(capture for capture in state.capture if not capture.branch)
    tells = (*needs, *(capture for capture in welcome if _told(capture, step, scenario)))
    if not answer.telling(capture.variable for capture in tells):
        return None
    return Line(
        meaning=meaning,
        branch=branch,
        answer=answer,
        needs=needs,
        tells=tells,
        may_tell=tuple(capture for capture in welcome if capture not in tells),
        keys=_keys(flow, meaning),
    )


def _told(capture: Capture, step: CallerStep, scenario: Scenario) -> bool:
    """Whether the line as written tells of the value: where it matters, it says so among its entities."""
    if capture.type in (ValueType.SLOT, ValueType.WHEN, ValueType.TEXT):
        return True
    kinds = {ValueType.EMAIL: EntityKind.EMAIL, ValueType.PHONE: EntityKind.PHONE}
    named = {entity.name for entity in step.entities}
    if capture.type in kinds:
        return any(entity.type == kinds[capture.type] for entity in step.entities)
    return capture.variable in named or capture.variable in scenario.expect.captured


def _keys(flow: Flow, meaning: Meaning) -> str:
    """Telephone keys that come to the same; empty where there are none."""
    known = {**flow.keys, **flow.states[meaning.state].keys}
    return next((key for key, branch in known.items() if branch in meaning.branches), "")


def _chosen_slot(scenario: Scenario) -> str:
    told = [
        str(tool.arguments["slot"])
        for tool in scenario.expect.tools
        if tool.name == "cal.create_booking" and "slot" in tool.arguments and tool.times != 0
    ]
    return told[0] if told else scenario.expect.captured.get("slot", "")
