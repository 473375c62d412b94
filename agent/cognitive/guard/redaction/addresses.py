"""Mail addresses in a text, written or said ("jane dot smith at example dot com"), by their characters. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from agent.cognitive.guard.located_words import LocatedWord
from agent.cognitive.guard.redaction.masking import HOLE

_WRITTEN = re.compile(r"[\w.+%'-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
_DOTS = frozenset({"dot", "point"})
_SEPARATORS = _DOTS | {"underscore", "dash", "hyphen", "minus", "plus"}
# Words that stand before an address and are no part of it.
_LEAD_INS = frozenset(
    "at is its it to my email mail e address me us him her use send sent yes yeah sure okay that "
    "thats be would on try the so "
    "and or but with please no actually right for as reach well look looked shop shopping buy bought order "
    "ordered booked book "
    "found find online website site work works meet see you your i id of an a thanks was are".split()
)
_LONGEST_LOCAL_WORDS = 24
_LONGEST_HOST_WORDS = 4
_LONGEST_HOST_LETTERS = 20
_TOP_LEVELS = frozenset({"com", "co", "org", "net", "uk", "io", "ac", "gov"})


def address_spans(text: str, words: Sequence[LocatedWord]) -> list[tuple[int, int]]:
    """First and one-past-last characters of each address, in the order of the text."""
    found = [match.span() for match in _WRITTEN.finditer(text)] if "@" in text else []
    found += [
        span
        for place, word in enumerate(words)
        if word.text == "at" and (span := _spoken(words, place)) is not None
    ]
    return sorted(found)


def _spoken(words: Sequence[LocatedWord], at: int) -> tuple[int, int] | None:
    first, end = _local_start(words, at), _domain_end(words, at)
    return None if first == at or end == at else (words[first].start, words[end - 1].end)


def _local_start(words: Sequence[LocatedWord], at: int) -> int:
    """The first word of what was said before the word `at`; `at` itself when that belongs to the sentence."""
    first = at
    while first > 0 and at - first < _LONGEST_LOCAL_WORDS and HOLE not in words[first - 1].text:
        word = words[first - 1].text
        if word in _LEAD_INS and not _part_of_spelling(words, first - 1, at):
            break
        first -= 1
    while first < at and words[first].text in _SEPARATORS:
        first += 1
    return first


def _part_of_spelling(words: Sequence[LocatedWord], place: int, at: int) -> bool:
    """Whether a word that mostly leads in is a letter among letters, or the "as in" of one."""
    before = words[place - 1].text if place else ""
    after = words[place + 1].text if place + 1 < at else ""
    if after in _SEPARATORS or before in _SEPARATORS:
        return True
    if words[place].text in ("as", "for"):
        return len(before) == 1
    return len(words[place].text) == 1 and (len(before) == 1 or len(after) == 1)


def _domain_end(words: Sequence[LocatedWord], at: int) -> int:
    """One past the last word of "example dot co dot u k" after the word `at`; `at` itself when there is none."""

    def text(place: int) -> str:
        return "" if place >= len(words) or HOLE in words[place].text else words[place].text

    def dot(place: int) -> bool:
        return text(place) == "dot" or (text(place) == "point" and text(place + 1) in _TOP_LEVELS)

    place, letters, long_words = at + 1, 0, 0
    while text(place) and not dot(place):
        long = len(text(place)) > 1
        letters, long_words = letters + (not long), long_words + long
        place += 1
        if long_words > _LONGEST_HOST_WORDS or letters > _LONGEST_HOST_LETTERS:
            return at
    if place == at + 1 or not dot(place) or not text(place + 1):
        return at
    while dot(place) and text(place + 1):
        place += 2
        while len(text(place - 1)) == 1 and len(text(place)) == 1:
            place += 1
    return place
