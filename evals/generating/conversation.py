"""One conversation made of a plan: values drawn, every line said anew, and what must come of it with these values.

What must come of the call is never found by playing it. It is the scenario's own, with each value in it replaced by
the one that the caller now tells of; what an agent must hold at the end is what the caller said.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from agent.cognitive.flow import Flow, ValueType
from agent.cognitive.spoken_words import spoken_form
from evals.ear.text_disfluency import RESTARTS
from evals.ear.text_grammar import Dice
from evals.generating import values as draw
from evals.generating.draft import Draft, begin, choices, drawn_values
from evals.generating.expectation import expectation
from evals.generating.hesitation import hesitant, slow
from evals.generating.plan import Line, Plan
from evals.generating.spoken_values import corrected_phrase, say_value, weekday_of, wrong_phrase
from evals.generating.values import Value
from evals.generating.variations import Rates, Variation
from evals.generating.wording import PRONOUNS, Template, Wording, said, tidy
from evals.scenario.model import CallerStep, Scenario, Sound, StepKind
from evals.synth.caller_voice import reference_text

LISTENER_SOUNDS = (Sound.BACKCHANNEL, Sound.COUGH)
_BACKCHANNELS = ("mm-hmm", "yeah", "uh-huh", "right", "okay")


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """A scenario made of another, and what was done to it."""

    scenario: Scenario
    source: Plan
    done: frozenset[Variation]


def converse(plan: Plan, flow: Flow, wording: Wording, rates: Rates, dice: Dice) -> Conversation:
    """A conversation drawn from the plan."""
    call = begin(plan, flow, wording, rates, dice)
    values = drawn_values(call)
    steps: list[CallerStep] = []
    for number, (step, line) in enumerate(zip(plan.scenario.caller, plan.lines, strict=True)):
        steps += _backchannel(call, step, steps)
        if line is None:
            steps.append(_renamed(call, step))
        else:
            steps.append(_said_anew(call, step, line, values.get(number, {}), wording))
    scenario = replace(
        plan.scenario,
        now_iso=call.now,
        world=call.world,
        variables=call.variables,
        caller=tuple(steps),
        expect=expectation(plan.scenario, call.changes, now=call.now),
    )
    return Conversation(scenario=scenario, source=plan, done=frozenset(call.done))


def _said_anew(
    call: Draft, step: CallerStep, line: Line, values: Mapping[str, Value], wording: Wording
) -> CallerStep:
    """The step in other words, or in its own where nothing calls for others."""
    tells = [capture.variable for capture in line.tells]
    if any(name not in values for name in tells):
        return _hesitated(call, _renamed(call, step), step.text)
    if step.kind is StepKind.SAYS and (pressed := _pressed(call, line, values)):
        return replace(step, kind=StepKind.KEYS, text="", entities=(), keys=pressed)
    must = bool(values) and (call.fresh or len(values) > len(tells))
    if not must and not call.chance(Variation.PARAPHRASE):
        return _hesitated(call, _renamed(call, step), step.text)
    template = _template(call, line, values)
    call.done.add(Variation.PARAPHRASE)
    text = wording.say(template, call.dice)
    if call.chance(Variation.SLOW):
        call.done.add(Variation.SLOW)
        text = slow(call.dice, text)
    elif call.chance(Variation.DISFLUENCY):
        call.done.add(Variation.DISFLUENCY)
        text = hesitant(call.dice, text)
    wrong = _wrong_value(call, line, values)

    def say(name: str) -> str:
        if name not in values:
            return _known(call, name)
        if name == wrong:
            return _corrected(call, line, values[name])
        return say_value(values[name], call.dice, _free(call, line, values[name]))

    text = tidy(said(text, say))
    entities = tuple(
        value.entity for value in values.values() if value.entity is not None and _names_it(value, text)
    )
    return replace(step, text=text, entities=entities)


def _names_it(value: Value, text: str) -> bool:
    """Whether the words hold the value itself; "the first one" is a slot, but no date that could come through."""
    return value.type is not ValueType.SLOT or weekday_of(value) in text


def _template(call: Draft, line: Line, values: Mapping[str, Value]) -> Template:
    """A sentence that tells of just these values, in their usual order unless another was drawn."""
    short = line.answer.telling(values, short=True)
    if short and call.chance(Variation.SHORT):
        call.done.add(Variation.SHORT)
        templates = short
    else:
        templates = line.answer.telling(values)
    # The wording's first sentence has the usual order.
    usual = [template for template in templates if template.tells == templates[0].tells]
    other = [template for template in templates if template.tells != templates[0].tells]
    if other and call.chance(Variation.ORDER):
        call.done.add(Variation.ORDER)
        return call.dice.pick(other)
    return call.dice.pick(usual)


def _pressed(call: Draft, line: Line, values: Mapping[str, Value]) -> str:
    """Telephone keys instead of words, where the flow takes them; empty for words."""
    phones = [value.held for value in values.values() if value.type is ValueType.PHONE]
    keys = phones[0] if phones else line.keys
    if not keys or not call.chance(Variation.KEYS):
        return ""
    call.done.add(Variation.KEYS)
    return keys


def _wrong_value(call: Draft, line: Line, values: Mapping[str, Value]) -> str:
    """The one value of the call that the caller gets wrong at first; empty in a line without."""
    names = [
        name
        for name, value in values.items()
        if value.type is not ValueType.SLOT or len(_free(call, line, value)) > 1
    ]
    if not names or not call.corrects:
        return ""
    call.corrects = False
    call.done.add(Variation.CORRECTION)
    return call.dice.pick(names)


def _corrected(call: Draft, line: Line, value: Value) -> str:
    """A wrong value, a word or two, and the right one: "Tuesday, no, Wednesday"."""
    free = _free(call, line, value)
    other = value
    for _ in range(100):
        if other.held != value.held:
            break
        other = _other(call, value, free)
    wrong = wrong_phrase(value, other, call.dice, free)
    return f"{wrong}, {call.dice.pick(RESTARTS)}, {corrected_phrase(value, call.dice, free)}"


def _other(call: Draft, value: Value, free: tuple[str, ...]) -> Value:
    american = draw.is_american(call.plan.scenario.time_zone)
    match value.type:
        case ValueType.SLOT:
            return draw.slot(call.dice.pick(free), "")
        case ValueType.PHONE:
            return draw.phone(call.dice, "", american=american)
        case ValueType.EMAIL:
            return draw.email(call.dice, "")
        case ValueType.MONEY:
            return draw.money(call.dice, "", american=american)
        case ValueType.TIMELINE:
            return draw.timeline(call.dice, "")
        case _:
            return draw.when(call.dice)


def _free(call: Draft, line: Line, value: Value) -> tuple[str, ...]:
    if value.type is not ValueType.SLOT:
        return ()
    return choices(call, next(at for at, other in enumerate(call.plan.lines) if other is line))


def _known(call: Draft, name: str) -> str:
    pronoun = call.person.pronoun if call.person else "he"
    return PRONOUNS[pronoun].get(name) or call.variables.get(name) or call.flow.variables.get(name, "")


def _hesitated(call: Draft, step: CallerStep, text: str) -> CallerStep:
    if "[" in text or step.hangs_up_after_ms is not None or not call.chance(Variation.DISFLUENCY):
        return step
    call.done.add(Variation.DISFLUENCY)
    return replace(step, text=hesitant(call.dice, step.text))


def _renamed(call: Draft, step: CallerStep) -> CallerStep:
    """The step as it was written, for the person of this call."""
    old = call.plan.scenario.variables.get("first_name", "")
    if call.person is None or not old:
        return step
    return replace(step, text=call.changes.renamed(step.text, old, call.person.first_name))


def _backchannel(call: Draft, step: CallerStep, before: list[CallerStep]) -> list[CallerStep]:
    """A hum during the reply before a line, where the caller does nothing else during it."""
    if step.kind is not StepKind.SAYS or (before and before[-1].during_reply):
        return []
    if not call.chance(Variation.BACKCHANNEL):
        return []
    call.done.add(Variation.BACKCHANNEL)
    after_ms = call.dice.between(8, 25) * 100
    return [
        CallerStep(
            kind=StepKind.SOUND,
            sound=Sound.BACKCHANNEL,
            text=call.dice.pick(_BACKCHANNELS),
            after_ms=after_ms,
        )
    ]


def caller_words(scenario: Scenario) -> tuple[str, ...]:
    """What the caller says and presses, turn by turn: what makes one conversation another."""
    return tuple(
        words for step in scenario.caller if step.sound not in LISTENER_SOUNDS if (words := _words(step))
    )


def _words(step: CallerStep) -> str:
    match step.kind:
        case StepKind.KEYS:
            return f"[keys {step.keys}]"
        case StepKind.SOUND:
            return f"[{step.sound}] {spoken_form(step.text)}"
        case _:
            return spoken_form(reference_text(step.text))
