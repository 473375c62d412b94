"""Numbers out of words: counts, halves and decimals ("three and a half thousand", "two point five"). Pure.

Words are those of `spoken_words`: lower case, figures already in words.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from agent.cognitive.spoken_words import TEENS, TENS, UNITS

ZEROS = frozenset({"zero", "oh", "o", "nought", "nil"})
"""What a nought is called where figures are read out one by one."""

_SCALES = {"thousand": 10**3, "grand": 10**3, "million": 10**6, "billion": 10**9}
_FRACTIONS = {("a", "half"): "0.5", ("a", "quarter"): "0.25", ("three", "quarters"): "0.75"}
# Before "one" these make it a pronoun: "that one", "the second one".
_BEFORE_A_PRONOUN = frozenset(
    "the that this another which either any no each every other first second third last next same later earlier "
    "morning afternoon evening wrong right".split()
)

Found = tuple[Decimal, int]
"""A number, and the place after its last word."""


def read_below_hundred(words: Sequence[str], start: int) -> tuple[int, int] | None:
    """A count from 0 to 99 that begins at `start`, and the place after it."""
    word = _at(words, start)
    if word in TENS:
        unit = UNITS.get(_at(words, start + 1), 0)
        return (TENS[word] + unit, start + 2) if unit else (TENS[word], start + 1)
    number = UNITS.get(word, TEENS.get(word))
    return None if number is None else (number, start + 1)


def read_quantity(words: Sequence[str], start: int) -> Found | None:
    """The number that begins at `start`, as long as it goes; None where none does."""
    total, place, least = Decimal(0), start, None
    while True:
        linked = place + (least is not None and _at(words, place) == "and")
        group = _group(words, linked)
        if group is None:
            break
        value, end = group
        scale = _SCALES.get(_at(words, end))
        if scale is not None and (least is None or scale < least):
            total, place, least = total + value * scale, end + 1, scale
            continue
        # "Two thousand three thousand" is two numbers.
        if scale is None and (least is None or value < least):
            total, place = total + value, end
        break
    return None if place == start else (total, place)


def quantities(words: Sequence[str]) -> list[tuple[Decimal, int, int]]:
    """Every number in the words with the places of its first word and after its last; "that one" holds none."""
    found: list[tuple[Decimal, int, int]] = []
    place = 0
    while place < len(words):
        read = None if _is_pronoun(words, place) else read_quantity(words, place)
        if read is not None:
            found.append((read[0], place, read[1]))
        place = read[1] if read is not None else place + 1
    return found


def _group(words: Sequence[str], start: int) -> Found | None:
    """A number below a thousand, with what follows a point or stands for a part; "a" and "half a" before a scale."""
    word, after = _at(words, start), _at(words, start + 1)
    if word in ("a", "an") and (after == "hundred" or after in _SCALES):
        whole = _hundreds(words, 1, start + 1)
    elif word == "half" and after == "a" and _at(words, start + 2) in _SCALES:
        return Decimal("0.5"), start + 2
    else:
        read = read_below_hundred(words, start)
        if read is None:
            return None
        whole = _hundreds(words, *read)
    value, place = whole
    if _at(words, place) == "and":
        part = _FRACTIONS.get((_at(words, place + 1), _at(words, place + 2)))
        if part is not None:
            return value + Decimal(part), place + 3
    if _at(words, place) == "point":
        digits, end = "", place + 1
        while (digit := _digit(_at(words, end))) is not None:
            digits, end = digits + digit, end + 1
        if digits:
            return Decimal(f"{value}.{digits}"), end
    return Decimal(value), place


def _hundreds(words: Sequence[str], value: int, place: int) -> tuple[int, int]:
    if value == 0 or _at(words, place) != "hundred":
        return value, place
    value, place = value * 100, place + 1
    rest = read_below_hundred(words, place + (_at(words, place) == "and"))
    return (value, place) if rest is None or rest[0] == 0 else (value + rest[0], rest[1])


def _digit(word: str) -> str | None:
    if word in ZEROS:
        return "0"
    return str(UNITS[word]) if word in UNITS else None


def _is_pronoun(words: Sequence[str], place: int) -> bool:
    return words[place] == "one" and place > 0 and words[place - 1] in _BEFORE_A_PRONOUN


def _at(words: Sequence[str], place: int) -> str:
    return words[place] if 0 <= place < len(words) else ""
