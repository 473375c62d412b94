"""Turns a second on one core over ten thousand conversations, in memory and with SQLite's journal and event log."""

import asyncio
import os
import resource
from collections.abc import Mapping
from pathlib import Path

import pytest

from agent.clock import cpu_ns, stopwatch_ns
from agent.cognitive.dispatch import dispatcher_for
from agent.cognitive.flow_file import built_in_flow
from agent.cognitive.orchestrator import FlowOrchestrator
from agent.cognitive.ports import CallStore, ToolResult
from agent.cognitive.stores.joined import JoinedStore
from agent.cognitive.stores.memory import MemoryStore
from agent.cognitive.stores.sql_journal import SqlJournal
from agent.turn import Json, TurnEvent, TurnInput
from evals.sim.world import PROPOSE_SLOTS, READ_ONLY

pytestmark = pytest.mark.bench

CALLS = 10_000
CALLS_ON_DISK = 2_000
NAME = {"first_name": "Alex"}
SLOTS = ("2026-05-19T10:30:00+01:00", "2026-05-20T14:00:00+01:00")
NOW = "2026-05-18T09:00:00+01:00"
# Conversations that take eight turns and more to their ends, with what callers say in between.
CONVERSATIONS = (
    (
        *("who is this", "yes, this is Alex", "can you say that again", "what a day we are having"),
        *("we are, before the summer, maybe eight thousand pounds", "anything on friday", "thursday", "the first"),
    ),
    (
        *("hello", "speaking", "hold on a second", "we are looking into it, this quarter"),
        *("hmm purple", "about five thousand pounds", "neither of those", "tomorrow at five", "the second one"),
    ),
    (
        *("no, you've got somebody else", "sorry who did you want", "she is out until three", "hmm"),
        *("bananas", "tomorrow after five", "what was that", "this number is fine"),
    ),
    (
        *("yes", "say that again please", "no, we have no plans and no budget", "sorry"),
        *("yes, go ahead", "alex dot b", "that is alex dot b at example dot com", "yes", "thank you"),
    ),
)  # fmt: skip


class _Tool:
    """A tool that does its work at once and remembers nothing, so that what grows is the engine's own."""

    def __init__(self, name: str, *, read_only: bool) -> None:
        self.name = name
        self.read_only = read_only
        self.idempotent = True
        self.arguments_schema: Mapping[str, Json] = {"type": "object"}

    async def call(self, arguments: Mapping[str, Json], idempotency_key: str) -> ToolResult:
        value: Mapping[str, Json] = (
            {"slots": SLOTS} if self.name == PROPOSE_SLOTS else {"id": idempotency_key}
        )
        return ToolResult(ok=True, status="success", value=value)


async def _play(store: CallStore | None, calls: int) -> tuple[int, list[int]]:
    """The turns played, and the memory in use (KiB) after each tenth of the calls."""
    tools = {name: _Tool(name, read_only=read_only) for name, read_only in READ_ONLY.items()}
    agent = FlowOrchestrator(built_in_flow("booking"), tools, store)
    turns, held = 0, []
    for call in range(calls):
        for seq, words in enumerate(("", *CONVERSATIONS[call % len(CONVERSATIONS)])):
            event = TurnEvent.SPEECH if seq else TurnEvent.ANSWERED
            await agent.run_turn(
                TurnInput(
                    call_sid=str(call), turn_id=f"{call}-{seq}", seq=seq, flow_id="booking", event=event,
                    transcript=words, variables=NAME, now_iso=NOW,
                )
            )  # fmt: skip
            turns += 1
        if (call + 1) % (calls // 10) == 0:
            held.append(_resident_kib())
    return turns, held


def _resident_kib() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() // 1024


def test_ten_thousand_conversations_on_one_core(tmp_path: Path) -> None:
    journal = SqlJournal(f"sqlite:///{tmp_path / 'calls.sqlite'}")
    rates = {}
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(cores)})
    try:
        dispatcher_for(built_in_flow("booking"))
        stores: dict[str, tuple[CallStore | None, int]] = {
            "memory": (None, CALLS),
            "SQLite": (JoinedStore(MemoryStore(), journal), CALLS_ON_DISK),
        }
        for name, (store, calls) in stores.items():
            began_ns, cpu_began_ns = stopwatch_ns(), cpu_ns()
            turns, held = asyncio.run(_play(store, calls))
            wall, cpu = (stopwatch_ns() - began_ns) / 1e9, (cpu_ns() - cpu_began_ns) / 1e9
            rates[name] = turns / cpu
            print(
                f"\n{name}: {calls} conversations, {turns} turns, {turns / cpu:,.0f} a second of the core's time "
                f"({turns / wall:,.0f} a second of the clock's, load {os.getloadavg()[0]:.1f}); "
                f"memory after each tenth: {', '.join(f'{kib / 1024:.0f}' for kib in held)} MiB"
            )
            if name == "memory":
                assert turns >= 80_000
                # The store is full after 2,000 calls; nothing grows from there.
                assert held[-1] - held[3] < 8 * 1024
    finally:
        os.sched_setaffinity(0, cores)
        journal.close()
    assert rates["memory"] >= 2_000
