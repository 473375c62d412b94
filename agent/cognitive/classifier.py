"""Intents told apart by a fitted model that is kept: for many intents with many examples each.

A flow's own dispatcher (`dispatch.py`) is fitted when the flow is loaded, by equations that grow with the square of its
examples. From some thousands of examples on, a `Classifier` is fitted beforehand, kept in a file, and loaded. Words
that mean none of its intents are taught by examples of their own where there are any, and told by a threshold on the
confidence, which is chosen on phrases that the fitting has not seen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import chain, pairwise

import numpy as np

from agent.cognitive.committee import Committee, Narrow
from agent.cognitive.ngrams import END, START, Grams, Kinds, Vocabulary
from agent.turn import IntentScore

KINDS = Kinds(characters=(2, 3, 4, 5))
SEEN_AT_LEAST = 2
"""An n-gram of one example only cannot show what it means elsewhere."""
LONGEST_TURN_WORDS = 120
"""A minute of speech; what comes after it is not weighed."""

_REMEMBERED_WORDS = 20_000

Words = Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Classifier:
    """A fitted model: its n-grams, its intents, its networks, and the confidence below which nothing is taken.

    The committee has a label for each intent in this order and, where it was taught what none of them is, one more.
    """

    vocabulary: Vocabulary
    intents: tuple[str, ...]
    committee: Committee
    threshold: float = 0.0
    remembered: dict[str, Grams] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.committee.labels - len(self.intents) not in (0, 1):
            raise ValueError(f"{self.committee.labels} labels do not fit {len(self.intents)} intents")

    def scores(self, words: Words) -> tuple[IntentScore, ...]:
        """The intents with their confidences (0 to 1, together at most 1), best first."""
        confidences = self._confidences(words)
        # Four digits, so that another build of the linear algebra writes the same trace.
        rounded: list[float] = np.round(confidences.astype(np.float64), 4).tolist()
        ranked = np.argsort(-np.array(rounded), kind="stable")
        return tuple(IntentScore(intent=self.intents[at], score=rounded[at]) for at in ranked)

    def best(self, words: Words) -> IntentScore:
        """The likeliest intent, whatever the threshold."""
        confidences = np.round(self._confidences(words).astype(np.float64), 4)
        at = int(confidences.argmax())
        return IntentScore(intent=self.intents[at], score=float(confidences[at]))

    def intent(self, words: Words) -> str | None:
        """The intent to act on; None where none is likely enough."""
        best = self.best(words)
        return best.intent if words and best.score >= self.threshold else None

    def with_threshold(self, threshold: float) -> Classifier:
        """The same, more or less ready to answer."""
        return replace(self, threshold=threshold)

    def _confidences(self, words: Words) -> Narrow:
        return self.committee.chances(self._phrase(words[:LONGEST_TURN_WORDS]))[: len(self.intents)]

    def _phrase(self, words: Words) -> Grams:
        """What `Vocabulary.phrase` gives, with each word cut into characters once and then remembered."""
        parts = [self._word(word) for word in words]
        parts += [self.vocabulary.pair(*pair) for pair in pairwise([START, *words, END])]
        return Grams(
            places=tuple(chain.from_iterable(part.places for part in parts)),
            weights=tuple(chain.from_iterable(part.weights for part in parts)),
            square=sum(part.square for part in parts),
        )

    def _word(self, word: str) -> Grams:
        known = self.remembered.get(word)
        if known is None:
            if len(self.remembered) >= _REMEMBERED_WORDS:
                self.remembered.clear()
            known = self.remembered[word] = self.vocabulary.word(word)
        return known
