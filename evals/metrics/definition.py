"""What a metric is: its name, version, unit and direction; it makes its own measurements."""

from __future__ import annotations

from dataclasses import dataclass

from evals.metrics.measurement import Measurement

NO_AUDIO = "no audio at text level"


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricDefinition:
    """One metric as docs/metrics.md defines it. A change of meaning raises `version`.

    Attributes:
        name: as stored.
        version: measurements of two versions are never compared.
        unit: `ms`, `min`, `USD`, `words`, `characters`, `digits`, `entities`, `count`, `ratio` or `yes=1`.
        better: `lower`, `higher`, or empty where neither is better.
    """

    name: str
    version: int
    unit: str
    better: str = "lower"

    def of(self, value: float, *, turn: int | None = None, censored: bool = False) -> Measurement:
        """A measured value."""
        return Measurement(
            metric=self.name,
            version=self.version,
            value=float(value),
            unit=self.unit,
            turn=turn,
            censored=censored,
        )

    def unscored(self, reason: str, *, turn: int | None = None) -> Measurement:
        """No value, and why."""
        return Measurement(
            metric=self.name,
            version=self.version,
            value=None,
            unit=self.unit,
            turn=turn,
            unscored_reason=reason,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class RatioDefinition:
    """A rate that is derived when rows are pooled, never stored: sums of metrics over sums of metrics."""

    name: str
    numerator: tuple[str, ...]
    denominator: tuple[str, ...]
    better: str = "lower"


@dataclass(frozen=True, slots=True, kw_only=True)
class LossDefinition:
    """What a product of rates leaves of 1, derived when rows are pooled: 1 - (hits / said) x (hits / heard)."""

    name: str
    factors: tuple[RatioDefinition, ...]
    better: str = "lower"
