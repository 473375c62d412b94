from __future__ import annotations

import dataclasses

from hypothesis import given
from hypothesis import strategies as st

from evals.report.comparison.exchanges import (
    Exchange,
    ExchangePair,
    Part,
    exchanges,
    first_difference,
    paired,
)
from tests.store_builders import a_record, a_text_record

texts = st.text(alphabet="ab ", max_size=6)
some = st.builds(
    Exchange,
    step=st.integers(-1, 3),
    heard=texts,
    states=st.lists(texts, max_size=2).map(tuple),
    replied=texts,
    cut=st.booleans(),
)


def test_a_call_is_told_turn_by_turn() -> None:
    greeting, yes, murmur, budget, slot = exchanges(a_record())
    assert greeting == Exchange(
        step=-1,
        heard="",
        pieces=("(answered)",),
        states=("greeting",),
        replied="Hi, this is Nova from Quantum. Is this Alex?",
    )
    assert (yes.said, yes.heard, yes.pieces) == (
        "Yes, this is Alex.",
        "yes this is alice",
        ("yes this is alice",),
    )
    assert yes.states == ("qualify",)
    assert yes.replied.startswith("Great. We booked you")
    assert murmur.doing == "backchannel"
    assert budget.heard == "yes we are about five thousand"
    assert budget.states == ("book",)
    assert [tool.split()[0] for tool in budget.tools] == ["cal.propose_slots"]
    assert (slot.doing, slot.ended) == ("interrupts", "ended by caller")


def test_a_call_at_text_level_has_the_same_turns() -> None:
    assert [one.step for one in exchanges(a_text_record())] == [-1, 0, 1, 2, 3]


def test_an_agent_that_tells_nothing_is_known_by_its_words_and_its_way() -> None:
    silent = exchanges(dataclasses.replace(a_record(), events=()))
    assert [one.heard for one in silent] == ["", None, None, None, None]
    assert silent[-1].states == ("greeting", "qualify", "book")
    assert silent[1].replied.startswith("Great. We booked you")


@given(st.lists(some, max_size=5))
def test_a_call_does_not_differ_from_itself(found: list[Exchange]) -> None:
    pairs = paired(found, found)
    assert len(pairs) == len(found)
    assert first_difference(pairs) is None


@given(some, some)
def test_differences_do_not_depend_on_which_run_is_first(old: Exchange, new: Exchange) -> None:
    there = ExchangePair(before=old, after=new).differs
    assert there == ExchangePair(before=new, after=old).differs
    assert list(there) == sorted(there, key=list(Part).index)


def test_what_only_one_call_came_to_is_a_difference() -> None:
    record = a_record()
    pairs = paired(
        exchanges(record), exchanges(dataclasses.replace(record, utterances=record.utterances[:3]))
    )
    assert pairs[-1].after is None
    assert pairs[-1].differs == (Part.THERE,)


def test_a_step_played_twice_is_paired_in_order() -> None:
    first, second = Exchange(step=0, heard="one"), Exchange(step=0, heard="two")
    assert [pair.differs for pair in paired([first, second], [first, second])] == [(), ()]
    assert [pair.before for pair in paired([first, second], [first])] == [first, second]
