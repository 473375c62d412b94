"""Values that a generated caller tells of: drawn from ranges kept for fiction, each with what an agent must hold.

Telephone numbers are Ofcom's for drama (07700 900000 to 900999, 01632 960000 to 960999, 020 7946 0000 to 0999) and the
North American 555-0100 to 555-0199; mail addresses end in the domains of RFC 2606 (`example.com`, `.net`, `.org`, and
`example.co.uk`, which stands for the same here). Nobody who plays a suite live rings or writes to anyone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from agent.cognitive.flow import ValueType
from agent.number_words import cardinal
from agent.turn import Json
from evals.ear.text_grammar import Dice
from evals.ear.text_names import listed
from evals.scenario.model import Entity, EntityKind
from evals.scenario.wall_clock import is_shown

MOST_OFFERED = 3
_DOMAINS = ("example.com", "example.com", "example.net", "example.org", "example.co.uk")
_PHONE_FRONTS = ("07700900", "01632960", "02079460")
_THOUSANDS = (*range(1, 21), 25, 30, 40, 50)
_TIMELINES = (
    "this quarter|next quarter|this year|next month|this summer|this autumn|next spring|by the end of the year"
    "|by the end of the quarter|in the autumn|in the spring|before christmas|within six months|in the next few months"
    "|in the next couple of months|as soon as possible|before the summer|early next year|later this year"
).split("|")
_WEEKDAYS = "monday tuesday wednesday thursday friday saturday".split()
_MINUTES = (0, 0, 0, 30, 30, 15, 45)


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """One value of one call.

    Attributes:
        type: what kind of value it is.
        held: what an agent that understood it holds: ISO 8601 for a slot, the caller's own words for times and sums.
        entity: what must come through of it, for a step's `entities`; None for what no metric reads.
        amount: of a sum, in pence or cents.
    """

    type: ValueType
    held: str
    entity: Entity | None = None
    amount: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Who is called: a first name, the pronoun for it, and a mail address known before the call."""

    first_name: str
    pronoun: str
    email: str


def person(dice: Dice, names: Mapping[str, Sequence[str]]) -> Person | None:
    """Somebody of the wording's names; None where it has none."""
    kinds = [kind for kind, known in names.items() if known]
    if not kinds:
        return None
    kind = dice.pick(kinds)
    first = dice.pick(names[kind])
    return Person(first_name=first, pronoun=kind, email=_address(dice, first.lower()))


def email(dice: Dice, name: str) -> Value:
    """A mail address of a person who has a first name like those in the list."""
    address = _address(dice, dice.pick(_plain_names("first")))
    return Value(
        type=ValueType.EMAIL,
        held=address,
        entity=Entity(name=name, type=EntityKind.EMAIL, value=address),
    )


def phone(dice: Dice, name: str, *, american: bool) -> Value:
    """A telephone number that belongs to nobody."""
    if american:
        area = "".join(str(digit) for digit in (dice.between(2, 9), dice.below(10), dice.below(10)))
        number = f"{area}55501{dice.below(100):02}"
    else:
        number = f"{dice.pick(_PHONE_FRONTS)}{dice.below(1000):03}"
    return Value(
        type=ValueType.PHONE,
        held=number,
        entity=Entity(name=name, type=EntityKind.PHONE, value=number),
    )


def money(dice: Dice, name: str, *, american: bool) -> Value:
    """A round sum, in words."""
    count = dice.pick(_THOUSANDS) * 1000 if dice.chance(0.8) else dice.between(2, 19) * 500
    currency, unit = ("dollars", "cents") if american else ("pounds", "pence")
    return Value(
        type=ValueType.MONEY,
        held=f"{cardinal(count)} {currency}",
        entity=Entity(name=name, type=EntityKind.MONEY, value=count * 100, unit=unit),
        amount=count * 100,
    )


def timeline(dice: Dice, name: str) -> Value:
    """When the caller means to act."""
    words = dice.pick(_TIMELINES)
    return Value(type=ValueType.TIMELINE, held=words, entity=Entity(name=name, type="text", value=words))


def when(dice: Dice) -> Value:
    """A day, a part of it or an hour at which to ring: "thursday after two"."""
    day = dice.pick(("tomorrow", "tomorrow", *_WEEKDAYS))
    hour = dice.pick(("nine", "ten", "eleven", "two", "three", "four", "five", "six"))
    link = dice.pick(("at", "after", "before", "around"))
    clock = f"half past {hour}" if dice.chance(0.25) else hour
    part = dice.pick(("morning", "afternoon", "evening"))
    words = dice.pick(
        (f"{day} {part}", f"{day} {link} {clock}", f"{day} {link} {clock}", day, f"{day} at noon")
    )
    return Value(type=ValueType.WHEN, held=words)


def slot(iso: str, name: str) -> Value:
    """A slot that was offered."""
    return Value(
        type=ValueType.SLOT, held=iso, entity=Entity(name="date", type=EntityKind.DATE, value=iso[:10])
    )


def wall_clock(dice: Dice, like: str, zone: str) -> str:
    """A working day's wall clock in the two years after the one of `like` (ISO 8601, without offset)."""
    first = datetime.fromisoformat(like)
    while True:
        day = first + timedelta(days=dice.between(1, 700))
        now = day.replace(hour=dice.between(9, 17), minute=dice.below(12) * 5, second=0)
        if now.weekday() < 5 and is_shown(now, zone):
            return now.isoformat()


def offers(dice: Dice, now: str, zone: str) -> tuple[str, ...]:
    """Two or three slots in the week after `now`, on days and at times of day that all differ, in order."""
    here = datetime.fromisoformat(now).replace(tzinfo=ZoneInfo(zone))
    count = dice.pick((2, 2, 2, MOST_OFFERED))
    days = sorted(_some(dice, range(1, 6), count))
    hours = _some(dice, (9, 10, 11, 12, 13, 14, 15, 16, 17), count)
    return tuple(
        (here.replace(hour=hour, minute=dice.pick(_MINUTES), second=0) + timedelta(days=day)).isoformat()
        for day, hour in zip(days, hours, strict=True)
    )


def is_american(zone: str) -> bool:
    """Whether callers of the zone count in dollars and ring numbers of the North American plan."""
    return zone.startswith(("America/", "US/", "Canada/"))


def variables_of(person: Person | None, known: Mapping[str, str]) -> dict[str, str]:
    """The scenario's variables with this person's name and address where it has any."""
    if person is None:
        return dict(known)
    told = {"first_name": person.first_name, "email": person.email}
    return {name: told.get(name, value) for name, value in known.items()}


def replaced(value: Json, new: Mapping[str, str]) -> Json:
    """A tool's argument with every text that is an old value replaced by the new one."""
    if isinstance(value, str):
        return new.get(value, value)
    if isinstance(value, Mapping):
        return {key: replaced(item, new) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [replaced(item, new) for item in value]
    return value


def _some(dice: Dice, members: Sequence[int], count: int) -> list[int]:
    left = list(members)
    return [left.pop(dice.below(len(left))) for _ in range(count)]


@cache
def _plain_names(kind: str) -> Sequence[str]:
    return [name for name in listed("names.txt", kind) if name.isascii() and name.isalpha()]


def _address(dice: Dice, first: str) -> str:
    family = dice.pick(_plain_names("family"))
    number = str(dice.between(2, 99)) if dice.chance(0.3) else ""
    sign = dice.pick((".", ".", ".", "_", ""))
    return f"{first}{sign}{family}{number}@{dice.pick(_DOMAINS)}"
