from __future__ import annotations

from datetime import date

import pytest

from evals.metrics.entities.context import EntityContext
from evals.metrics.entities.find import canonical, find, matches
from evals.scenario.model import EntityKind

MONDAY = EntityContext(today=date(2026, 5, 18), country="GB")
TEXTS = {
    EntityKind.PHONE: "oh double seven double oh, nine double oh, one two three",
    EntityKind.EMAIL: "jane dot smith at gmail dot com",
    EntityKind.POSTCODE: "S W one A one A A",
    EntityKind.DATE: "the third of May, or next Tuesday",
    EntityKind.TIME: "half past ten",
    EntityKind.MONEY: "twenty five pounds fifty",
    EntityKind.NAME: "Siobhán O'Brien",
    EntityKind.REFERENCE: "A B one two double three",
}


@pytest.mark.parametrize(
    ("kind", "one", "other"),
    [
        # Every row of the table of what Whisper's normaliser does to telephone English that holds an entity.
        ("phone", "07700 900123", "zero seven seven zero zero nine double zero one two three"),
        ("phone", "07700 900123", "oh seven seven double oh nine hundred one two three"),
        ("time", "nine thirty", "9:30"),
        ("time", "nine thirty", "9.30 am"),
        ("time", "9:30", "9.30 am"),
        ("money", "twenty five pounds fifty", "£25.50"),
        ("postcode", "SW1A 1AA", "S W one A one A A"),
        ("email", "jane.smith@gmail.com", "jane dot smith at gmail dot com"),
        ("name", "Mrs O'Brien", "mrs o brien"),
        ("name", "John", "John's car"),
        ("date", "3/5/2026", "third of May twenty twenty six"),
        ("postcode", "SW1A 1AA", "my post code is SW1A 1AA"),
        ("email", "jane.smith@gmail.com", "my e-mail is jane.smith@gmail.com"),
    ],
)
def test_what_the_normaliser_parts_is_one_entity(kind: str, one: str, other: str) -> None:
    assert matches(EntityKind(kind), one, other, MONDAY)
    if kind != "name":  # a name is a part of a text with it, not the text a part of the name
        assert matches(EntityKind(kind), other, one, MONDAY)


@pytest.mark.parametrize("text", ["oh I see", "wait a second", "uh huh mm hmm", "ok", "yeah"])
@pytest.mark.parametrize("kind", [kind for kind in EntityKind if kind is not EntityKind.NAME])
def test_talk_holds_no_entity(kind: EntityKind, text: str) -> None:
    assert find(kind, text, MONDAY) == ()


@pytest.mark.parametrize("kind", list(EntityKind))
def test_canonical_values_stay_as_they_are(kind: EntityKind) -> None:
    values = find(kind, TEXTS[kind], MONDAY)
    assert values
    for value in values:
        assert canonical(kind, value, MONDAY) == (value,)


@pytest.mark.parametrize("kind", list(EntityKind))
def test_an_entity_is_in_the_text_that_says_it_and_not_in_silence(kind: EntityKind) -> None:
    value = find(kind, TEXTS[kind], MONDAY)[0]
    assert matches(kind, value, TEXTS[kind], MONDAY)
    assert not matches(kind, value, "", MONDAY)


@pytest.mark.parametrize(
    ("kind", "expected", "heard", "right"),
    [
        ("phone", "07700900123", "+44 7700 900123", True),
        ("phone", "07700900123", "07700 900124", False),
        ("time", "10:30", "half past ten", True),
        ("time", "10:30", "half past ten in the evening", False),
        ("time", "2026-05-19T10:30:00+01:00", "ten thirty on Tuesday", True),
        ("date", "2026-05-19T10:30:00+01:00", "ten thirty on Tuesday", True),
        ("date", "2026-05-26", "next Tuesday", True),
        ("date", "2026-05-19", "next Tuesday", True),
        ("date", "2026-05-20", "next Tuesday", False),
        ("money", "500000", "about five thousand pounds", True),
        ("money", "500000", "about nine thousand pounds", False),
        ("reference", "AO-17", "a zero one seven", True),
        ("reference", "A017", "A O one seven", True),
        ("reference", "A017", "A O one eleven", False),
        ("name", "Alex", "yeah, it's Alex's flatmate", True),
    ],
)
def test_an_expected_value_is_heard_or_not(kind: str, expected: str, heard: str, right: bool) -> None:
    assert matches(EntityKind(kind), expected, heard, MONDAY) is right


def test_a_day_without_a_year_is_the_same_in_any() -> None:
    assert matches(EntityKind.DATE, "2026-05-03", "the third of May", EntityContext())
    assert not matches(EntityKind.DATE, "2026-05-04", "the third of May", EntityContext())


def test_a_value_that_is_no_entity_of_its_kind_matches_nothing() -> None:
    assert canonical(EntityKind.DATE, "someday", MONDAY) == ()
    assert canonical(EntityKind.TIME, "2026-05-T10", MONDAY) == ()
    assert canonical(EntityKind.NAME, "...", MONDAY) == ()
    assert not matches(EntityKind.DATE, "someday", "someday", MONDAY)
