"""Digits that belong together in one line, and what such a number must be taken out as. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from agent.cognitive.guard.located_words import LocatedWord
from agent.cognitive.guard.redaction.context import Asked
from agent.cognitive.guard.redaction.digits import DigitPiece

# Words that a number goes on over.
_JOINING = frozenset("um uh er erm ehm ah and then dash hyphen space minus slash stroke".split())
# Beside these a line says nothing but its number.
_ALONE = _JOINING | frozenset(
    "yes yeah yep ok okay sure right so its it is thats this the number oh well my here um first next "
    "last four digits ending "
    "starting with a please sorry again hello hi go no not i said".split()
)
_SSN = re.compile(r"\d{3}-\d{2}-\d{4}")
_SORT_CODE = re.compile(r"(\d{2})-(\d{2})-(\d{2})")
_SHORTEST_PHONE, _LONGEST_PHONE = 7, 15  # ITU-T E.164


@dataclass(frozen=True, slots=True)
class NumberRun:
    """Digits said or written together.

    Attributes:
        digits: all of them.
        groups: the digits of each piece.
        start: first character; a plus before the number belongs to it.
        end: one past the last.
        written: the characters themselves.
        quantity: every piece is a count in tens or teens ("ten thirty").
        plus: a plus stands before it.
    """

    digits: str
    groups: tuple[str, ...]
    start: int
    end: int
    written: str
    quantity: bool
    plus: bool


def number_runs(pieces: Sequence[DigitPiece], words: Sequence[LocatedWord], text: str) -> list[NumberRun]:
    """The runs of a line's pieces, in its order."""
    runs: list[list[DigitPiece]] = []
    for piece in pieces:
        if runs and joined_by(words[runs[-1][-1].word_end : piece.word]):
            runs[-1].append(piece)
        else:
            runs.append([piece])
    return [_run(run, words, text) for run in runs]


def nothing_but(runs: Sequence[NumberRun], words: Sequence[LocatedWord]) -> bool:
    """Whether a line says its numbers and nothing else."""
    return all(
        word.text in _ALONE or any(run.start <= word.start < run.end for run in runs) for word in words
    )


def run_kind(run: NumberRun, meaning: Asked, *, asked: Asked, alone: bool) -> str:
    """The placeholder's kind for a number; empty when it may stay.

    Args:
        run: the number.
        meaning: what the words beside it say it is.
        asked: what the agent asked the speaker for.
        alone: the caller's line is this number and nothing else.
    """
    count = len(run.digits)
    match meaning or asked:
        case Asked.CARD:
            return "card" if asked is Asked.CARD or count >= 4 else ""
        case Asked.SECRET:
            return "security code" if asked is Asked.SECRET or 3 <= count <= 10 else ""
        case Asked.ACCOUNT:
            return _account(run, asked=asked is Asked.ACCOUNT)
        case Asked.HEALTH:
            return "nhs number" if count == 10 or (asked is Asked.HEALTH and count >= 3) else ""
        case Asked.SOCIAL:
            return "ssn" if count in (4, 9) or (asked is Asked.SOCIAL and count >= 2) else ""
        case Asked.PHONE if count >= 6 or (asked is Asked.PHONE and count >= 3 and not run.quantity):
            return "phone" if count <= _LONGEST_PHONE else "digits"
        case Asked.OTHER:
            return ""
        case _:
            return _by_form(run, alone=alone)


def _account(run: NumberRun, *, asked: bool) -> str:
    if len(run.digits) == 6 or _SORT_CODE.fullmatch(run.written):
        return "sort code"
    return "account" if len(run.digits) >= 7 or (asked and len(run.digits) >= 2) else ""


def _by_form(run: NumberRun, *, alone: bool) -> str:
    """The kind by the number's own form, nobody having said what it is."""
    count = len(run.digits)
    if _SSN.fullmatch(run.written):
        return "ssn"
    code = _SORT_CODE.fullmatch(run.written)
    if code and not (1 <= int(code[1]) <= 31 and 1 <= int(code[2]) <= 12):  # a date has the same form
        return "sort code"
    if run.groups[:3] and tuple(map(len, run.groups)) == (3, 3, 4) and _nhs_valid(run.digits):
        return "nhs number"
    if _SHORTEST_PHONE <= count <= _LONGEST_PHONE and (
        run.plus or run.digits[0] == "0" or (count in (10, 11) and not run.quantity)
    ):
        return "phone"
    return "digits" if alone and count >= 4 and not run.quantity else ""


def _nhs_valid(digits: str) -> bool:
    """The check digit of an NHS number (NHS Data Dictionary: modulus 11 over weights 10 to 2)."""
    check = 11 - sum(int(digit) * (10 - place) for place, digit in enumerate(digits[:9])) % 11
    return check % 11 == int(digits[9]) and check != 10


def _run(pieces: Sequence[DigitPiece], words: Sequence[LocatedWord], text: str) -> NumberRun:
    start, end = pieces[0].start, pieces[-1].end
    plus = text[:start].endswith("+")
    before = words[pieces[0].word - 1] if pieces[0].word else None
    said_plus = before is not None and before.text == "plus"
    return NumberRun(
        digits="".join(piece.digits for piece in pieces),
        groups=tuple(piece.digits for piece in pieces),
        start=start - 1 if plus else before.start if before is not None and said_plus else start,
        end=end,
        written=text[start:end],
        quantity=all(piece.quantity for piece in pieces),
        plus=plus or said_plus,
    )


def joined_by(words: Sequence[LocatedWord]) -> bool:
    """Whether these words between two pieces are no more than hesitation."""
    return all(word.text in _JOINING for word in words)
