"""How many of the caller's words came through: hits, substitutions, deletions and insertions.

Counts travel and rates are derived, so that calls are pooled (all errors over all reference words) and nobody
averages averages. The alignment is jiwer's: every error costs one, whichever kind it is.
"""

from __future__ import annotations

from dataclasses import dataclass

import jiwer

from evals.metrics.normaliser import normalise


@dataclass(frozen=True, slots=True, kw_only=True)
class WordErrors:
    """Counts of an alignment; they add with `+`, and `WordErrors()` is the zero."""

    hits: int = 0
    substitutions: int = 0
    deletions: int = 0
    insertions: int = 0

    def __post_init__(self) -> None:
        if min(self.hits, self.substitutions, self.deletions, self.insertions) < 0:
            raise ValueError(f"{self} holds a negative count")

    def __add__(self, other: WordErrors) -> WordErrors:
        return WordErrors(
            hits=self.hits + other.hits,
            substitutions=self.substitutions + other.substitutions,
            deletions=self.deletions + other.deletions,
            insertions=self.insertions + other.insertions,
        )

    @property
    def reference_words(self) -> int:
        """How many words were said."""
        return self.hits + self.substitutions + self.deletions

    @property
    def hypothesis_words(self) -> int:
        """How many words were heard."""
        return self.hits + self.substitutions + self.insertions

    @property
    def errors(self) -> int:
        """Substitutions, deletions and insertions together."""
        return self.substitutions + self.deletions + self.insertions

    @property
    def rate(self) -> float | None:
        """Errors over reference words, which may exceed 1; None where nothing was said."""
        return self.errors / self.reference_words if self.reference_words else None

    @property
    def match_rate(self) -> float | None:
        """Errors over all places of the alignment, from 0 to 1; None where nothing was said or heard."""
        places = self.hits + self.errors
        return self.errors / places if places else None

    @property
    def information_lost(self) -> float | None:
        """1 - (hits / words said) x (hits / words heard), from 0 to 1; None where nothing was said, or heard."""
        words = self.reference_words * self.hypothesis_words
        return 1 - self.hits * self.hits / words if words else None


@dataclass(frozen=True, slots=True, kw_only=True)
class AlignedWord:
    """One place of an alignment: the word said (None for an insertion) and the word heard (None for a deletion)."""

    reference: str | None
    hypothesis: str | None

    @property
    def kind(self) -> str:
        """`hit`, `substitution`, `deletion` or `insertion`."""
        if self.reference is None:
            return "insertion"
        if self.hypothesis is None:
            return "deletion"
        return "hit" if self.reference == self.hypothesis else "substitution"


def word_errors(reference: str, hypothesis: str) -> WordErrors:
    """What became of the reference's words, both texts normalised first."""
    said, heard = normalise(reference), normalise(hypothesis)
    if not said or not heard:  # jiwer's rates of an empty reference are no rates; its counts are these
        return WordErrors(deletions=len(said.split()), insertions=len(heard.split()))
    aligned = jiwer.process_words(said, heard)
    return WordErrors(
        hits=aligned.hits,
        substitutions=aligned.substitutions,
        deletions=aligned.deletions,
        insertions=aligned.insertions,
    )


def align_words(reference: str, hypothesis: str) -> list[AlignedWord]:
    """The normalised words said and heard, side by side, as `word_errors` counts them."""
    said, heard = normalise(reference).split(), normalise(hypothesis).split()
    if not said or not heard:
        return [AlignedWord(reference=word, hypothesis=None) for word in said] + [
            AlignedWord(reference=None, hypothesis=word) for word in heard
        ]
    places: list[AlignedWord] = []
    for chunk in jiwer.process_words(" ".join(said), " ".join(heard)).alignments[0]:
        gone = said[chunk.ref_start_idx : chunk.ref_end_idx]
        come = heard[chunk.hyp_start_idx : chunk.hyp_end_idx]
        for at in range(max(len(gone), len(come))):
            places.append(
                AlignedWord(
                    reference=gone[at] if at < len(gone) else None,
                    hypothesis=come[at] if at < len(come) else None,
                )
            )
    return places
