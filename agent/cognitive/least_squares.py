"""Linear models fitted in closed form: regularised least squares, by the examples' likeness to each other.

A flow has hundreds of examples and thousands of n-grams, so the equations are solved in their dual form, whose size is
the number of examples. Nothing is drawn and nothing is iterated to convergence: equal examples give equal models. What
each example would score by a model fitted without it follows from the same inverse (Allen's PRESS residuals), and
shows on what scale scores must be read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from agent.cognitive.ngrams import Vocabulary

Wide = NDArray[np.float64]
Narrow = NDArray[np.float32]

_RIDGE = 0.5
_CALIBRATION_STEPS = 30


@dataclass(frozen=True, kw_only=True)
class Lesson:
    """All phrases that models are fitted on, and the regularised inverse of how alike each two are.

    Both are worked out once; a model that leaves some phrases out is derived from them.
    """

    vocabulary: Vocabulary
    rows: Mapping[str, int]
    matrix: Narrow
    inverse: Wide

    @classmethod
    def of(cls, phrases: Iterable[str]) -> Lesson:
        """The lesson in these phrases, the same whatever their order."""
        texts = sorted(phrases)
        vocabulary = Vocabulary.of(texts)
        matrix = np.zeros((len(texts), len(vocabulary.places)), dtype=np.float32)
        for row, text in enumerate(texts):
            grams = vocabulary.phrase(text.split())
            sums = np.bincount(grams.places, weights=grams.weights, minlength=len(vocabulary.places))
            matrix[row] = sums / grams.square**0.5
        # Most n-grams are in one phrase only and make no two alike.
        shared = matrix[:, (matrix > 0).sum(axis=0) > 1]
        likeness = (shared @ shared.T).astype(np.float64)
        np.fill_diagonal(likeness, np.einsum("ij,ij->i", matrix, matrix) + _RIDGE)
        inverse = np.asarray(np.linalg.inv(likeness), dtype=np.float64)
        rows = {text: row for row, text in enumerate(texts)}
        return cls(vocabulary=vocabulary, rows=rows, matrix=matrix, inverse=inverse)

    def fit(self, phrases: Sequence[str], targets: Wide) -> tuple[Narrow, Wide]:
        """Weights by n-gram and target, and each phrase's scores by the weights fitted without it."""
        kept = np.array([self.rows[phrase] for phrase in phrases], dtype=np.int64)
        dropped = np.setdiff1d(np.arange(len(self.rows)), kept)
        wanted = np.zeros((len(self.rows), targets.shape[1]))
        wanted[kept] = targets
        # What the inverse of the part without the dropped phrases would give, from the inverse of the whole (block
        # inversion), without ever writing it out.
        across = self.inverse[dropped]
        correction = np.linalg.solve(across[:, dropped], across)
        dual = self.inverse @ wanted - correction.T @ (across @ wanted)
        diagonal = np.diag(self.inverse) - np.einsum("ij,ij->j", across, correction)
        dual[dropped] = 0.0
        return self.matrix.T @ dual.astype(np.float32), targets - dual[kept] / diagonal[kept, None]


def calibration(scores: Wide, truths: Wide) -> tuple[float, float]:
    """Slope and shift of the line through which a logistic curve turns scores into confidences.

    Platt's scaling ("Probabilistic outputs for support vector machines", 1999), by Newton's steps.
    """
    positive, negative = truths.sum(), (1 - truths).sum()
    # Platt's smoothed goals keep a sample that separates cleanly from an infinite slope.
    goals = np.where(truths > 0, (positive + 1) / (positive + 2), 1 / (negative + 2))
    design = np.stack([scores, np.ones_like(scores)], axis=1)
    line = np.array([4.0, -2.0])
    for _ in range(_CALIBRATION_STEPS):
        chance = 1 / (1 + np.exp(-(design @ line)))
        uphill = design.T @ (goals - chance) - 1e-3 * line
        curvature = design.T @ (design * (chance * (1 - chance))[:, None]) + 1e-3 * np.eye(2)
        step = np.linalg.solve(curvature, uphill)
        line = line + step
        if np.abs(step).max() < 1e-9:
            break
    return float(line[0]), float(line[1])
