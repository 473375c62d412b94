"""Calls at text level with agents that go wrong."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from agent.clock import Clock
from agent.errors import AgentError
from agent.turn import Json, TurnInput, TurnOutput
from evals.record import CallStatus
from evals.scenario.model import Case
from evals.sim.agent_under_test import AgentUnderTest, TextAgent
from evals.sim.text_call import play_text
from evals.sim.virtual_time import run_virtual
from tests.scenarios import a_case, says


class Breaks:
    """A target whose every turn raises `error`."""

    name = "breaks"

    def __init__(self, error: Exception) -> None:
        self._error = error

    def describe(self, case: Case) -> Mapping[str, Json]:
        return {}

    def audio_agent(self, case: Case, clock: Clock) -> AgentUnderTest:
        raise NotImplementedError

    def text_agent(self, case: Case) -> TextAgent:
        async def run_turn(turn: TurnInput) -> TurnOutput:
            raise self._error

        return TextAgent(run_turn=run_turn, flow_id="fake", tools=())


@pytest.mark.parametrize(
    ("error", "failure"),
    [
        (AgentError("fell over\nand more"), "AgentError: fell over"),
        (AgentError(), "AgentError: "),
        (KeyError("slot"), "KeyError: 'slot'"),
    ],
)
def test_agent_that_fails_in_whatever_way_makes_a_failed_record(error: Exception, failure: str) -> None:
    record = run_virtual(play_text(a_case(says("yes")), Breaks(error)))
    assert record.status is CallStatus.FAILED
    assert record.failure == failure
    assert record.ended_by == "agent"
