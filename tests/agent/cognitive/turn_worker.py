"""A worker that answers turns until it is killed: by its own `kill -9`, at the point that its orders name.

`python -m tests.agent.cognitive.turn_worker` loads everything once and then forks a worker, or two at once with the
same turns, for each line of orders on its standard input:

    {"state": URL or "memory", "journal": URL, "ledger": path, "turns": [[index, turn], ...],
     "point": ..., "count": ..., "workers": 1 or 2}

What comes back, a line each: `{"done": index, "answer": ...}`, `{"died": point}`, and `{"over": true}` once they ended.
A point is one side of a commit, of a tool's effect, or of an action's going out; the first worker dies when it has
come by it `count` times.
"""

from __future__ import annotations

import asyncio
import importlib
import json
import os
import signal
import sys
from collections.abc import Sequence
from contextlib import aclosing
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from agent.cognitive.dialogue import Dialogue
from agent.cognitive.dispatch import dispatcher_for
from agent.cognitive.flow_file import built_in_flow
from agent.cognitive.orchestrator import FlowOrchestrator
from agent.cognitive.ports import Held, JournalEntry, StateStore
from agent.cognitive.stores.codec import entry_of, entry_text, kind_of
from agent.cognitive.stores.joined import JoinedStore
from agent.cognitive.stores.memory import MemoryStore
from agent.cognitive.stores.redis_state import RedisState
from agent.cognitive.stores.sql_journal import SqlJournal
from agent.turn import TurnInput, TurnOutput
from tests.fakes.ledger import Ledger
from tests.ports.call_store import EVERY_KIND

POINTS = (
    *("load.after", "append.before", "append.after", "save.before", "save.after"),
    *("tool.before", "tool.after", "given"),
)
AT_ONCE = 6
"""Turns that a worker answers at a time; turns overtake each other by fewer places than this."""
PATIENCE_S = 30.0
TURN = TypeAdapter(TurnInput)
OUTPUT = TypeAdapter(TurnOutput)


class Fuse:
    """Kills this process when it has come by a point so often."""

    def __init__(self, point: str | None, count: int) -> None:
        self._point = point
        self._left = count

    def passed(self, point: str) -> None:
        if point == self._point:
            self._left -= 1
            if self._left <= 0:
                say({"died": point})
                os.kill(os.getpid(), signal.SIGKILL)


class Mortal:
    """A `CallStore` that tells a fuse before and after each commit."""

    def __init__(self, store: JoinedStore, fuse: Fuse) -> None:
        self._store = store
        self._passed = fuse.passed

    async def load(self, call_sid: str) -> Held:
        held = await self._store.load(call_sid)
        self._passed("load.after")
        return held

    async def save(self, call_sid: str, dialogue: Dialogue, *, after: int) -> int:
        self._passed("save.before")
        version = await self._store.save(call_sid, dialogue, after=after)
        self._passed("save.after")
        return version

    async def append(self, turn: TurnInput, place: int, entries: Sequence[JournalEntry]) -> None:
        self._passed("append.before")
        await self._store.append(turn, place, entries)
        self._passed("append.after")

    async def entries(self, call_sid: str, turn_id: str) -> Sequence[JournalEntry]:
        return await self._store.entries(call_sid, turn_id)

    async def last_turn(self, call_sid: str) -> Sequence[JournalEntry]:
        return await self._store.last_turn(call_sid)


def say(line: dict[str, Any]) -> None:
    """One write, so that two workers' lines do not mix and a kill tears none."""
    os.write(1, json.dumps(line).encode() + b"\n")


async def work(orders: dict[str, Any], *, mortal: bool) -> None:
    fuse = Fuse(orders["point"] if mortal else None, orders["count"])
    journal = SqlJournal(orders["journal"], timeout_s=10.0)
    ledger = Ledger(Path(orders["ledger"]), fuse.passed)
    redis = None if orders["state"] == "memory" else RedisState(orders["state"], timeout_s=5.0)
    state: StateStore = redis or MemoryStore()
    store = Mortal(JoinedStore(state, journal), fuse)
    agent = FlowOrchestrator(built_in_flow("booking"), ledger.tools(), store, patience_s=PATIENCE_S)
    places = asyncio.Semaphore(AT_ONCE)

    async def answer(index: int, turn: TurnInput) -> None:
        try:
            async with aclosing(agent.stream_turn(turn)) as steps:
                async for step in steps:
                    fuse.passed("given")
                    if isinstance(step, TurnOutput):
                        say({"done": index, "answer": OUTPUT.dump_python(step, mode="json")})
        finally:
            places.release()

    async with asyncio.TaskGroup() as group:
        for index, turn in orders["turns"]:
            await places.acquire()
            group.create_task(answer(index, TURN.validate_python(turn)))
    if redis is not None:
        await redis.aclose()
    journal.close()
    ledger.close()


def main() -> None:
    # Whatever a worker would load and make at its start is made once, here, and forked with.
    dispatcher_for(built_in_flow("booking"))
    importlib.import_module("psycopg")
    SqlJournal("sqlite://").close()
    for entry in EVERY_KIND:
        entry_of(kind_of(entry), entry_text(entry))
    for line in sys.stdin:
        orders = json.loads(line)
        workers = []
        for number in range(orders["workers"]):
            pid = os.fork()
            if pid == 0:
                status = 1
                try:
                    asyncio.run(work(orders, mortal=number == 0))
                    status = 0
                finally:
                    if status:
                        sys.excepthook(*sys.exc_info())  # type: ignore[arg-type]
                    os._exit(status)
            workers.append(pid)
        failed = [pid for pid in workers if os.waitpid(pid, 0)[1] not in (0, signal.SIGKILL)]
        say({"over": True, "failed": len(failed)})


if __name__ == "__main__":
    main()
