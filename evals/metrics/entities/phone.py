"""Telephone numbers: 07700 900123 and "oh double seven double oh, nine hundred, one two three" are one.

The canonical form is E.164 (+447700900123) where the number is a whole one of the country of the call, or carries its
own country's code; else the digits as they were said, such as "the ending is seven nine three six".
"""

from __future__ import annotations

import phonenumbers

from evals.metrics.entities.characters import Piece, character_runs
from evals.metrics.entities.context import EntityContext

FEWEST_DIGITS = 3  # what people call a number or an extension; "one or two" is none


def phones(text: str, context: EntityContext) -> tuple[str, ...]:
    """The telephone numbers in a text."""
    return tuple(_canonical(run, context) for run in digit_runs(text))


def digit_runs(text: str, *, fewest: int = FEWEST_DIGITS) -> list[str]:
    """The stretches of digits in a text, as they were said; a plus before them is kept."""
    runs: list[str] = []
    for run in character_runs(text, link_and=True):
        runs += _numbers(run)
    return [run for run in runs if len(run.lstrip("+")) >= fewest]


def _numbers(run: list[Piece]) -> list[str]:
    """The digits of a run, parted where other characters stand; "plus" and + begin a number."""
    numbers = [""]
    for piece in run:
        if piece.text in ("+", "plus"):
            numbers.append("+")
        elif piece.text.isdigit():
            numbers[-1] += piece.text
        else:
            numbers.append("")
    return numbers


def _canonical(digits: str, context: EntityContext) -> str:
    try:
        number = phonenumbers.parse(digits, context.country or None)
    except phonenumbers.NumberParseException:
        return digits
    reason = phonenumbers.is_possible_number_with_reason(number)
    if reason != phonenumbers.ValidationResult.IS_POSSIBLE:
        return digits
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
