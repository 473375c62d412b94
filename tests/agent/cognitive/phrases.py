"""Made-up phrases of a few intents, plain enough that a sound classifier tells them apart."""

from __future__ import annotations

from itertools import product

import numpy as np

from agent.cognitive.classifier import Classifier
from agent.cognitive.classifier_fitting import Examples, fit_classifier
from agent.cognitive.committee_fitting import Fitting

OPENINGS = ("", "i want to", "can you", "could you please", "i would like to", "hello please")
WISHES = {
    "book": ("book a table", "reserve a table for two", "make a booking for tonight"),
    "cancel": ("cancel my order", "call off the delivery", "stop the order i made"),
    "balance": ("tell me my balance", "say how much money i have", "read out what is on my account"),
    "lost_card": ("block my card", "report a lost card", "tell you my card was stolen"),
}
NONSENSE = ("purple elephants dance", "the train to york", "what rhymes with orange", "who won the cup")
SMALL = Fitting(members=2, hidden=24, epochs=60, batch=8, rate=5e-3)


def examples(openings: tuple[str, ...] = OPENINGS[:4]) -> Examples:
    return Examples(
        by_intent={
            intent: [f"{opening} {wish}".split() for opening, wish in product(openings, wishes)]
            for intent, wishes in WISHES.items()
        },
        outside=[text.split() for text in NONSENSE],
    )


def a_classifier(seed: int = 1, fitting: Fitting = SMALL) -> Classifier:
    return fit_classifier(examples(), rng=np.random.default_rng(seed), fitting=fitting)
