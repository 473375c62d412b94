"""A process killed between a tool's effect and its answer, and the same turn gone on with by another."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Mapping

import pytest

from agent.clock import pause, stopwatch_ns
from agent.units import NS_PER_S
from tests.sandboxes import FREE, ROOT, Sandboxed, a_sandbox

KEY = "call-9/turn-4/0/tool"
CHILD = """
import asyncio, json, os, sys
from agent.clock import LoopClock
from agent.tool_assembly import make_tools, tool_settings_from

async def main():
    made = make_tools(tool_settings_from(os.environ), LoopClock())
    await made.tools[sys.argv[1]].call(json.loads(sys.argv[2]), sys.argv[3])

asyncio.run(main())
"""
ARGUMENTS: dict[str, Mapping[str, str]] = {
    "cal.create_booking": {"slot": FREE, "name": "Alex", "email": "alex@example.com"},
    "crm.create_meeting": {"booking_id": "bk_1", "slot": FREE, "email": "alex@example.com"},
    "chat.post_message": {"text": "New booking"},
}


def killed_in_doubt(box: Sandboxed, tool: str) -> None:
    """Kills a process that has asked for something, when it is done and not yet answered."""
    import json

    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, tool, json.dumps(ARGUMENTS[tool]), KEY],
        cwd=ROOT,
        env={**os.environ, **box.environment()},
    )
    deadline_ns = stopwatch_ns() + 60 * NS_PER_S
    while not done(box, tool):
        assert child.poll() is None and stopwatch_ns() < deadline_ns
        pause(0.01)
    assert child.poll() is None, "it still waits for the answer"
    child.send_signal(signal.SIGKILL)
    child.wait(10)


def done(box: Sandboxed, tool: str) -> int:
    state = box.state
    return len(
        {
            "cal.create_booking": state.bookings,
            "crm.create_meeting": state.meetings,
            "chat.post_message": state.posts,
        }[tool]
    )


@pytest.mark.parametrize("again", [True, False])
def test_a_booking_whose_answer_died_with_its_process_is_made_once(again: bool) -> None:
    with a_sandbox("cal.create_booking=lost:1:1") as box:
        killed_in_doubt(box, "cal.create_booking")
        result = box.use(
            lambda tools: (
                tools["cal.create_booking"].call_again(ARGUMENTS["cal.create_booking"], KEY)  # type: ignore[attr-defined]
                if again
                else tools["cal.create_booking"].call(ARGUMENTS["cal.create_booking"], KEY)
            )
        )
        assert result.value["booking_id"] == "bk_1"
        assert box.count("cal.create_booking", KEY) == done(box, "cal.create_booking") == 1


def test_a_meeting_is_made_once_and_a_post_is_repeated_once_with_a_mark() -> None:
    with a_sandbox("crm.create_meeting=lost:1:1", "chat.post_message=lost:1:1") as box:
        killed_in_doubt(box, "crm.create_meeting")
        killed_in_doubt(box, "chat.post_message")
        for tool in ("crm.create_meeting", "chat.post_message"):
            result = box.use(lambda tools, tool=tool: tools[tool].call_again(ARGUMENTS[tool], KEY))  # type: ignore[misc]
            assert result.ok
        assert done(box, "crm.create_meeting") == 1
        assert [post.text for post in box.state.posts] == ["New booking", f"New booking (repeat of {KEY})"]
