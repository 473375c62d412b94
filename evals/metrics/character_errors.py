"""How many of the caller's characters came through, words and the spaces between them alike."""

from __future__ import annotations

from dataclasses import dataclass

import jiwer

from evals.metrics.normaliser import normalise


@dataclass(frozen=True, slots=True, kw_only=True)
class CharacterErrors:
    """Characters said, and how many edits turn them into those heard; they add with `+`."""

    characters: int = 0
    errors: int = 0

    def __post_init__(self) -> None:
        if min(self.characters, self.errors) < 0:
            raise ValueError(f"{self} holds a negative count")

    def __add__(self, other: CharacterErrors) -> CharacterErrors:
        return CharacterErrors(
            characters=self.characters + other.characters, errors=self.errors + other.errors
        )

    @property
    def rate(self) -> float | None:
        """Errors over characters said, which may exceed 1; None where nothing was said."""
        return self.errors / self.characters if self.characters else None


def character_errors(reference: str, hypothesis: str) -> CharacterErrors:
    """What became of the reference's characters, both texts normalised first."""
    said, heard = normalise(reference), normalise(hypothesis)
    if not said or not heard:
        return CharacterErrors(characters=len(said), errors=len(said) + len(heard))
    aligned = jiwer.process_characters(said, heard)
    errors = aligned.substitutions + aligned.deletions + aligned.insertions
    return CharacterErrors(characters=len(said), errors=int(errors))
