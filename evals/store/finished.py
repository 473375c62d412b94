"""A finished call as it is stored: its record, and what was measured and judged on it."""

from __future__ import annotations

from dataclasses import dataclass, field

from evals.metrics.measurement import Measurement
from evals.record import CallRecord, CallStatus
from evals.scoring.verdict import Check, ScorecardItem


@dataclass(frozen=True, slots=True, kw_only=True)
class FinishedCall:
    """One call that was played to its end, with everything said about it.

    Attributes:
        record: the call. Its tracks are empty when it was read back without them.
        record_sha256: the record's identity, taken while its tracks were at hand.
        measurements, checks, scorecard: what metrics, expectations and scorecards said.
        wall_s: real seconds that playing and measuring took.
        worker: which worker of the run played it.
        record_text: the record's canonical JSON where it is at hand, so that it need not be made again; else empty.
    """

    record: CallRecord
    record_sha256: str
    measurements: tuple[Measurement, ...] = ()
    checks: tuple[Check, ...] = ()
    scorecard: tuple[ScorecardItem, ...] = ()
    wall_s: float = 0.0
    worker: int = 0
    record_text: str = field(default="", repr=False, compare=False)

    @property
    def passed(self) -> bool:
        """Whether the call could be played and every expectation held."""
        return self.record.status is not CallStatus.FAILED and all(check.passed for check in self.checks)
