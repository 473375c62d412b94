"""How often the clinic hears an emergency as one, and how often it takes a reason that can wait for one."""

from pathlib import Path

import pytest

from tests.agent.flows.clinic_calls import WAY_TO, play

LIST = Path(__file__).parents[3] / "corpora" / "clinic" / "urgency.tsv"


def listed(split: str, kind: str) -> list[str]:
    lines = [line for line in LIST.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    rows = [line.split("\t") for line in lines[1:]]
    return [row[2] for row in rows if row[:2] == [split, kind]]


def taken_for_an_emergency(state: str, said: list[str]) -> list[str]:
    return [line for line in said if play(*WAY_TO[state], line).path[-1] == "emergency"]


@pytest.mark.parametrize("state", ["greeting", "visit_reason"])
def test_what_was_read_while_writing_is_told_apart(state: str) -> None:
    assert taken_for_an_emergency(state, listed("seen", "waits")) == []
    assert taken_for_an_emergency(state, listed("seen", "urgent")) == listed("seen", "urgent")


@pytest.mark.parametrize("state", ["greeting", "visit_reason"])
def test_nine_unread_emergencies_in_ten_are_heard_and_few_reasons_taken_for_one(state: str) -> None:
    urgent, waits = listed("test", "urgent"), listed("test", "waits")
    assert (len(urgent), len(waits)) == (25, 25)
    assert len(taken_for_an_emergency(state, urgent)) >= 0.9 * len(urgent)
    assert len(taken_for_an_emergency(state, waits)) <= 0.08 * len(waits)
