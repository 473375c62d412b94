"""Laws of generated conversations: what the caller says is what must come of the call, whatever was drawn."""

from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evals.generating.conversation import caller_words
from evals.generating.suite_lines import Head, head_line, scenario_line
from evals.generating.variations import USUAL, Variation
from evals.metrics.entities.context import EntityContext
from evals.metrics.entities.find import matches
from evals.scenario.file import load_suite
from evals.scenario.model import EntityKind, Scenario, StepKind
from evals.sim.world import PROPOSE_SLOTS, check_world
from evals.synth.caller_voice import reference_text
from tests.evals.generating.material import conversation, plan, plans

ALWAYS = dict.fromkeys(Variation, 1.0)
NEVER = dict.fromkeys(Variation, 0.0)
seeds = st.integers(0, 10**6)
some_plan = st.sampled_from(range(len(plans())))
some_rates = st.sampled_from([USUAL, {**USUAL, Variation.KEYS: 0.0}, {**USUAL, Variation.CORRECTION: 1.0}])


def context(scenario: Scenario) -> EntityContext:
    american = scenario.time_zone.startswith("America/")
    today = datetime.fromisoformat(scenario.now_iso).date()
    return EntityContext(today=today, country="US" if american else "GB")


@given(some_plan, seeds, some_rates)
@settings(max_examples=60, deadline=None)
def test_every_entity_can_be_heard_in_the_words_that_tell_of_it(which: int, seed: int, rates) -> None:
    scenario = conversation(plans()[which], seed, rates).scenario
    for step in scenario.caller:
        for entity in step.entities:
            if entity.type in set(EntityKind):
                kind = EntityKind(entity.type)
                assert matches(kind, str(entity.value), reference_text(step.text), context(scenario)), (
                    entity,
                    step.text,
                )


@given(some_plan, seeds)
@settings(max_examples=60, deadline=None)
def test_what_must_be_held_is_what_was_said(which: int, seed: int) -> None:
    """Numbers and addresses by an independent reader; times and sums word for word."""
    scenario = conversation(plans()[which], seed).scenario
    said = " ".join(reference_text(step.text).lower() for step in scenario.caller)
    keys = {step.keys for step in scenario.caller}
    for name, held in scenario.expect.captured.items():
        if name == "phone":
            assert held in keys or matches(EntityKind.PHONE, held, said, context(scenario))
        elif name == "email":
            assert matches(EntityKind.EMAIL, held, said, context(scenario))
        elif name in ("budget", "timeline"):
            assert held in said


@given(seeds, some_rates)
@settings(max_examples=40, deadline=None)
def test_the_slot_that_must_be_booked_was_on_offer_and_is_told_from_the_others(seed: int, rates) -> None:
    made = conversation(plan("books_first_slot"), seed, rates).scenario
    offers = made.world[PROPOSE_SLOTS]["slots"]  # type: ignore[index, call-overload]
    wanted = next(tool.arguments["slot"] for tool in made.expect.tools if "slot" in tool.arguments)
    assert wanted in offers
    assert made.expect.captured["slot"] == wanted
    last = made.caller[-1].text
    day = datetime.fromisoformat(str(wanted)).strftime("%A")
    others = [datetime.fromisoformat(slot).strftime("%A") for slot in offers if slot != wanted]
    named = [other for other in (day, *others) if other in last]
    # The last day named is the one that is meant.
    assert not named or max(named, key=last.rindex) == day
    assert all(
        datetime.fromisoformat(slot) > datetime.fromisoformat(f"{made.now_iso}+00:00") for slot in offers
    )


@given(some_plan, seeds)
@settings(max_examples=15, deadline=None)
def test_the_same_dice_make_the_same_conversation(which: int, seed: int) -> None:
    assert conversation(plans()[which], seed) == conversation(plans()[which], seed)


@pytest.mark.parametrize("rates", [USUAL, ALWAYS, NEVER])
def test_a_suite_of_conversations_is_read_back_as_it_was_made(tmp_path, rates) -> None:
    made = [conversation(found, 3, rates).scenario for found in plans("paths", "interruptions")]
    first = made[0]
    head = Head(
        name="many",
        flow=first.flow,
        now=first.now_iso,
        time_zone=first.time_zone,
        voice="en-gb",
        origin="a test",
        variables=first.variables,
    )
    path = tmp_path / "many.jsonl"
    path.write_text(head_line(head) + "".join(scenario_line(one, head) for one in made), "utf-8")
    assert list(load_suite(path, check_world=check_world).scenarios) == made


def test_with_everything_switched_off_a_conversation_is_its_scenario() -> None:
    for found in plans():
        made = conversation(found, 1, NEVER)
        assert caller_words(made.scenario) == caller_words(found.scenario)
        assert made.done == frozenset()


def test_corrections_end_with_the_value_that_counts() -> None:
    rates = {**USUAL, Variation.CORRECTION: 1.0, Variation.KEYS: 0.0, Variation.SHORT: 1.0}
    made = [conversation(plan("call_later_other_number"), seed, rates).scenario for seed in range(20)]
    phones = [(one, step) for one in made for step in one.caller if "phone" in one.expect.captured]
    assert all(
        matches(
            EntityKind.PHONE, one.expect.captured["phone"], reference_text(one.caller[-1].text), context(one)
        )
        for one, _ in phones
    )


def test_keys_stand_for_the_answers_that_the_flow_takes_them_for() -> None:
    rates = {**USUAL, Variation.KEYS: 1.0, Variation.BACKCHANNEL: 0.0}
    made = conversation(plan("call_later_other_number"), 1, rates).scenario
    assert made.caller[-1].kind is StepKind.KEYS
    assert made.caller[-1].keys == made.expect.captured["phone"]
    refuses = conversation(plan("objection_then_nothing"), 1, rates).scenario
    assert [step.keys for step in refuses.caller] == ["1", "", "2"]


def test_a_name_is_the_same_wherever_it_stands() -> None:
    made = conversation(plan("books_first_slot"), 4).scenario
    assert made.variables["first_name"] != "Alex"
    assert not any("Alex" in step.text for step in made.caller)
    assert any(
        tool.arguments.get("email") == made.variables["email"] for tool in made.expect.tools if tool.arguments
    )
