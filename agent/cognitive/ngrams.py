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

START, END = "<", ">"
"""The neighbours of a phrase's first and last word."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kinds:
    """What n-grams are taken, and how much each kind weighs.

    The values are for some dozens of examples an intent; they were chosen on CLINC150's validation part with ten
    examples an intent, where the choice matters little.
    """

    word: float = 1.0
    pair: float = 0.8
    character: float = 0.45
    characters: tuple[int, ...] = (3, 4)

    def of_word(self, word: str) -> list[str]:
        """The word itself, and the characters within it."""
        # The kinds differ in their first letter, so that the word "the" and the characters "the" are two n-grams.
        edged = f"_{word}_"
        parts = [edged[at : at + size] for size in self.characters for at in range(len(edged) - size + 1)]
        return [f"w{word}", *(f"c{part}" for part in parts)]

    def of_pair(self, first: str, second: str) -> list[str]:
        """Two neighbours."""
        return [f"p{first} {second}"]

    def of_phrase(self, words: Sequence[str]) -> list[str]:
        """All of a phrase, as often as it has them."""
        grams = [gram for word in words for gram in self.of_word(word)]
        return grams + [gram for pair in pairwise([START, *words, END]) for gram in self.of_pair(*pair)]

    def weight(self, gram: str) -> float:
        """How much an n-gram weighs by its kind."""
        match gram[0]:
            case "w":
                return self.word
            case "p":
                return self.pair
            case _:
                return self.character


USUAL = Kinds()


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

    kinds: Kinds
    places: Mapping[str, int]
    weights: Sequence[float]
    unseen: float

    @classmethod
    def of(cls, phrases: Iterable[str], kinds: Kinds = USUAL, at_least: int = 1) -> Vocabulary:
        """The vocabulary of these phrases, the same whatever their order.

        N-grams that fewer than `at_least` of them have stay unknown.
        """
        texts = sorted(phrases)
        occurrences = Counter(gram for text in texts for gram in set(kinds.of_phrase(text.split())))
        known = sorted(gram for gram, count in occurrences.items() if count >= at_least)
        # Smoothed inverse document frequency: "the" says less than "video".
        unseen = 1.0 + math.log(1 + len(texts))
        weights = [kinds.weight(gram) * (unseen - math.log(1 + occurrences[gram])) for gram in known]
        places = {gram: place for place, gram in enumerate(known)}
        return cls(kinds=kinds, places=places, weights=weights, unseen=unseen)

    def word(self, word: str) -> Grams:
        """What a word brings by itself."""
        return self._grams(self.kinds.of_word(word))

    def pair(self, first: str, second: str) -> Grams:
        """What two neighbours bring together."""
        return self._grams(self.kinds.of_pair(first, second))

    def phrase(self, words: Sequence[str]) -> Grams:
        """What a whole phrase brings."""
        return self._grams(self.kinds.of_phrase(words))

    def _grams(self, grams: Sequence[str]) -> Grams:
        places: list[int] = []
        square = 0.0
        for gram in grams:
            place = self.places.get(gram)
            if place is None:
                square += (self.unseen * self.kinds.weight(gram)) ** 2
            else:
                places.append(place)
        weights = tuple(self.weights[place] for place in places)
        return Grams(
            places=tuple(places), weights=weights, square=square + sum(weight * weight for weight in weights)
        )
