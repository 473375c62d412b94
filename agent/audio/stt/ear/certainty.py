"""How sure the ear is of a word, and when the word was: what the search saw, as a calibrated probability and times.

The weights are fitted by the recipe (`evals.ear.calibration`) on speech that the network never learnt from, and lie
beside the network.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from agent.audio.stt.ear.search_hypothesis import HeardWord

CALIBRATION = Path(__file__).with_name("weights") / "calibration.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """What the recipe measured.

    Attributes:
        weights: of a logistic regression over `evidence`, the constant first.
        start_ms: from the middle of the frame where a word's first symbol was clearest to the word's start.
        end_ms: from that of its last symbol to its end.
    """

    weights: tuple[float, ...]
    start_ms: float
    end_ms: float

    def confidence(self, word: HeardWord) -> float:
        """The probability that the word was said."""
        total = sum(w * x for w, x in zip(self.weights, evidence(word), strict=True))
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))

    def of_all(self, words: Sequence[HeardWord]) -> float:
        """The share of the words that are expected to be right; 0 when there are none."""
        return sum(self.confidence(word) for word in words) / len(words) if words else 0.0


def read_calibration(path: Path = CALIBRATION) -> Calibration:
    """The calibration that belongs to the network."""
    facts = json.loads(path.read_text(encoding="utf-8"))
    return Calibration(
        weights=tuple(facts["weights"]), start_ms=float(facts["start_ms"]), end_ms=float(facts["end_ms"])
    )


def evidence(word: HeardWord) -> tuple[float, ...]:
    """What speaks for a word, in numbers of about one; the constant first."""
    margin = 0.0 if word.margin is None else word.margin
    return (
        1.0,
        max(-3.0, word.mean_log_posterior),
        max(-5.0, word.least_log_posterior),
        max(-12.0, word.language_log_probability) / 4,
        margin / 4,
        max(0.0, margin) ** 0.5,
        math.log(len(word.text)),
        float(len(word.text) == 1),
    )
