"""Every tool against the port's contract, over real HTTP on loopback."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.ports.tool import Server, check_tool
from tests.sandboxes import FREE, a_sandbox

CASES: dict[str, dict[str, Any]] = {
    "cal.propose_slots": {"good": {"duration_minutes": 15}, "bad": {"duration_minutes": "15"}},
    "cal.create_booking": {
        "good": {"slot": FREE, "name": "Alex", "email": "alex@example.com"},
        "bad": {"slot": FREE, "name": "Alex", "email": ""},
    },
    "crm.upsert_contact": {
        "good": {"email": "alex@example.com", "name": "Alex Doe"},
        "bad": {"email": "alex at example.com"},
    },
    "crm.create_meeting": {
        "good": {"booking_id": "bk_1", "slot": FREE, "email": "alex@example.com"},
        "bad": {"booking_id": "bk_1", "slot": "2026-05-19T10:30:00"},
    },
    "chat.post_message": {"good": {"text": "New booking"}, "bad": {"text": ""}, "marks_repeats": True},
    "crm.send_video": {"good": {"email": "alex@example.com"}, "bad": {}},
}


def done(state: Any, tool: str) -> int:
    return {
        "cal.propose_slots": 0,
        "cal.create_booking": len(state.bookings),
        "crm.upsert_contact": len(state.contacts),
        "crm.create_meeting": len(state.meetings),
        "chat.post_message": len(state.posts),
        "crm.send_video": len(state.hooks),
    }[tool]


@pytest.mark.parametrize("name", list(CASES))
def test_a_tool_keeps_what_the_port_promises(name: str) -> None:
    operation = "webhook" if name == "crm.send_video" else name

    @contextmanager
    def server_with(*faults: str) -> Iterator[Server]:
        with a_sandbox(*(f"{operation}={fault}" for fault in faults), limited=False) as box:
            yield Server(
                use=lambda work: box.use(lambda tools: work(tools[name])), done=lambda: done(box.state, name)
            )

    check_tool(server_with, **CASES[name])


def test_slacks_webhook_keeps_it_too() -> None:
    @contextmanager
    def server_with(*faults: str) -> Iterator[Server]:
        named = (f"chat.post_message={fault}" for fault in faults)
        with a_sandbox(*named, limited=False, SLACK_BOT_TOKEN="") as box:
            yield Server(
                use=lambda work: box.use(lambda tools: work(tools["chat.post_message"])),
                done=lambda: len(box.state.posts),
            )

    check_tool(server_with, good={"text": "New booking"}, bad={"text": 1}, marks_repeats=True)
