from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from evals.scenario.model import Case
from evals.sim.planted.behaviour import STEADY, Behaviour
from evals.sim.planted.plan import CallPlan, plan_call
from tests.scenarios import a_case, says


def cases(count: int) -> list[Case]:
    case = a_case(says("four eight two one"), says("no wait please"))
    return [replace(case, repeat=number) for number in range(count)]


def share(behaviour: Behaviour, happens: Callable[[CallPlan], bool], count: int = 500) -> float:
    return sum(happens(plan_call(behaviour, 7, case)) for case in cases(count)) / count


def test_the_same_seed_and_case_give_the_same_plan_and_another_seed_another() -> None:
    [case] = cases(1)
    assert plan_call(Behaviour(), 1, case) == plan_call(Behaviour(), 1, case)
    assert plan_call(Behaviour(), 1, case) != plan_call(Behaviour(), 2, case)


def test_a_dial_turned_changes_nothing_that_hangs_on_others() -> None:
    for case in cases(20):
        clean = plan_call(Behaviour(), 3, case)
        faulty = plan_call(replace(Behaviour(), lost_tool=1.0), 3, case)
        assert replace(faulty, lost_tool=clean.lost_tool) == clean
        late = plan_call(replace(Behaviour(), later_ms=100), 3, case)
        answers = zip(clean.turns, late.turns, strict=True)
        assert all(
            one.answer_ms == -300 or (other.answer_ms or 0) == (one.answer_ms or 0) + 100
            for one, other in answers
        )


@pytest.mark.parametrize(
    ("dial", "happens"),
    [
        ("lost_tool", lambda plan: plan.lost_tool),
        ("wrong_slot", lambda plan: plan.wrong_slot),
        ("wrong_state", lambda plan: plan.wrong_state),
        ("wrong_outcome", lambda plan: plan.wrong_outcome),
        ("leaves", lambda plan: plan.leaves),
        ("no_reply", lambda plan: plan.turns[0].answer_ms is None),
        ("cut_in", lambda plan: plan.turns[0].cut_in),
        ("false_stop", lambda plan: plan.turns[0].resume_ms is None),
        ("clipped", lambda plan: plan.turns[1].heard.split()[0] != "no"),
        ("swapped", lambda plan: plan.turns[0].heard != "four eight two one"),
    ],
)
def test_what_goes_wrong_goes_wrong_as_often_as_its_dial_says(
    dial: str, happens: Callable[[CallPlan], bool]
) -> None:
    behaviour = replace(STEADY, **{dial: 0.2})
    assert share(behaviour, happens) == pytest.approx(0.2, abs=0.06)
    assert share(STEADY, happens, 20) == 0


def test_two_neighbouring_digits_change_places_and_the_rest_stays() -> None:
    for case in cases(30):
        heard = plan_call(replace(STEADY, swapped=1.0), 7, case).turns[0].heard
        assert sorted(heard.split()) == ["eight", "four", "one", "two"]
        assert heard in {"eight four two one", "four two eight one", "four eight one two"}


def test_words_are_misheard_one_by_one_and_numbers_are_not() -> None:
    heard = [plan_call(replace(STEADY, misheard=0.3), 7, case).turns for case in cases(300)]
    assert {turns[0].heard for turns in heard} == {"four eight two one"}
    words = [word for turns in heard for word in turns[1].heard.split()]
    assert words.count("pardon") / len(words) == pytest.approx(0.3, abs=0.06)
