"""Letters and digits said one by one: "S W one A, double one", "oh double seven", "B for Bravo", 07700.

A text becomes runs: stretches in which one character follows another, with pauses, hyphens and "um" between them
passed over. A run's piece is either certain (a digit, a single letter) or a short word, which may be letters that a
recogniser ran together ("SW 1A") or just a word beside them ("is M 24 BP").
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from evals.metrics.entities.numbers import TEENS, TENS_WORDS, UNITS
from evals.metrics.entities.words import at, folded

_TOKEN = re.compile(r"[a-z0-9]+(?:'[a-z]+)*|\+")
_ORDINAL = re.compile(r"(?:[0-9]*(?<!1))(?:1st|2nd|3rd)|[0-9]*(?:[04-9]|1[123])th")
# The first half of a British postcode, after which "1ST" is the second half and no rank.
_OUTWARD = re.compile(r"[a-z]{1,2}[0-9][a-z0-9]?")
_TIMES = {"double": 2, "triple": 3, "treble": 3}
_PASSED_OVER = frozenset(
    "um uh er erm hmm dash hyphen minus slash stroke space dot point then capital lower upper case".split()
)
_WORDS = frozenset(  # short words that stand beside spelled characters more often than they are made of them
    "a an and are as at be but by call can code cos did do for from get got had has have he her here his hers how i if "
    "im in is it its just let line look me my no not now of off oh ok on one or our out read ref say see she so some "
    "sure that the then they this to too try two up us use was way we well were what when who will with yeah yep yes "
    "you your".split()
)
_ALPHABET = (
    "alpha bravo charlie delta echo foxtrot golf hotel india juliet kilo lima mike november oscar papa quebec romeo "
    "sierra tango uniform victor whiskey xray yankee zulu"
).split()
_SPELLING_WORDS = {word: word[0] for word in _ALPHABET} | {"alfa": "a", "juliett": "j", "whisky": "w"}
_LETTER_NAMES = {"zed": "z", "zee": "z"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Some characters of a run, in lower case; `+` stands for a plus.

    Attributes:
        certain: False for a short word that may or may not belong to what is spelled.
        oh: the characters are a zero that was said "oh" or "o", and may be the letter.
    """

    text: str
    certain: bool = True
    oh: bool = False


def character_runs(text: str, *, link_and: bool = False) -> list[list[Piece]]:
    """The runs of a text, in order.

    Args:
        text: spoken or written.
        link_and: "and" between characters does not end a run, as in "six one seven and then five five five".
    """
    runs: list[list[Piece]] = [[]]
    for piece in _pieces(_TOKEN.findall(folded(text).replace("x-ray", "xray")), link_and=link_and):
        if piece is None:
            runs.append([])
        else:
            runs[-1].append(piece)
    return [run for run in runs if run]


def whole_stretches(run: list[Piece]) -> Iterator[list[Piece]]:
    """Every way to take what is spelled out of a run: all of its certain pieces, with short words at its ends or not.

    A stretch never leaves out a certain piece at its ends, so that 1234 is not found in 12345. The indefinite "a" and
    the pronoun "I" are words when they stand first.
    """
    certain = [place for place, piece in enumerate(run) if piece.certain]
    first, last = (certain[0], certain[-1]) if certain else (len(run) - 1, 0)
    starts = list(range(first + 1))
    if certain and run[first].text in ("a", "i") and first < last:
        starts.append(first + 1)
    for start in starts:
        for end in range(len(run), max(last, start), -1):
            yield run[start:end]


def _pieces(words: list[str], *, link_and: bool) -> Iterator[Piece | None]:
    """Pieces in order; None where a run ends."""
    place, before = 0, ""
    while place < len(words):
        if words[place] in _PASSED_OVER or (link_and and words[place] == "and"):
            place += 1
            continue
        piece, place = _piece(words, place, before)
        if piece is not None and piece.text.isalpha() and _explained(words, place, piece.text):
            place += 3 if at(words, place) == "as" else 2
        before = piece.text if piece is not None else ""
        yield piece


def _piece(words: list[str], place: int, before: str) -> tuple[Piece | None, int]:
    word, after = words[place], at(words, place + 1)
    if word in _TIMES:
        if word == "double" and after in ("u", "you"):
            return Piece(text="w"), place + 2
        piece = _single(after)
        if piece is not None:
            return Piece(text=piece.text * _TIMES[word], oh=piece.oh), place + 2
    if word in TENS_WORDS:
        unit = UNITS.get(after, 0)
        return Piece(text=str(TENS_WORDS[word] + unit)), place + (2 if unit else 1)
    if word in TEENS:
        return Piece(text=str(TEENS[word])), place + 1
    if word in ("hundred", "thousand") and before.isdigit():
        return Piece(text="00" if word == "hundred" else "000"), place + 1
    if word in _SPELLING_WORDS and (_is_spelled(after) or (before and _is_spelled(at(words, place - 1)))):
        return Piece(text=_SPELLING_WORDS[word]), place + 1
    if _OUTWARD.fullmatch(before) and _ORDINAL.fullmatch(word):
        return Piece(text=word), place + 1
    return _single(word) or _short(word), place + 1


def _single(word: str) -> Piece | None:
    """A character by itself, or a word made of digits."""
    if word in ("oh", "o"):
        return Piece(text="0", oh=True)
    if word in UNITS:
        return Piece(text=str(UNITS[word]))
    if word in _LETTER_NAMES:
        return Piece(text=_LETTER_NAMES[word])
    if len(word) == 1 or word.isdigit():
        return Piece(text=word)
    if word.isalnum() and not word.isalpha() and not _ORDINAL.fullmatch(word):
        return Piece(text=word)
    return None


def _short(word: str) -> Piece | None:
    is_short = len(word) <= 4 and word.isalpha() and word not in _WORDS
    return Piece(text=word, certain=False) if is_short else None


def _explained(words: list[str], place: int, letter: str) -> bool:
    """Whether the letter just said is explained by a word: "B for Bravo", "S as in sugar"."""
    if len(letter) != 1:
        return False
    shift = 1 if at(words, place) in ("for", "like") else 2 if words[place : place + 2] == ["as", "in"] else 0
    return bool(shift) and len(at(words, place + shift)) > 2 and words[place + shift].startswith(letter)


def _is_spelled(word: str) -> bool:
    return word in _SPELLING_WORDS or word in _TIMES or _single(word) is not None
