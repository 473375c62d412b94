from __future__ import annotations

from itertools import pairwise

import pytest

from evals.calibration.suites import gated_suite
from evals.sim.planted.behaviour import Behaviour
from evals.sim.planted.faults import BY_NAME, FAULTS, Fault


def test_there_are_at_least_twenty_kinds_of_graded_strength() -> None:
    assert len(BY_NAME) == len(FAULTS) >= 20
    for fault in FAULTS:
        assert len(fault.strengths) >= 4
        assert all(weaker < stronger for weaker, stronger in pairwise(fault.strengths))


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_the_gate_that_must_see_a_fault_is_declared_for_its_suite(fault: Fault) -> None:
    assert fault.metric in {gate.metric for gate in gated_suite(fault.suite).gates.regression}


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_fault_turns_dials_and_no_share_beyond_one(fault: Fault) -> None:
    for strength in fault.strengths:
        behaviour = fault.behaviour(strength)
        assert behaviour != Behaviour()
        shares = ("tail_share", "no_stop", "talks_over", "double", "clipped", "spurious", "wrong_words")
        assert all(0 <= getattr(behaviour, share) <= 1 for share in shares)
    assert fault.behaviour(0.0) in (Behaviour(), fault.behaviour(0.0))
