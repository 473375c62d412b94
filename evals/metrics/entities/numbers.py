"""Numbers read from English words: the way back from `agent.number_words`.

Each reader takes words and a place, and gives what stands there with the place after it, or None. It reads as far
as it can: "five thousand and two" is 5002.
"""

from __future__ import annotations

from agent.number_words import SMALL, TENS, ordinal
from evals.metrics.entities.words import at

UNITS = {word: value for value, word in enumerate(SMALL) if value < 10} | {"nought": 0, "naught": 0}
TEENS = {word: value for value, word in enumerate(SMALL) if value >= 10}
TENS_WORDS = {word: 10 * value for value, word in enumerate(TENS) if value >= 2} | {"fourty": 40}
SCALES = {"thousand": 10**3, "million": 10**6, "billion": 10**9}
_ORDINALS = {ordinal(value): value for value in range(1, 100)}

Read = tuple[int, int]


def read_cardinal(words: list[str], start: int) -> Read | None:
    """A count: two hundred and six, twelve hundred, a thousand, 206, 12 thousand."""
    total, place = 0, start
    above = 10**12
    while True:
        # "and" links to a smaller part, and belongs to the number only when one follows.
        link = place + 1 if place > start and at(words, place) == "and" else place
        group = _below_thousand(words, link)
        if group is None:
            break
        value, after = group
        scale = SCALES.get(at(words, after), 1)
        if scale >= above or value * scale >= above:
            break
        total, place, above = total + value * scale, after + (scale > 1), scale
        if scale == 1:
            break
    return (total, place) if place > start else None


def read_below_hundred(words: list[str], start: int) -> Read | None:
    """Nought to ninety nine, in words."""
    word = at(words, start)
    if word in TENS_WORDS:
        unit = UNITS.get(at(words, start + 1), 0)
        return TENS_WORDS[word] + unit, start + (2 if unit else 1)
    value = UNITS.get(word, TEENS.get(word))
    return None if value is None else (value, start + 1)


def read_ordinal(words: list[str], start: int) -> Read | None:
    """A rank up to the ninety ninth: twenty second, 22nd."""
    word = at(words, start)
    if word[:-2].isdigit() and word[-2:] in ("st", "nd", "rd", "th"):
        return int(word[:-2]), start + 1
    for length in (2, 1):
        value = _ORDINALS.get(" ".join(words[start : start + length]))
        if value is not None and start + length <= len(words):
            return value, start + length
    return None


def read_year(words: list[str], start: int) -> Read | None:
    """A year from 1900 to 2099: twenty twenty six, two thousand and six, nineteen oh five, 2026."""
    for read in (_year_in_halves, read_cardinal):
        year = read(words, start)
        if year is not None and 1900 <= year[0] <= 2099:
            return year
    return None


def _below_thousand(words: list[str], start: int) -> Read | None:
    word = at(words, start)
    if word.isdigit() and word.isascii():
        return int(word), start + 1
    if word in ("a", "an") and at(words, start + 1) in ("hundred", *SCALES):
        value, place = 1, start + 1
    elif (read := read_below_hundred(words, start)) is not None:
        value, place = read
    else:
        return None
    if value == 0 or at(words, place) != "hundred":
        return value, place
    value, place = value * 100, place + 1
    rest = read_below_hundred(words, place + (at(words, place) == "and"))
    if rest is None or rest[0] == 0:
        return value, place
    return value + rest[0], rest[1]


def _year_in_halves(words: list[str], start: int) -> Read | None:
    century = read_below_hundred(words, start)
    if century is None or century[0] not in (19, 20):
        return None
    place = century[1]
    if at(words, place) in ("oh", "o", "zero"):
        unit = UNITS.get(at(words, place + 1))
        return None if unit is None else (century[0] * 100 + unit, place + 2)
    rest = read_below_hundred(words, place)
    return None if rest is None or rest[0] < 10 else (century[0] * 100 + rest[0], rest[1])
