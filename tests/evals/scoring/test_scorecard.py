from __future__ import annotations

from pathlib import Path

import pytest

from evals.scoring.rules import OutcomeIs
from evals.scoring.scorecard import Applies, CardItem, Score, Scorecard, grade, score
from evals.scoring.scorecard_file import load_scorecard
from evals.scoring.verdict import ItemGrade, ScorecardItem
from tests.builders import a_record

PASS, FAIL, NOT_APPLICABLE, UNSCORED = ItemGrade

BOOKING_QA = Path(__file__).parents[3] / "scorecards" / "booking_qa.yaml"


def an_item(
    name: str, found: ItemGrade, *, weight: float = 1, fatal: bool = False, section: str = "talk"
) -> ScorecardItem:
    return ScorecardItem(
        card="qa", card_version=1, item=name, section=section, weight=weight, fatal=fatal, grade=found
    )


def test_score_is_by_weight() -> None:
    items = [an_item("a", PASS, weight=3), an_item("b", FAIL, weight=1)]
    assert score(items) == Score(
        total=0.75, compliance=None, fatal=(), judged=2, not_applicable=0, unscored=0
    )


def test_what_does_not_apply_or_was_not_judged_leaves_the_denominator() -> None:
    items = [an_item("a", PASS), an_item("b", NOT_APPLICABLE, weight=9), an_item("c", UNSCORED, weight=9)]
    found = score(items)
    assert (found.total, found.judged, found.not_applicable, found.unscored) == (1.0, 1, 1, 1)


def test_fatal_failure_zeroes_the_score_and_is_named() -> None:
    items = [an_item("a", PASS, weight=99), an_item("law", FAIL, weight=1, fatal=True)]
    assert score(items).total == 0
    assert score(items).fatal == ("law",)


def test_compliance_has_a_score_of_its_own() -> None:
    items = [
        an_item("a", FAIL, weight=99, fatal=True),
        an_item("law", PASS, weight=1, section="compliance"),
        an_item("rule", FAIL, weight=3, section="compliance"),
    ]
    assert score(items).compliance == 0.25


def test_nothing_judged_is_no_score() -> None:
    assert score([an_item("a", UNSCORED)]).total is None
    assert score([]).total is None


@pytest.mark.parametrize(
    ("applies", "reason"),
    [
        (Applies(), ""),
        (Applies(visited=("book", "confirm")), ""),
        (Applies(visited=("opt_out",)), "never in opt_out"),
        (Applies(outcome=("booked",)), ""),
        (Applies(outcome=("declined",)), "outcome booked"),
        (Applies(not_outcome=("booked",)), "outcome booked"),
        (Applies(expects_outcome=("booked",)), ""),
        (Applies(expects_outcome=("declined",)), "the scenario aims at booked"),
        (Applies(visited=("book",), outcome=("declined",)), "outcome booked"),
    ],
)
def test_when_an_item_applies(applies: Applies, reason: str) -> None:
    record = a_record(path=("greeting", "book"), outcome="booked", expect={"outcome": "booked"})
    assert applies.exception(record) == reason


def test_item_is_graded_with_its_evidence() -> None:
    card = Scorecard(
        name="qa",
        version=3,
        title="",
        items=(
            CardItem(id="won", question="?", section="end", weight=2, rule=OutcomeIs(any_of=("booked",))),
            CardItem(
                id="sold",
                question="?",
                section="end",
                weight=2,
                rule=OutcomeIs(any_of=("booked",)),
                applies=Applies(visited=("sell",)),
            ),
        ),
    )
    won, sold = grade(a_record(outcome="declined"), card)
    assert won == ScorecardItem(
        card="qa",
        card_version=3,
        item="won",
        section="end",
        weight=2,
        fatal=False,
        grade=FAIL,
        evidence="outcome declined",
    )
    assert (sold.grade, sold.evidence) == (NOT_APPLICABLE, "never in sell")


def test_booking_card_grades_a_call_of_which_nothing_is_known() -> None:
    card = load_scorecard(BOOKING_QA)
    grades = {item.item: item.grade for item in grade(a_record(), card)}
    assert grades == {
        "disclosure": FAIL,
        "right_person": NOT_APPLICABLE,
        "opt_out_honoured": NOT_APPLICABLE,
        "slot_read_back": NOT_APPLICABLE,
        "booked": NOT_APPLICABLE,
        "no_dead_air": FAIL,
        "clear_goodbye": FAIL,
    }
