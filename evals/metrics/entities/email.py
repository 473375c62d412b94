"""E-mail addresses: jane.smith@gmail.com and "jane dot smith at gmail dot com" are one.

A spoken address has no beginning: in "the address is the old mill at example dot com" nobody can tell which words
belong to it. So every place where it may begin gives a candidate, the likeliest first: after the last word that
leads to an address ("is", "to", "my email").
"""

from __future__ import annotations

import re

from evals.metrics.entities.numbers import TEENS, TENS_WORDS, UNITS
from evals.metrics.entities.words import at, folded

_SIGNS = {"dot": ".", "point": ".", "underscore": "_", "dash": "-", "hyphen": "-", "minus": "-", "plus": "+"}
_WRITTEN = (
    (r"@", " at "),
    (r"(?<=\w)\.(?=\w)", " dot "),
    (r"_", " underscore "),
    (r"\be-mail", "email"),
    (r"(?<=\w)-(?=\w)", " dash "),
    (r"(?<=\w)\+(?=\w)", " plus "),
    (r"\b(?:it's )?(?:all )?(?:one word|(?:in )?(?:lower ?case|small letters)|together|no spaces?)\b", " "),
    (r"\bunder (?:score|line)\b", "underscore"),
    (r"\b(?:full stop|period)\b", "dot"),
    (r"\bat sign\b", "at"),
)
_TIMES = {"double": 2, "triple": 3, "treble": 3}
_LEADS = frozenset(
    "is it's its to at use on with that's thats please be was email address mail me um uh er erm yes yeah".split()
)
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
MOST_PARTS = 24  # pieces of a local part; a caller who spells one letter by letter has said it by then


def emails(text: str) -> tuple[str, ...]:
    """The addresses that may have been said in a text, the likeliest first."""
    text = folded(text)
    for pattern, replacement in _WRITTEN:
        text = re.sub(pattern, replacement, text)
    pieces = _pieces(_WORD.findall(text))
    found: dict[str, None] = {}
    for place, piece in enumerate(pieces):
        domain = _domain(pieces, place + 1) if piece == "at" else ""
        if domain:
            for start in _starts(pieces, place):
                local = "".join(pieces[start:place]).replace("'", "")
                found.setdefault(f"{local}@{domain}")
    return tuple(found)


def _pieces(words: list[str]) -> list[str]:
    """Words as they are written in an address: signs, digits, letters doubled."""
    pieces: list[str] = []
    place = 0
    while place < len(words):
        word, after = words[place], at(words, place + 1)
        times = _TIMES.get(word, 1)
        if times > 1 and after:
            doubled = "w" if word == "double" and after in ("u", "you") else _digits(after) * times
            if len(doubled) == times or doubled == "w":
                pieces.append(doubled)
                place += 2
                continue
        if word in TENS_WORDS:
            unit = UNITS.get(after, 0)
            pieces.append(str(TENS_WORDS[word] + unit))
            place += 2 if unit else 1
            continue
        if word == "oh" or (word == "o" and (_is_number(at(words, place - 1)) or _is_number(after))):
            beside_digits = _is_number(at(words, place - 1)) or _is_number(after)
            pieces.append("0" if beside_digits else "o")
        else:
            pieces.append(_SIGNS.get(word) or _digits(word))
        place += 1
    return pieces


def _digits(word: str) -> str:
    """The digits of a number word; any other word as it is."""
    if word in UNITS:
        return str(UNITS[word])
    return str(TEENS[word]) if word in TEENS else word


def _is_number(word: str) -> bool:
    return word.isdigit() or word in UNITS or word in TEENS or word in TENS_WORDS


def _domain(pieces: list[str], start: int) -> str:
    """The domain that begins at a place, up to the word after its last dot; empty where none does."""
    place = start
    while place < len(pieces) and pieces[place] != "." and pieces[place] != "at":
        place += 1
    if place == start or at(pieces, place) != ".":
        return ""
    end = place
    while at(pieces, end) == "." and at(pieces, end + 1) not in ("", "."):
        end += 2
        # A last part may be spelled: "dot c o dot u k".
        while len(at(pieces, end - 1)) == 1 and len(at(pieces, end)) == 1 and pieces[end].isalpha():
            end += 1
    return "".join(pieces[start:end]).replace("'", "") if end > place else ""


def _starts(pieces: list[str], end: int) -> list[int]:
    """Where a local part that ends at a place may begin, the likeliest first.

    Never right after a sign, nor between characters that were spelled: "j a n e" is no "ane".
    """
    first = end
    while first > 0 and end - first < MOST_PARTS and pieces[first - 1] != "at":
        first -= 1
    possible = [
        start
        for start in range(first, end)
        if pieces[start] not in _SIGNS.values()
        and (start == 0 or pieces[start - 1] not in _SIGNS.values())
        and not (start > first and _continues(pieces[start - 1], pieces[start]))
    ]
    leads = [start for start in range(first, end) if start > 0 and pieces[start - 1] in _LEADS]
    likeliest = leads[-1] if leads else first
    return sorted(possible, key=lambda start: (start < likeliest, start))


def _continues(before: str, piece: str) -> bool:
    """Whether a piece cannot begin an address, since it goes on with what stands before it: "j a n e", "miller 84"."""
    if piece.isdigit():
        return before not in _LEADS
    return _is_character(piece) and _is_character(before)


def _is_character(piece: str) -> bool:
    return len(piece) == 1 or piece.isdigit() or len(set(piece)) == 1
