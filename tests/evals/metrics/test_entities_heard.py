from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from agent.events import FinalHeard
from evals.metrics.entities.context import EntityContext
from evals.metrics.entities.find import matches
from evals.metrics.entities_heard import context_of, declared_entities, entities_heard
from evals.metrics.registry import RATIOS, measure, pooled
from evals.record import CallRecord, Level
from evals.scenario.file import load_suite
from evals.scenario.model import EntityKind
from tests.builders import MS, a_record, a_sound, an_utterance

CORPORA = Path(__file__).parents[3] / "corpora"
NUMBER = "It's oh double seven double oh, nine double oh, one two three."
PHONE = {"name": "phone", "type": "phone", "value": "07700900123", "unit": ""}
LONDON = {"time_zone": "Europe/London", "now_iso": "2026-05-18T09:00:00"}


def a_call(said: str, entities: Sequence[Mapping[str, Any]], heard: str | None, **changes: Any) -> CallRecord:
    level = changes.pop("level", Level.AUDIO)
    finals = [] if heard is None else [FinalHeard(t_ns=3_600 * MS, text=heard, confidence=None)]
    record = a_record(an_utterance(said, (2_000, 3_000), **changes), events=finals, level=level)
    scenario = {**record.scenario, **LONDON, "caller": [{"kind": "says", "entities": list(entities)}]}
    return a_record(
        an_utterance(said, (2_000, 3_000), **changes), events=finals, level=level, scenario=scenario
    )


def values(record: CallRecord) -> dict[str, float | None]:
    return {measurement.metric: measurement.value for measurement in entities_heard(record)}


def test_a_number_heard_right_in_another_spelling_is_right() -> None:
    assert values(a_call(NUMBER, [PHONE], "it's 07700 900123")) == {
        "entity_phone_said": 1,
        "entity_phone_heard": 1,
        "digits_said": 11,
        "digit_errors": 0,
    }


def test_a_number_with_one_digit_wrong_is_wrong_with_one_digit() -> None:
    assert values(a_call(NUMBER, [PHONE], "it's 07700 900124")) == {
        "entity_phone_said": 1,
        "entity_phone_heard": 0,
        "digits_said": 11,
        "digit_errors": 1,
    }


def test_each_entity_of_a_line_counts() -> None:
    days = [{"name": name, "type": "date", "value": f"2026-05-{day}"} for name, day in (("a", 19), ("b", 21))]
    money = {"name": "budget", "type": "money", "value": 500_000, "unit": "pence"}
    record = a_call(
        "Tuesday or Thursday, and five thousand pounds.", [*days, money], "tuesday or friday £5,000"
    )
    assert values(record) == {
        "entity_date_said": 2,
        "entity_date_heard": 1,
        "entity_money_said": 1,
        "entity_money_heard": 1,
    }
    [accuracy] = [ratio for ratio in RATIOS if ratio.name == "entity_accuracy"]
    assert pooled(measure(record), accuracy) == 2 / 3


def test_without_a_declaration_nothing_is_measured() -> None:
    assert entities_heard(a_call(NUMBER, [], "it's 07700 900123")) == []
    plain = {"name": "timeline", "type": "text", "value": "this quarter"}
    assert entities_heard(a_call("This quarter.", [plain], "this quarter")) == []
    assert entities_heard(a_record(a_sound("cough", (2_000, 2_200)))) == []


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        (a_call(NUMBER, [PHONE], None, level=Level.TEXT), "no audio at text level"),
        (a_call(NUMBER, [PHONE], None), "the agent does not report what it heard"),
        (a_call(NUMBER, [PHONE], "it's", hung_up=True), "the caller hung up while speaking"),
        (a_call("Yes.", [PHONE], "yes"), "the phone declared is not in what the caller says"),
    ],
)
def test_what_cannot_be_measured_says_why(record: CallRecord, reason: str) -> None:
    assert {measurement.unscored_reason for measurement in entities_heard(record)} == {reason}


@pytest.mark.parametrize(
    ("zone", "country", "day_first"),
    [
        ("Europe/London", "GB", True),
        ("America/New_York", "US", False),
        ("America/Mexico_City", "", True),
        ("Europe/Paris", "", True),
        ("", "", True),
    ],
)
def test_the_callers_time_zone_gives_the_country(zone: str, country: str, day_first: bool) -> None:
    record = a_record(scenario={"time_zone": zone, "now_iso": "2026-05-18T09:00:00"})
    assert context_of(record) == EntityContext(today=date(2026, 5, 18), country=country, day_first=day_first)


def test_a_record_without_a_day_leaves_it_open() -> None:
    assert context_of(a_record()).today is None
    assert declared_entities(None) == []


@pytest.mark.parametrize(
    "path", sorted(CORPORA.glob("*/*.yaml")), ids=lambda path: f"{path.parent.name}/{path.stem}"
)
def test_every_entity_of_the_corpora_is_in_its_own_line(path: Path) -> None:
    if path.stem.startswith("gates"):
        pytest.skip("gates, not a suite")
    for scenario in load_suite(path).scenarios:
        context = context_of(
            a_record(scenario={"time_zone": scenario.time_zone, "now_iso": scenario.now_iso})
        )
        for step in scenario.caller:
            for entity in step.entities:
                if entity.type in set(EntityKind):
                    kind = EntityKind(entity.type)
                    assert matches(kind, str(entity.value), step.text, context), (scenario.id, entity)
