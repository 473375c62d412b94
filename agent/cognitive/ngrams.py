"""Phrases as weighted n-grams: the words, pairs of neighbours, and the characters within each word.

Words carry the meaning, pairs carry what a word alone does not ("don't call"), and characters survive what a
recogniser does to a word. Each n-gram weighs as much as it is rare among the examples. A phrase is the sum of what its
words and pairs bring, over its length; so a part of a phrase is scored from the same sums as the whole.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

# Chosen on CLINC150's validation part with ten examples an intent, where the choice matters little.
_WORD_WEIGHT = 1.0
_PAIR_WEIGHT = 0.8
_CHARACTER_WEIGHT = 0.45
_CHARACTERS = (3, 4)

START, END = "<", ">"
"""The neighbours of a phrase's first and last word."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grams:
    """The n-grams of a word, a pair or a phrase: the known ones' places and weights, and the squared length of all."""

    places: tuple[int, ...]
    weights: tuple[float, ...]
    square: float

    def __add__(self, other: Grams) -> Grams:
        return Grams(
            places=self.places + other.places,
            weights=self.weights + other.weights,
            square=self.square + other.square,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """Every n-gram of a set of phrases, with its place and weight; others count in a phrase's length only."""

    places: Mapping[str, int]
    weights: Sequence[float]
    unseen: float

    @classmethod
    def of(cls, phrases: Iterable[str]) -> Vocabulary:
        """The vocabulary of these phrases, the same whatever their order."""
        texts = sorted(phrases)
        occurrences = Counter(gram for text in texts for gram in set(_phrase_grams(text.split())))
        places = {gram: place for place, gram in enumerate(sorted(occurrences))}
        # Smoothed inverse document frequency: "the" says less than "video".
        unseen = 1.0 + math.log(1 + len(texts))
        weights = [_weight(gram) * (unseen - math.log(1 + occurrences[gram])) for gram in places]
        return cls(places=places, weights=weights, unseen=unseen)

    def word(self, word: str) -> Grams:
        """What a word brings by itself."""
        return self._grams(_word_grams(word))

    def pair(self, first: str, second: str) -> Grams:
        """What two neighbours bring together."""
        return self._grams([_pair_gram(first, second)])

    def phrase(self, words: Sequence[str]) -> Grams:
        """What a whole phrase brings."""
        return self._grams(_phrase_grams(words))

    def _grams(self, grams: Sequence[str]) -> Grams:
        known = [
            (place, self.weights[place]) for gram in grams if (place := self.places.get(gram)) is not None
        ]
        unseen = sum((self.unseen * _weight(gram)) ** 2 for gram in grams if gram not in self.places)
        return Grams(
            places=tuple(place for place, _ in known),
            weights=tuple(weight for _, weight in known),
            square=unseen + sum(weight * weight for _, weight in known),
        )


def _phrase_grams(words: Sequence[str]) -> list[str]:
    grams = [gram for word in words for gram in _word_grams(word)]
    return grams + [_pair_gram(first, second) for first, second in pairwise([START, *words, END])]


# The kinds differ in their first letter, so that the word "the" and the characters "the" are two n-grams.
def _word_grams(word: str) -> list[str]:
    edged = f"_{word}_"
    characters = (edged[at : at + size] for size in _CHARACTERS for at in range(len(edged) - size + 1))
    return [f"w{word}", *(f"c{part}" for part in characters)]


def _pair_gram(first: str, second: str) -> str:
    return f"p{first} {second}"


def _weight(gram: str) -> float:
    return {"w": _WORD_WEIGHT, "p": _PAIR_WEIGHT}.get(gram[0], _CHARACTER_WEIGHT)
