from __future__ import annotations

import re
from pathlib import Path

import pytest

from evals.errors import BadInput
from evals.scoring import rules
from evals.scoring.rules import HeardAny, MetricAtMost
from evals.scoring.scorecard import Applies, CardItem, Scorecard
from evals.scoring.scorecard_file import RULE_KEYS, load_scorecard

ROOT = Path(__file__).parents[3]


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "card.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_card_as_values(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        """
        schema: 1
        card: qa
        version: 2
        title: A card
        items:
          - id: disclosure
            question: Was it said?
            section: compliance
            weight: 15
            fatal: true
            rule: {kind: heard_any, any_of: ["recorded"]}
            applies_when: {not_outcome: [caller_hung_up]}
          - {id: air, question: Silence?, section: talk, weight: 5.5,
             rule: {kind: metric_at_most, metric: dead_air_max, at_most: 5000}}
        """,
    )
    assert load_scorecard(path) == Scorecard(
        name="qa",
        version=2,
        title="A card",
        items=(
            CardItem(
                id="disclosure",
                question="Was it said?",
                section="compliance",
                weight=15,
                fatal=True,
                rule=HeardAny(any_of=("recorded",)),
                applies=Applies(not_outcome=("caller_hung_up",)),
            ),
            CardItem(
                id="air",
                question="Silence?",
                section="talk",
                weight=5.5,
                rule=MetricAtMost(metric="dead_air_max", at_most=5000),
            ),
        ),
    )


def test_every_mistake_is_listed_with_its_line(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        """schema: 2
card: qa
items:
  - id: a
    question: Q?
    section: talk
    weight: 0
    rule: {kind: heard_sometimes, any_of: [x]}
  - id: a
    question: Q?
    section: talk
    weight: 1
    fatal: "yes"
    rule: {kind: metric_at_most, metric: dead_air, at_most: 1}
  - id: b
    section: talk
    weight: 1
    colour: red
    rule: {kind: heard_any, any_of: []}
""",
    )
    with pytest.raises(BadInput) as caught:
        load_scorecard(path)
    mistakes = caught.value.mistakes
    assert [re.match(r"line (\d+)", mistake)[1] for mistake in mistakes] == [  # type: ignore[index]
        *("1", "1", "3", "7", "8", "13", "14", "15", "18", "19")
    ]
    assert "did you mean `dead_air_max`?" in "\n".join(mistakes)
    assert caught.value.exit_status == 2


@pytest.mark.parametrize("text", ["", "- 1", "schema: 1\nitems: [", "schema: 1\ncard: &x qa\n"])
def test_file_that_is_no_card_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(BadInput):
        load_scorecard(written(tmp_path, text))


def test_missing_file_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="cannot be read: No such file"):
        load_scorecard(tmp_path / "none.yaml")


def test_every_kind_of_rule_can_be_written(tmp_path: Path) -> None:
    kinds = {re.sub(r"(?<!^)(?=[A-Z])", "_", kind.__name__).lower() for kind in rules.Rule.__args__}
    assert kinds == set(RULE_KEYS)


@pytest.mark.parametrize("path", sorted((ROOT / "scorecards").glob("*.yaml")), ids=lambda path: path.stem)
def test_cards_that_come_with_the_product_load(path: Path) -> None:
    assert load_scorecard(path).name == path.stem
