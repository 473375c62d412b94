"""The agent's tools against a sandbox on this machine, for tests."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

from agent.clock import LoopClock
from agent.cognitive.ports import Tool
from agent.tool_assembly import make_tools, tool_settings_from
from evals.sandbox.faults import parse_faults
from evals.sandbox.server import RunningSandbox, sandbox
from evals.sandbox.state import SandboxState

ROOT = Path(__file__).parent.parent
LONDON = ZoneInfo("Europe/London")
MONDAY = datetime(2026, 5, 18, 9, 0, tzinfo=LONDON)
"""The sandbox's day and the agent's."""
FREE = "2026-05-19T10:30:00+01:00"

_T = TypeVar("_T")
Tools = Mapping[str, Tool]


@dataclass(frozen=True, kw_only=True)
class Sandboxed:
    """A sandbox, and a way to use tools on it: each `use` is an agent of its own, with nothing in its memory."""

    running: RunningSandbox
    changes: Mapping[str, str]

    @property
    def state(self) -> SandboxState:
        return self.running.state

    def environment(self) -> dict[str, str]:
        return {
            **self.running.environment(),
            "MILLIWATT_WEBHOOKS": str(ROOT / "docs/examples/webhooks.json"),
            "CAL_COM_TIME_ZONE": "Europe/London",
            **self.changes,
        }

    def use(self, work: Callable[[Tools], Awaitable[_T]]) -> _T:
        async def used() -> _T:
            made = make_tools(tool_settings_from(self.environment()), LoopClock(MONDAY))
            try:
                async with asyncio.timeout(20):
                    return await work(made.tools)
            finally:
                await made.close()

        return asyncio.run(used())

    def count(self, operation: str, key: str) -> int:
        """How often something was done under a key."""
        return sum(
            entry["count"]
            for entry in self.state.effects()["counts"]
            if (entry["operation"], entry["key"]) == (operation, key)
        )


@contextmanager
def a_sandbox(*faults: str, limited: bool = True, **changes: str) -> Iterator[Sandboxed]:
    """A sandbox on that Monday; `changes` are variables of the agent's environment."""
    state = SandboxState(now=lambda: MONDAY)
    with sandbox(seed=1, faults=parse_faults(faults), limited=limited, state=state) as running:
        yield Sandboxed(running=running, changes=changes)
