"""What judging says: checks of a call's expectations, scorecard items, and gates' verdicts."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One expectation of a scenario, held or not; `detail` says what was expected and what came."""

    name: str
    passed: bool
    detail: str = ""


class ItemGrade(StrEnum):
    """How a scorecard item came out. `NOT_APPLICABLE` leaves the denominator; `UNSCORED` could not be judged."""

    PASS = "pass"
    FAIL = "fail"
    NOT_APPLICABLE = "not_applicable"
    UNSCORED = "unscored"


@dataclass(frozen=True, slots=True, kw_only=True)
class ScorecardItem:
    """One line of a scorecard for one call, with the evidence for its grade."""

    card: str
    card_version: int
    item: str
    section: str
    weight: float
    fatal: bool
    grade: ItemGrade
    evidence: str = ""


class GateOutcome(StrEnum):
    """What a gate says."""

    PASS = "pass"
    FAIL = "fail"
    TOO_LITTLE_DATA = "too_little_data"


@dataclass(frozen=True, slots=True, kw_only=True)
class GateVerdict:
    """One gate's verdict with its one line of reason."""

    gate: str
    outcome: GateOutcome
    reason: str
