"""A scorecard: what a reviewer would tick for a call, graded by rules, and the score that comes of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from evals.metrics.task import expected_of
from evals.record import CallRecord
from evals.scoring.rules import Rule, apply
from evals.scoring.verdict import ItemGrade, ScorecardItem

COMPLIANCE = "compliance"
"""The section that has a score of its own, so that what the law asks for is not averaged away."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Applies:
    """When an item applies: all conditions that are given must hold.

    Attributes:
        visited: one of these states was entered.
        outcome: the outcome is one of these.
        not_outcome: the outcome is none of these.
        expects_outcome: the scenario aims at one of these outcomes.
    """

    visited: tuple[str, ...] = ()
    outcome: tuple[str, ...] = ()
    not_outcome: tuple[str, ...] = ()
    expects_outcome: tuple[str, ...] = ()

    def exception(self, record: CallRecord) -> str:
        """Why the item does not apply to this call; empty when it does."""
        wanted = expected_of(record).get("outcome")
        if self.visited and not set(self.visited) & set(record.path):
            return f"never in {' or '.join(self.visited)}"
        if self.outcome and record.outcome not in self.outcome:
            return f"outcome {record.outcome or 'none'}"
        if self.not_outcome and record.outcome in self.not_outcome:
            return f"outcome {record.outcome}"
        if self.expects_outcome and wanted not in self.expects_outcome:
            return f"the scenario aims at {wanted or 'no outcome'}"
        return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CardItem:
    """One line of a scorecard.

    Attributes:
        id: names the line.
        question: what a reviewer asks themselves.
        section: `compliance`, or any other.
        weight: its share of the score, against the other items' weights.
        fatal: failing it zeroes the whole score.
        rule: how it is graded.
        applies: when.
    """

    id: str
    question: str
    section: str
    weight: float
    rule: Rule
    fatal: bool = False
    applies: Applies = field(default_factory=Applies)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scorecard:
    """A card with its version; grades under two versions are not compared."""

    name: str
    version: int
    title: str
    items: tuple[CardItem, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """What a card's items come to.

    Attributes:
        total: 0 to 1 by weight, 0 when a fatal item failed; None when no item could be judged.
        compliance: the same of the compliance section alone.
        fatal: the fatal items that failed.
        judged, not_applicable, unscored: how many items were which.
    """

    total: float | None
    compliance: float | None
    fatal: tuple[str, ...]
    judged: int
    not_applicable: int
    unscored: int


def grade(record: CallRecord, card: Scorecard) -> list[ScorecardItem]:
    """Every item of the card for a call, with its evidence."""
    graded = []
    for item in card.items:
        exception = item.applies.exception(record)
        if exception:
            found, evidence = ItemGrade.NOT_APPLICABLE, exception
        else:
            finding = apply(item.rule, record)
            found, evidence = finding.grade, finding.evidence
        graded.append(
            ScorecardItem(
                card=card.name,
                card_version=card.version,
                item=item.id,
                section=item.section,
                weight=item.weight,
                fatal=item.fatal,
                grade=found,
                evidence=evidence,
            )
        )
    return graded


def score(items: Sequence[ScorecardItem]) -> Score:
    """The score of a card's items. What does not apply or could not be judged is left out of the denominator."""
    grades = [item.grade for item in items]
    return Score(
        total=_weighted(items),
        compliance=_weighted([item for item in items if item.section == COMPLIANCE]),
        fatal=_fatal(items),
        judged=grades.count(ItemGrade.PASS) + grades.count(ItemGrade.FAIL),
        not_applicable=grades.count(ItemGrade.NOT_APPLICABLE),
        unscored=grades.count(ItemGrade.UNSCORED),
    )


def _weighted(items: Sequence[ScorecardItem]) -> float | None:
    judged = [item for item in items if item.grade in (ItemGrade.PASS, ItemGrade.FAIL)]
    whole = sum(item.weight for item in judged)
    if not whole:
        return None
    if _fatal(judged):
        return 0.0
    return sum(item.weight for item in judged if item.grade is ItemGrade.PASS) / whole


def _fatal(items: Sequence[ScorecardItem]) -> tuple[str, ...]:
    return tuple(item.item for item in items if item.fatal and item.grade is ItemGrade.FAIL)
