"""A committee of small networks over n-grams: each sums its own vectors of a phrase's n-grams, and votes.

A network is one hidden layer. What enters it is the phrase as `ngrams` weighs it, so the first layer is a sum of a
few dozen rows of a table; what leaves it is a chance for each label (softmax). The members differ by their dice only;
their mean chance is right more often than any of them, and less sure where they disagree, which is what tells phrases
of no known kind (Lakshminarayanan et al., "Simple and scalable predictive uncertainty estimation using deep
ensembles", 2017).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from agent.cognitive.ngrams import Grams

Narrow = NDArray[np.float32]

INPUT_SCALE = np.float32(6.0)
"""A phrase of unit length is made so long, about the root of how many n-grams it has, before it enters."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Committee:
    """The members' weights, side by side, for V n-grams, M members, H hidden units and C labels.

    `inner` is V × (M·H), `inner_bias` M·H, `outer` M × H × C and `outer_bias` M × C.
    """

    inner: Narrow
    inner_bias: Narrow
    outer: Narrow
    outer_bias: Narrow

    def __post_init__(self) -> None:
        members, hidden, labels = self.outer.shape
        wanted = ((members * hidden,), (members, labels))
        got = (self.inner_bias.shape, self.outer_bias.shape)
        if self.inner.ndim != 2 or self.inner.shape[1] != members * hidden or got != wanted:
            raise ValueError(
                f"{members} members of {hidden} units and {labels} labels do not fit the shapes "
                f"{self.inner.shape}, {got[0]} and {got[1]}"
            )

    @property
    def labels(self) -> int:
        """How many labels the members tell apart."""
        return int(self.outer.shape[2])

    def chances(self, grams: Grams) -> Narrow:
        """The mean chance of each label, which add up to 1."""
        entering = self.inner_bias
        if grams.places:
            weights = np.array(grams.weights, dtype=np.float32) * (
                INPUT_SCALE / np.float32(grams.square**0.5)
            )
            entering = np.asarray(weights @ self.inner[list(grams.places)] + entering, dtype=np.float32)
        members, hidden, _ = self.outer.shape
        active = np.maximum(entering, 0).reshape(members, 1, hidden)
        return np.asarray(softmax((active @ self.outer)[:, 0] + self.outer_bias).mean(axis=0))


def softmax(logits: Narrow) -> Narrow:
    """Chances by row."""
    raised = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=-1, keepdims=True))
