"""What is wrong with a flow's captures: settings that their type does not take, bounds and choices that cannot be."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation

from agent.cognitive.amounts import CURRENCIES
from agent.cognitive.codes import LONGEST_REFERENCE
from agent.cognitive.flow import Capture, Flow, State, ValueType
from agent.cognitive.spoken_words import spoken_form
from agent.cognitive.wording import placeholder_mistakes, placeholders

_NUMBERS = frozenset({ValueType.NUMBER, ValueType.AMOUNT})
_CLOCKS = frozenset({ValueType.TIME, ValueType.DATE_TIME})
_BOUNDED = {*_NUMBERS, *_CLOCKS, ValueType.REFERENCE}
_CLOCK = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
_KEYS = re.compile(r"[0-9*#]")


def capture_mistakes(flow: Flow, state: State) -> Iterator[str]:
    """Every mistake in the captures of a state."""
    for capture in state.capture:
        for mistake in _mistakes(flow, state, capture):
            yield f"states.{state.name}.capture.{capture.variable}{mistake}"


def value_text_mistakes(flow: Flow) -> Iterator[str]:
    """Every mistake in what the flow says about values."""
    texts = flow.value_texts
    known = {"value", "other"}
    for name, text, needs in (
        ("read_back", texts.read_back, {"value"}),
        ("which", texts.which, known),
        ("sorry", texts.sorry, set()),
        ("corrected", texts.corrected, set()),
    ):
        yield from (f"values.{name}: {mistake}" for mistake in placeholder_mistakes(text))
        used = {placeholder.name for placeholder in placeholders(text)}
        for variable in sorted(used - known):
            yield f"values.{name}: {{{{{variable}}}}} is neither {{{{value}}}} nor {{{{other}}}}"
        for variable in sorted(needs - used):
            yield f"values.{name}: does not say {{{{{variable}}}}}"


def _mistakes(flow: Flow, state: State, capture: Capture) -> Iterator[str]:
    settings = capture.settings
    if (capture.type is ValueType.SLOT) != bool(capture.source):
        yield ": `from` names what was offered, for slots and only for them"
    if (capture.type is ValueType.CHOICE) != bool(settings.choices):
        yield ".choices: they are what a choice is made among, for the type `choice` and only for it"
    if settings.keys and capture.type is not ValueType.CHOICE:
        yield ".keys: keys stand for choices; phone, number and reference take their figures from keys anyway"
    if settings.currency and capture.type is not ValueType.AMOUNT:
        yield ".currency: only an `amount` has one"
    elif settings.currency and settings.currency not in CURRENCIES.values():
        yield f".currency: {settings.currency!r} is none of {', '.join(sorted(set(CURRENCIES.values())))}"
    if settings.unconfirmed and settings.unconfirmed not in flow.branches(state):
        yield f".unconfirmed: {settings.unconfirmed!r} is no branch of the state"
    elif settings.unconfirmed and settings.unconfirmed == capture.branch:
        yield ".unconfirmed: is the branch that the value itself takes"
    yield from _choices(capture)
    yield from _bounds(capture)


def _choices(capture: Capture) -> Iterator[str]:
    meant: dict[str, str] = {}
    for choice, synonyms in capture.settings.choices.items():
        for said in (choice.replace("_", " "), *synonyms):
            form = spoken_form(said)
            if not form:
                yield f".choices.{choice}: {said!r} has no word in it"
            elif meant.setdefault(form, choice) != choice:
                yield f".choices.{choice}: {said!r} is a name of {meant[form]!r} too"
    for key, choice in capture.settings.keys.items():
        if not _KEYS.fullmatch(key):
            yield f".keys: {key!r} is no telephone key"
        if choice not in capture.settings.choices:
            yield f".keys.{key}: {choice!r} is none of the choices"


def _bounds(capture: Capture) -> Iterator[str]:
    given = {"min": capture.settings.least, "max": capture.settings.most}
    given = {name: bound for name, bound in given.items() if bound}
    if not given:
        return
    if capture.type not in _BOUNDED:
        yield f": the type `{capture.type}` has no `min` and `max`"
        return
    values = {name: _bound(capture.type, bound) for name, bound in given.items()}
    for name, value in values.items():
        if value is None:
            wanted = {True: "a time HH:MM", False: "a number"}[capture.type in _CLOCKS]
            if capture.type is ValueType.REFERENCE:
                wanted = f"a number of signs from 1 to {LONGEST_REFERENCE}"
            yield f".{name}: {given[name]!r} is not {wanted}"
    least, most = values.get("min"), values.get("max")
    if least is not None and most is not None and least > most:
        yield f": min {given['min']} is above max {given['max']}"


def _bound(value_type: ValueType, text: str) -> Decimal | None:
    if value_type in _CLOCKS:
        return Decimal(text.replace(":", "")) if _CLOCK.fullmatch(text) else None
    try:
        bound = Decimal(text)
    except InvalidOperation:
        return None
    if not bound.is_finite():
        return None
    is_length = bound == int(bound) and 1 <= bound <= LONGEST_REFERENCE
    return bound if value_type is not ValueType.REFERENCE or (is_length and text.isdecimal()) else None
