"""How callers say values: a slot by its day, its hour or its place among those offered, numbers digit by digit.

Whatever is drawn, a listener who knows what was offered can tell which value is meant.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from agent.cognitive.flow import ValueType
from agent.cognitive.spoken_time import WEEKDAYS
from agent.number_words import cardinal
from evals.ear.text_grammar import Dice
from evals.ear.text_numbers import spoken_digits
from evals.generating.values import Value

_PLACES = (
    ("the first one", "the first of those", "the first"),
    ("the second one", "the second of those", "the second"),
)
_SIGNS = {"@": "at", ".": "dot", "_": "underscore", "-": "dash", "+": "plus"}
_PROPER = frozenset(word.lower() for word in (*WEEKDAYS, "christmas"))
_GROUPS = {"07700": (5, 3, 3), "01632": (5, 6), "02079": (3, 4, 4)}
_AMERICAN_GROUPS = (3, 3, 4)


def say_value(value: Value, dice: Dice, offered: Sequence[str] = ()) -> str:
    """The value in a caller's words, to stand within a sentence."""
    match value.type:
        case ValueType.SLOT:
            return dice.pick(slot_phrases(value.held, offered))
        case ValueType.PHONE:
            return _number(value.held, dice)
        case ValueType.EMAIL:
            return _address(value.held, dice)
        case _:
            return " ".join(word.capitalize() if word in _PROPER else word for word in value.held.split())


def slot_phrases(iso: str, offered: Sequence[str]) -> list[str]:
    """All that a slot may be called among those offered, without being taken for another."""
    moment = datetime.fromisoformat(iso)
    others = [datetime.fromisoformat(other) for other in offered if other != iso]
    day = WEEKDAYS[moment.weekday()]
    part = _part(moment)
    clocks = _clocks(moment)
    phrases = [f"{day} at {clock}" for clock in clocks] + [f"{clocks[0]} on {day}"]
    if all(other.weekday() != moment.weekday() for other in others):
        phrases += [day, f"{day} {part}", f"the {day}", f"the {day} one"]
    if all((other.hour % 12, other.minute) != (moment.hour % 12, moment.minute) for other in others):
        phrases += [
            f"the {clock} one" for clock in clocks if clock.endswith(("o'clock", "fifteen", "thirty"))
        ]
        phrases += ["noon"] * (clocks == ["noon"])
    if others and all(_part(other) != part for other in others):
        phrases += [f"the {part} one"]
    place = list(offered).index(iso) if iso in offered else len(_PLACES)
    if others and place < len(_PLACES):
        phrases += _PLACES[place]
    if others and iso == offered[-1]:
        phrases += ["the last one"] if len(offered) > 2 else ["the later one"]
    if others and iso == offered[0]:
        phrases += ["the earlier one"] if len(offered) == 2 else ["the earliest one"]
    return phrases


def wrong_phrase(value: Value, other: Value, dice: Dice, offered: Sequence[str] = ()) -> str:
    """What a caller says first who is about to put it right: another value of the same kind."""
    if value.type is ValueType.SLOT:
        return weekday_of(other)
    return say_value(other, dice, offered)


def corrected_phrase(value: Value, dice: Dice, offered: Sequence[str]) -> str:
    """The right value after a wrong one, which must name what was wrong: "no, Wednesday"."""
    if value.type is ValueType.SLOT:
        day = weekday_of(value)
        return dice.pick([phrase for phrase in slot_phrases(value.held, offered) if day in phrase])
    return say_value(value, dice, offered)


def weekday_of(slot: Value) -> str:
    """The slot's day by name."""
    return WEEKDAYS[datetime.fromisoformat(slot.held).weekday()]


def _clocks(moment: datetime) -> list[str]:
    """A time of day as it is said: "half past ten", "ten thirty"."""
    hour, after = cardinal(moment.hour % 12 or 12), cardinal((moment.hour + 1) % 12 or 12)
    match moment.minute:
        case 0:
            return ["noon"] if moment.hour == 12 else [hour, f"{hour} o'clock"]
        case 15:
            return [f"{hour} fifteen", f"quarter past {hour}"]
        case 30:
            return [f"{hour} thirty", f"half past {hour}", f"half {hour}"]
        case 45:
            return [f"{hour} forty five", f"quarter to {after}"]
        case minute:
            return [f"{hour} {'oh ' if minute < 10 else ''}{cardinal(minute)}"]


def _part(moment: datetime) -> str:
    return "morning" if moment.hour < 12 else "afternoon" if moment.hour < 18 else "evening"


def _number(number: str, dice: Dice) -> str:
    groups = _GROUPS.get(number[:5], _AMERICAN_GROUPS)
    zero, runs = dice.pick(("oh", "oh", "zero")), dice.chance(0.6)
    parts, at = [], 0
    for size in groups:
        parts.append(spoken_digits([int(digit) for digit in number[at : at + size]], zero=zero, runs=runs))
        at += size
    return ", ".join(parts)


def _address(address: str, dice: Dice) -> str:
    user, _, domain = address.partition("@")
    at_domain = " ".join("dot" if part == "." else part for part in domain.replace(".", " . ").split())
    if dice.chance(0.4):
        return f"{_spelled(user, doubles=dice.chance(0.6))} at {at_domain}"
    words: list[str] = []
    digits = ""
    for sign in f"{user} ":
        if sign.isdigit():
            digits += sign
            continue
        if digits:
            words.append(
                " " + (cardinal(int(digits)) if dice.chance(0.6) else spoken_digits(list(map(int, digits))))
            )
            digits = ""
        words.append(f" {_SIGNS[sign]} " if sign in _SIGNS else sign)
    return " ".join("".join(words).split()) + f" at {at_domain}"


def _spelled(user: str, *, doubles: bool) -> str:
    parts: list[str] = []
    for sign in user:
        word = _SIGNS.get(sign) or (cardinal(int(sign)) if sign.isdigit() else sign)
        if doubles and parts and parts[-1] == word and sign.isalpha():
            parts[-1] = f"double {word}"
        else:
            parts.append(word)
    return ", ".join(parts)
