from __future__ import annotations

import pytest

from agent.cache import ContentCache
from evals.errors import BadInput
from evals.sim.planted.agent import PlantedAgent
from evals.sim.planted.faults import BY_NAME
from evals.targets.registry import TargetSpec, make_targets


def test_planted_agents_are_asked_for_by_fault_and_strength() -> None:
    reference, target = make_targets(TargetSpec(name="planted:late_stop=120,seed=4"), ContentCache(None))
    assert target == PlantedAgent(
        name="planted:late_stop=120,seed=4", behaviour=BY_NAME["late_stop"].behaviour(120.0), seed=4
    )
    reference.close()


def test_an_unknown_fault_is_told_with_those_there_are() -> None:
    with pytest.raises(BadInput, match="there is no fault bad_mood; there are fixed_delay, "):
        make_targets(TargetSpec(name="planted:bad_mood=1"), ContentCache(None))
    with pytest.raises(BadInput, match="there is 'reference'; and fakes of known truth"):
        make_targets(TargetSpec(name="planted:late_stop"), ContentCache(None))
