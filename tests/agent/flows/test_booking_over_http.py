"""The booking flow with its real tools, over HTTP against the sandbox: what callers hear when vendors fail."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from agent.cognitive.flow_file import built_in_flow
from agent.cognitive.orchestrator import FlowOrchestrator
from agent.turn import TurnOutput
from tests.agent.cognitive.builders import a_turn, answered, script_of
from tests.sandboxes import Sandboxed, a_sandbox

BOOKING = built_in_flow("booking")
ABOUT = {"first_name": "Alex", "email": "alex@example.com", "time_zone": "Europe/London"}
CALL = ("yes speaking", "yes we are this quarter", "the second one")


def played(box: Sandboxed, lines: Sequence[str] = CALL) -> list[TurnOutput]:
    async def call(tools: Any) -> list[TurnOutput]:
        agent = FlowOrchestrator(BOOKING, tools)
        turns = [answered(flow_id="booking", variables=ABOUT)]
        turns += [
            a_turn(seq, line, flow_id="booking", variables=ABOUT) for seq, line in enumerate(lines, start=1)
        ]
        return [await agent.run_turn(turn) for turn in turns]

    return box.use(call)


def test_a_caller_is_booked_at_the_time_they_chose() -> None:
    with a_sandbox() as box:
        outputs = played(box)
        offer = "I have Monday at nine thirty in the morning or Tuesday at nine in the morning."
        assert offer in script_of(outputs[2].actions)
        assert outputs[-1].state.outcome == "booked"
        assert [booking.start.isoformat() for booking in box.state.bookings] == ["2026-05-19T08:00:00+00:00"]
        assert len(box.state.meetings) == 1
        assert box.state.meetings[0].contacts == ["512"]


@pytest.mark.parametrize(
    ("fault", "outcome", "said"),
    [
        ("cal.propose_slots=error", "handed_off", "I'm sorry, I can't see our diary just now."),
        ("cal.propose_slots=error:1:1", "booked", ""),
        ("cal.propose_slots=malformed", "handed_off", "I'm sorry, I can't see our diary just now."),
        ("cal.create_booking=timeout", "handed_off", "I'm sorry, I couldn't complete the booking just now."),
        ("cal.create_booking=malformed:1:1", "booked", ""),
        ("cal.create_booking=rate_limited:1:1", "booked", ""),
        ("crm.create_meeting=error", "booked", ""),
    ],
)
def test_every_failure_of_a_vendor_has_a_sensible_end(fault: str, outcome: str, said: str) -> None:
    with a_sandbox(fault) as box:
        outputs = played(box)
        assert outputs[-1].state.outcome == outcome
        assert not said or said in [line for output in outputs for line in script_of(output.actions)]
        booked = len(box.state.bookings)
        assert booked == (1 if outcome == "booked" else 0)


def test_a_time_that_is_booked_is_offered_to_nobody_else() -> None:
    with a_sandbox() as box:
        played(box)
        # Another call, on an agent that remembers nothing, to the host whose Tuesday at nine is gone.
        outputs = played(box, CALL[:2])
        assert "Monday at nine thirty in the morning or Tuesday at nine thirty in the morning" in " ".join(
            script_of(outputs[-1].actions)
        )
