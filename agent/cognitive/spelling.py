"""Letters and figures said one by one: "S M I T H", "T for Tango", "B as in bravo", "double oh". Pure."""

from __future__ import annotations

from collections.abc import Sequence

from agent.cognitive.number_reading import ZEROS
from agent.cognitive.spoken_words import TEENS, TENS, UNITS

REPEATS = {"double": 2, "triple": 3, "treble": 3, "quadruple": 4}
# ICAO Annex 10, volume II, figure 5-1, with the spellings that dictionaries use.
_NATO = (
    "alpha alfa bravo charlie delta echo foxtrot golf hotel india juliet juliett kilo lima mike november oscar papa "
    "quebec romeo sierra tango uniform victor whiskey whisky xray yankee zulu"
).split()
ALPHABET = {word: word[0] for word in _NATO}
"""The letter that each word of the radio alphabet stands for."""


def letters_resolved(words: Sequence[str]) -> list[str]:
    """The words with letters as they are meant: "b as in bravo" is "b", "t for tango" is "t", "double l" is "l l"."""
    resolved: list[str] = []
    repeat, place = 1, 0
    while place < len(words):
        word, after = words[place], tuple(words[place + 1 : place + 4])
        if word in REPEATS and after:
            # "Double double oh" is nobody's number; the last one counts.
            repeat, place = REPEATS[word], place + 1
            continue
        size = 1
        if len(word) == 1 and word.isalpha():
            if after[:1] == ("for",) and _stands_for(word, after[1:2]):
                size = 3
            elif (after[:2] == ("as", "in") and after[2:3]) or (after[:2] == ("like", "in") and after[2:3]):
                size = 4
        elif word in ("double-u", "doubleyou"):
            word = "w"
        resolved += [word] * repeat
        repeat, place = 1, place + size
    return resolved


def spelled_runs(words: Sequence[str]) -> list[tuple[str, int, int]]:
    """Every run of letters and figures said one by one, with the places in `words` of its first and after its last.

    `words` are those of `letters_resolved`. Numbers to ninety nine count as their figures; the radio alphabet's words
    count where a letter or another of them stands beside.
    """
    runs: list[tuple[str, int, int]] = []
    text, start = "", 0
    place = 0
    while place <= len(words):
        sign = _sign(words, place) if place < len(words) else None
        if sign is None:
            if text:
                runs.append((text, start, place))
            text = ""
            place += 1
            continue
        if not text:
            start = place
        text += sign[0]
        place = sign[1]
    return runs


def _sign(words: Sequence[str], place: int) -> tuple[str, int] | None:
    word = words[place]
    if len(word) == 1 and word.isascii() and word.isalpha():
        return word, place + 1
    if word in ALPHABET:
        beside = [words[at] for at in (place - 1, place + 1) if 0 <= at < len(words)]
        near = any(len(other) == 1 or other in ALPHABET or other in UNITS for other in beside)
        return (ALPHABET[word], place + 1) if near else None
    if word in ZEROS:
        return "0", place + 1
    if word in TENS:
        unit = UNITS.get(words[place + 1], 0) if place + 1 < len(words) else 0
        return (str(TENS[word] + unit), place + 2) if unit else (str(TENS[word]), place + 1)
    number = UNITS.get(word, TEENS.get(word))
    return None if number is None else (str(number), place + 1)


def _stands_for(letter: str, word: tuple[str, ...]) -> bool:
    return bool(word) and word[0].startswith(letter)
