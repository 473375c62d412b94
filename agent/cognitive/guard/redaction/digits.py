"""Digits in a text, written or said, each piece with the characters that it stands on.

"4111", "four one", "double four", "oh", "forty one", "twelve", "nine hundred" are pieces. Words of a time, a price or a
date are none: "ten thirty a m", "£45.50", "2026-05-19T10:30:00+01:00", "the third".
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from agent.cognitive.guard.located_words import LocatedWord
from agent.cognitive.spoken_words import TEENS, TENS, UNITS

REPEATS = {"double": 2, "triple": 3, "treble": 3, "quadruple": 4}
ZEROS = frozenset({"oh", "o", "zero", "nought", "naught", "nil"})
# So many digits glued to letters ("card4111…") are a number for all that.
_LONG_DIGITS = 12
_DIGITS_IN_WORD = re.compile(r"[0-9]{12,}")
# A number before one of these is a quantity, not part of a code.
_UNITS_AFTER = frozenset(
    "am pm oclock pounds pound quid pence p euros euro dollars dollar cents bucks percent minutes "
    "minute mins hours hour days "
    "day weeks week months month years year thousand million grand people guests nights miles k kg st "
    "nd rd th "
    "january february march april june july august september october november december".split()
)
# What has the form of a date, a time of day or a sum of money is written for people to read, and stays.
_READABLE = re.compile(
    r"(?<![\w.:-])\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:?\d{2})?)?(?![\w-])"
    r"|(?<![\w.:])(?:[01]?\d|2[0-3])[:.][0-5]\d(?:\s?[ap]\.?m\b\.?)?(?![\w:]|\.\d)"
    r"|(?<![\w/])\d{1,2}/\d{1,2}/(?:19|20)?\d{2}(?![\w/])"
    r"|[£$€]\s?\d{1,3}(?:,\d{3}){0,3}(?:\.\d{2})?(?![\w.,]*\d| ?-?\d{2})"
    r"|[£$€]\s?\d{1,6}(?:\.\d{2})?(?![\w.,]*\d| ?-?\d{2})"
)


@dataclass(frozen=True, slots=True)
class DigitPiece:
    """Digits and where they stand.

    Attributes:
        digits: at least one, ASCII.
        start: first character.
        end: one past the last.
        word: index of its first word in the text.
        word_end: one past the index of its last word.
        quantity: part of a count that is said in tens or teens ("ten thirty"), not digit by digit.
    """

    digits: str
    start: int
    end: int
    word: int
    word_end: int
    quantity: bool = False


def readable_spans(text: str) -> list[tuple[int, int]]:
    """Where dates, times of day and sums of money are written."""
    return [found.span() for found in _READABLE.finditer(text)] if any(map(str.isdigit, text)) else []


def digit_pieces(words: Sequence[LocatedWord], *, skip: Sequence[bool] = ()) -> list[DigitPiece]:
    """The pieces in the order of the text; words that `skip` marks are none, and end what stands before them."""
    pieces: list[DigitPiece] = []
    place = 0
    while place < len(words):
        found = None if skip and skip[place] else _piece_at(words, place, skip)
        if found is None:
            place += 1
        else:
            pieces.append(found)
            place = found.word_end
    return _without_quantities(pieces, words)


def _piece_at(words: Sequence[LocatedWord], place: int, skip: Sequence[bool]) -> DigitPiece | None:
    def text(at: int) -> str:
        return "" if at >= len(words) or (skip and skip[at]) else words[at].text

    word = text(place)
    if len(word) > _LONG_DIGITS and (within := _DIGITS_IN_WORD.search(word)) and not word.isdigit():
        exact = words[place].end - words[place].start == len(word)
        start = words[place].start + (within.start() if exact else 0)
        end = start + len(within[0]) if exact else words[place].end
        return DigitPiece(within[0], start, end, place, place + 1)
    repeat, at = (REPEATS[word], place + 1) if word in REPEATS else (1, place)
    digits, end, quantity = _digits_of(text(at), text(at + 1), at)
    if not digits:
        return None
    if text(end) == "hundred" and (digits.isdigit() and len(digits) <= 2):
        digits, end, quantity = f"{digits}00", end + 1, True
    elif text(end) == "thousand" and len(digits) == 1:
        digits, end, quantity = f"{digits}000", end + 1, True
    return DigitPiece(
        digits * repeat, words[place].start, words[end - 1].end, place, end, quantity and repeat == 1
    )


def _digits_of(word: str, after: str, at: int) -> tuple[str, int, bool]:
    """The digits that a word says, the index after the last word used, and whether it is a count above nine."""
    if word.isdigit() and word.isascii():
        return word, at + 1, False
    if word in UNITS:
        return str(UNITS[word]), at + 1, False
    if word in ZEROS:
        return "0", at + 1, False
    if word in TEENS:
        return str(TEENS[word]), at + 1, True
    if word in TENS:
        if after in UNITS and after != "zero":
            return str(TENS[word] + UNITS[after]), at + 2, True
        return str(TENS[word]), at + 1, True
    return "", at, False


def _without_quantities(pieces: list[DigitPiece], words: Sequence[LocatedWord]) -> list[DigitPiece]:
    """Pieces without the short runs that a unit follows: "ten thirty a m", "five pounds", "3rd"."""
    kept: list[DigitPiece] = []
    run: list[DigitPiece] = []
    for piece in [*pieces, None]:
        if run and (piece is None or piece.word != run[-1].word_end):
            if not (_unit_follows(words, run[-1].word_end) and sum(len(p.digits) for p in run) <= 6):
                kept += run
            run = []
        if piece is not None:
            run.append(piece)
    return kept


def _unit_follows(words: Sequence[LocatedWord], place: int) -> bool:
    after = [word.text for word in words[place : place + 2]]
    return bool(after) and (after[0] in _UNITS_AFTER or after in (["a", "m"], ["p", "m"], ["o", "clock"]))
