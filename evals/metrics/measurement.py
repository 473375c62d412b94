"""A measurement: what a metric says of a call, or why it could not be measured."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from evals.record import CallRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """One number of one call (`turn` None) or of one caller utterance (`turn` its index in `record.utterances`).

    Counts travel and ratios are derived: a rate is stored as its numerator's and denominator's own metrics.
    `value` None means unscored and `unscored_reason` says why: never a zero.
    `censored` marks a value that is a lower bound (a reply that never came is worth the time waited for it).
    """

    metric: str
    version: int
    value: float | None
    unit: str
    turn: int | None = None
    censored: bool = False
    unscored_reason: str = ""

    def __post_init__(self) -> None:
        if (self.value is None) == (self.unscored_reason == ""):
            raise ValueError(
                f"{self.metric}: a measurement has a value or a reason why it has none, not both"
            )


Metric = Callable[[CallRecord], Sequence[Measurement]]
