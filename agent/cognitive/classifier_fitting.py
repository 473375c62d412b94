"""How a classifier is fitted to examples, and its threshold to phrases that it has not seen."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from agent.cognitive.classifier import KINDS, SEEN_AT_LEAST, Classifier, Words
from agent.cognitive.committee_fitting import Fitting, fit_committee
from agent.cognitive.ngrams import Kinds, Vocabulary

GIVEN_UP = 0.005
"""The share of phrases understood that a threshold may turn into questions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Examples:
    """Phrases as spoken words, by intent, and phrases that mean none of the intents."""

    by_intent: Mapping[str, Sequence[Words]]
    outside: Sequence[Words] = ()


def fit_classifier(
    examples: Examples,
    *,
    rng: np.random.Generator,
    fitting: Fitting | None = None,
    kinds: Kinds = KINDS,
    on_epoch: Callable[[], None] = lambda: None,
) -> Classifier:
    """The classifier of these examples, with no threshold yet.

    Raises:
        ValueError: an intent has no example, or there are fewer than two intents.
    """
    intents = tuple(examples.by_intent)
    empty = [intent for intent in intents if not examples.by_intent[intent]]
    if empty or len(intents) < 2:
        raise ValueError(f"two intents at least, each with examples; got {len(intents)}, without: {empty}")
    phrases = [
        (words, label) for label, intent in enumerate(intents) for words in examples.by_intent[intent]
    ] + [(words, len(intents)) for words in examples.outside]
    vocabulary = Vocabulary.of((" ".join(words) for words, _ in phrases), kinds, SEEN_AT_LEAST)
    committee = fit_committee(
        [vocabulary.phrase(words) for words, _ in phrases],
        [label for _, label in phrases],
        grams=len(vocabulary.places),
        fitting=fitting or Fitting(),
        rng=rng,
        on_epoch=on_epoch,
    )
    return Classifier(vocabulary=vocabulary, intents=intents, committee=committee)


def threshold_for(
    classifier: Classifier, unseen: Mapping[str, Sequence[Words]], given_up: float = GIVEN_UP
) -> float:
    """The highest threshold that gives up at most this share of the phrases unseen in fitting.

    A phrase is given up that was understood and falls below the threshold. Phrases outside all intents are not asked:
    a few of them say less about what callers will ask for than what the threshold costs says about its price.
    """
    right = [
        best.score
        for intent, phrases in unseen.items()
        for best in map(classifier.best, phrases)
        if best.intent == intent
    ]
    total = sum(len(phrases) for phrases in unseen.values())
    if not right:
        return 0.0
    return sorted(right)[min(int(given_up * total), len(right) - 1)]
