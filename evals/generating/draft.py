"""A conversation before its lines are said: who is called, when, what is on offer, and the value that each line tells.

Values are drawn afresh, or are the scenario's own where a request keeps those. What each of them changes in what must
come of the call is noted as it is drawn (`Changes`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from agent.cognitive.flow import Capture, Flow, ValueType
from agent.turn import Json
from evals.ear.text_grammar import Dice
from evals.generating import values as draw
from evals.generating.expectation import Changes
from evals.generating.plan import Line, Plan, offered
from evals.generating.spoken_values import slot_phrases
from evals.generating.values import Person, Value
from evals.generating.variations import Rates, Variation
from evals.generating.wording import Wording
from evals.scenario.model import CallerStep
from evals.sim.world import PROPOSE_SLOTS


@dataclass(slots=True, kw_only=True)
class Draft:
    """What is drawn for one conversation before its lines are.

    Attributes:
        now, world, variables: the call's own, in place of the scenario's.
        person: who is called, when that is somebody else than in the scenario.
        fresh: whether values are drawn; otherwise they are the scenario's.
        corrects: whether the caller still has a value to get wrong at first.
        done: the variations made so far.
        changes: how the call's values differ from the scenario's.
    """

    plan: Plan
    flow: Flow
    dice: Dice
    rates: Rates
    now: str
    world: Mapping[str, Json]
    variables: Mapping[str, str]
    person: Person | None
    fresh: bool
    corrects: bool
    done: set[Variation] = field(default_factory=set)
    changes: Changes = field(default_factory=Changes)

    def chance(self, variation: Variation) -> bool:
        """Whether to make a variation here."""
        return self.dice.chance(self.rates[variation])


def begin(plan: Plan, flow: Flow, wording: Wording, rates: Rates, dice: Dice) -> Draft:
    """Draws who is called, when, and which slots are free."""
    scenario = plan.scenario
    fresh = dice.chance(rates[Variation.VALUES])
    person = draw.person(dice, wording.names) if fresh else None
    if person is not None and "first_name" not in scenario.variables:
        person = None
    now, world = scenario.now_iso, scenario.world
    if fresh and plan.frees_slots:
        now = draw.wall_clock(dice, scenario.now_iso, scenario.time_zone)
        if PROPOSE_SLOTS not in world:
            slots = draw.offers(dice, now, scenario.time_zone)
            world = {**world, PROPOSE_SLOTS: {"slots": list(slots), "times": 1}}
    call = Draft(
        plan=plan,
        flow=flow,
        dice=dice,
        rates=rates,
        now=now,
        world=world,
        variables=draw.variables_of(person, scenario.variables),
        person=person,
        fresh=fresh,
        corrects=dice.chance(rates[Variation.CORRECTION]),
    )
    for name, old in scenario.variables.items():
        if call.variables[name] != old:
            call.changes.exact[old] = call.variables[name]
            call.done.add(Variation.VALUES)
    return call


def drawn_values(call: Draft) -> dict[int, dict[str, Value]]:
    """By step, the values that its line tells of."""
    found: dict[int, dict[str, Value]] = {}
    for number, line in enumerate(call.plan.lines):
        if line is None:
            continue
        step = call.plan.scenario.caller[number]
        tells = list(line.tells)
        if line.may_tell and call.chance(Variation.SEVERAL):
            every = [*tells, *line.may_tell]
            if line.answer.telling(capture.variable for capture in every):
                tells = every
                call.done.add(Variation.SEVERAL)
        drawn = {capture.variable: _value(call, number, capture) for capture in tells}
        if any(value is None for value in drawn.values()):
            continue
        found[number] = {name: value for name, value in drawn.items() if value is not None}
        for capture in tells:
            _note_change(call, step, capture, found[number][capture.variable], is_new=capture in line.tells)
    return found


def _value(call: Draft, number: int, capture: Capture) -> Value | None:
    """The value of one line; None where the scenario's own is to be kept and is not known."""
    dice, zone = call.dice, call.plan.scenario.time_zone
    american = draw.is_american(zone)
    match capture.type:
        case ValueType.SLOT:
            iso = _slot(call, number)
            return draw.slot(iso, capture.variable) if iso else None
        case _ if not call.fresh and capture in _line_of(call, number).tells:
            return _own_value(call, number, capture)
        case ValueType.PHONE:
            return draw.phone(dice, capture.variable, american=american)
        case ValueType.EMAIL:
            return draw.email(dice, capture.variable)
        case ValueType.MONEY:
            return draw.money(dice, capture.variable, american=american)
        case ValueType.TIMELINE:
            return draw.timeline(dice, capture.variable)
        case ValueType.WHEN:
            return _wish(call, number) or draw.when(dice)
        case _:
            return None


def _own_value(call: Draft, number: int, capture: Capture) -> Value | None:
    """The value that the line as written tells of; None where it cannot be said in other words."""
    scenario = call.plan.scenario
    entity = next(
        (
            entity
            for entity in scenario.caller[number].entities
            if entity.name == capture.variable or entity.type == str(capture.type)
        ),
        None,
    )
    held = scenario.expect.captured.get(capture.variable) or (
        str(entity.value) if entity is not None and capture.type is not ValueType.MONEY else ""
    )
    return Value(type=capture.type, held=held, entity=entity) if held else None


def _line_of(call: Draft, number: int) -> Line:
    line = call.plan.lines[number]
    assert line is not None
    return line


def choices(call: Draft, number: int) -> tuple[str, ...]:
    """The slots on offer when a step is said."""
    return offered(
        _line_of(call, number).meaning,
        call.flow,
        world=call.world,
        now=call.now,
        zone=call.plan.scenario.time_zone,
        variables=call.variables,
    )


def _slot(call: Draft, number: int) -> str:
    """The slot chosen in a step: any on offer where that is free, the scenario's own otherwise."""
    free = choices(call, number)
    if call.fresh and call.plan.frees_slots:
        return call.dice.pick(free) if free else ""
    is_last = number == call.plan.chooses[-1]
    return call.plan.chosen if is_last and call.plan.chosen in free else ""


def _wish(call: Draft, number: int) -> Value | None:
    """For a caller who will be offered other slots: the day of one of them."""
    later = [step for step in call.plan.chooses if step > number]
    if not later:
        return None
    free = choices(call, later[0])
    days = [phrase for iso in free for phrase in slot_phrases(iso, free) if _is_day(phrase)]
    return Value(type=ValueType.WHEN, held=call.dice.pick(days).lower()) if days else None


def _is_day(phrase: str) -> bool:
    """Whether the phrase is a weekday, or one with a part of the day."""
    words = phrase.split()
    return words[0].endswith("day") and (len(words) == 1 or words[1] in ("morning", "afternoon", "evening"))


def _note_change(call: Draft, step: CallerStep, capture: Capture, value: Value, *, is_new: bool) -> None:
    """What the value changes in what must come of the call."""
    changes = call.changes
    match capture.type:
        case ValueType.SLOT:
            if call.plan.chosen:
                changes.exact[call.plan.chosen] = value.held
            changes.slot = (call.plan.chosen, value.held)
            changes.captured[capture.variable] = value.held
        case ValueType.EMAIL | ValueType.PHONE:
            for entity in step.entities:
                if entity.type == str(capture.type) and isinstance(entity.value, str):
                    changes.exact[entity.value] = value.held
            changes.captured[capture.variable] = value.held
        case ValueType.WHEN:
            changes.when.append(value.held)
            changes.captured_if_asked[capture.variable] = value.held
        case _ if is_new:
            changes.captured_if_asked[capture.variable] = value.held
    if call.fresh:
        call.done.add(Variation.VALUES)
