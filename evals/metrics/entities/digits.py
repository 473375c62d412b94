"""How many digits of a number were heard wrong, where the number as a whole was not heard right.

A number of eleven digits with one wrong is as useless as one with five; but a recogniser that mishears one digit in
a hundred spoils every tenth number of ten, and this count shows it long before the share of whole numbers does.
"""

from __future__ import annotations

from dataclasses import dataclass

import jiwer

from evals.metrics.entities.characters import character_runs, whole_stretches
from evals.metrics.entities.context import EntityContext
from evals.metrics.entities.find import find, matches
from evals.metrics.entities.phone import digit_runs
from evals.scenario.model import EntityKind

DIGIT_KINDS = (EntityKind.PHONE, EntityKind.REFERENCE)


@dataclass(frozen=True, slots=True, kw_only=True)
class DigitErrors:
    """Digits said, and how many edits turn them into those heard; they add with `+`."""

    digits: int = 0
    errors: int = 0

    def __post_init__(self) -> None:
        if min(self.digits, self.errors) < 0:
            raise ValueError(f"{self} holds a negative count")

    def __add__(self, other: DigitErrors) -> DigitErrors:
        return DigitErrors(digits=self.digits + other.digits, errors=self.errors + other.errors)

    @property
    def rate(self) -> float | None:
        """Errors over digits said, which may exceed 1; None where no digit was said."""
        return self.errors / self.digits if self.digits else None


def digit_errors(
    kind: EntityKind, expected: str, said_text: str, heard_text: str, context: EntityContext
) -> DigitErrors:
    """The digit errors of one entity: substitutions, deletions and insertions, each one error.

    The digits are those the caller said, so that a number said with +44 and heard with 0 has none. Of what was heard
    the neighbouring stretches of digits count that fit best, so that other numbers of the sentence are no errors.
    """
    said = _digits_said(kind, expected, said_text, context)
    if matches(kind, expected, heard_text, context):
        return DigitErrors(digits=len(said))
    heard = _stretches(kind, heard_text)
    ends = [(start, end) for start in range(len(heard)) for end in range(start + 1, len(heard) + 1)]
    errors = (_distance(said, "".join(heard[start:end])) for start, end in ends)
    return DigitErrors(digits=len(said), errors=min(errors, default=len(said)))


def _digits_said(kind: EntityKind, expected: str, text: str, context: EntityContext) -> str:
    """The digits of a number as the caller said them; a reference's are those of its value."""
    if kind is EntityKind.PHONE:
        for run in digit_runs(text):
            if matches(kind, expected, run, context):
                return _only_digits(run)
    values = find(kind, expected, context)
    return _only_digits(values[0] if values else expected)


def _stretches(kind: EntityKind, text: str) -> list[str]:
    if kind is EntityKind.PHONE:
        return [run.lstrip("+") for run in digit_runs(text, fewest=1)]
    found = []
    for run in character_runs(text):
        stretch = max(whole_stretches(run), key=len)
        found.append(_only_digits("".join(piece.text for piece in stretch)))
    return [digits for digits in found if digits]


def _only_digits(text: str) -> str:
    return "".join(sign for sign in text if sign.isdigit())


def _distance(said: str, heard: str) -> int:
    if not said or not heard:
        return len(said) + len(heard)
    aligned = jiwer.process_characters(said, heard)
    return int(aligned.substitutions + aligned.deletions + aligned.insertions)
