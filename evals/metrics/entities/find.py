"""Where an entity is in what was said or heard, and whether two texts hold the same one.

This is apart from the normaliser of word errors on purpose: that one keeps spellings from being counted as errors,
this one decides whether the caller's number is still the caller's number.
"""

from __future__ import annotations

import re
from datetime import datetime

from evals.metrics.entities.clock import times
from evals.metrics.entities.context import EntityContext
from evals.metrics.entities.dates import dates
from evals.metrics.entities.email import emails
from evals.metrics.entities.money import sums_of_money
from evals.metrics.entities.names import name, names
from evals.metrics.entities.phone import phones
from evals.metrics.entities.postcode import postcodes
from evals.metrics.entities.reference import references, sounds_like
from evals.scenario.model import EntityKind

_CANONICAL = {
    EntityKind.PHONE: re.compile(r"\+?[0-9]+"),
    EntityKind.EMAIL: re.compile(r"[^\s@A-Z]+@[^\s@A-Z]+"),
    EntityKind.POSTCODE: re.compile(r"[A-Z]{1,2}[0-9][A-Z0-9]?[0-9][A-Z]{2}|[0-9]{5}(?:[0-9]{4})?"),
    EntityKind.DATE: re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}|--[0-9]{2}-[0-9]{2}"),
    EntityKind.TIME: re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]"),
    EntityKind.MONEY: re.compile(r"[0-9]+"),
    EntityKind.REFERENCE: re.compile(r"[A-Z0-9]+"),
}


def find(kind: EntityKind, text: str, context: EntityContext) -> tuple[str, ...]:
    """The canonical values of all entities of a kind that a text may hold, in order, the likeliest reading first.

    Where words leave it open which value is meant ("half past ten"), each is given.
    """
    match kind:
        case EntityKind.PHONE:
            return phones(text, context)
        case EntityKind.EMAIL:
            return emails(text)
        case EntityKind.POSTCODE:
            return postcodes(text, context)
        case EntityKind.DATE:
            return dates(text, context)
        case EntityKind.TIME:
            return times(text)
        case EntityKind.MONEY:
            return sums_of_money(text)
        case EntityKind.NAME:
            return names(text)
        case EntityKind.REFERENCE:
            return references(text)


def canonical(kind: EntityKind, value: str, context: EntityContext) -> tuple[str, ...]:
    """The canonical values of an entity that stands by itself, as in a scenario; empty when it is none of its kind.

    A canonical value stays as it is: a scenario's 10:30 is in the morning, and its 2500 is pence. A phone number's
    digits become E.164 where the country is known.
    """
    value = value.strip()
    if kind is EntityKind.NAME:
        return (name(value),) if name(value) else ()
    if kind is EntityKind.REFERENCE:
        characters = re.sub(r"[\s./_-]", "", value).upper()
        return (characters,) if _CANONICAL[kind].fullmatch(characters) else references(value)
    if kind is EntityKind.PHONE or not _CANONICAL[kind].fullmatch(value):
        return _moment(kind, value) or find(kind, value, context)
    return (value,)


def matches(kind: EntityKind, expected: str, heard_text: str, context: EntityContext) -> bool:
    """Whether the expected entity, canonical or in any spelling, is in a text whole and unchanged."""
    wanted, found = canonical(kind, expected, context), find(kind, heard_text, context)
    if kind is EntityKind.REFERENCE:
        wanted, found = tuple(map(sounds_like, wanted)), tuple(map(sounds_like, found))
    if kind is EntityKind.DATE and any(day.startswith("--") for day in (*wanted, *found)):
        # A day without a year is the same day in any.
        wanted, found = tuple(day[-5:] for day in wanted), tuple(day[-5:] for day in found)
    return not set(wanted).isdisjoint(found)


def _moment(kind: EntityKind, value: str) -> tuple[str, ...]:
    """The day or the time of an ISO date and time, such as a slot; in its own zone."""
    if kind not in (EntityKind.DATE, EntityKind.TIME) or "T" not in value:
        return ()
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return ()
    return (moment.date().isoformat() if kind is EntityKind.DATE else moment.strftime("%H:%M"),)
