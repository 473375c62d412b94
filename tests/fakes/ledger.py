"""Fake tools whose effects outlive the process that had them: a file of them, one row an idempotency key.

What a tool answers follows from the key alone, so it is the same whoever asks and however often: of every seven
bookings about one is refused as taken, and of one the answer is lost after the effect.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Mapping
from hashlib import sha256
from pathlib import Path

from agent.cognitive.ports import Tool, ToolResult
from agent.errors import ProviderTimeout
from agent.turn import Json
from evals.sim.world import PROPOSE_SLOTS, READ_ONLY
from tests.agent.cognitive.builders import TUESDAY, WEDNESDAY


class Ledger:
    """The effects, in a file.

    Args:
        passed: told "tool.before" and "tool.after" around each effect, before its answer goes out.
    """

    def __init__(self, path: Path, passed: Callable[[str], None] = lambda point: None) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None, timeout=30.0)
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.execute("PRAGMA synchronous=OFF")
        self._connection.execute(
            "CREATE TABLE IF NOT EXISTS effects (key TEXT PRIMARY KEY, name TEXT, arguments TEXT, attempts INTEGER)"
        )
        self._passed = passed

    def tools(self) -> dict[str, Tool]:
        return {name: _LedgerTool(self, name, read_only=read_only) for name, read_only in READ_ONLY.items()}

    def effects(self) -> dict[str, tuple[str, str]]:
        """Tool and arguments by idempotency key."""
        rows = self._connection.execute("SELECT key, name, arguments FROM effects").fetchall()
        return {key: (name, arguments) for key, name, arguments in rows}

    def attempts(self) -> int:
        """How often a tool that changes something was asked."""
        return int(self._connection.execute("SELECT coalesce(sum(attempts), 0) FROM effects").fetchone()[0])

    def answer(self, name: str, arguments: Mapping[str, Json], key: str, *, read_only: bool) -> ToolResult:
        if name == PROPOSE_SLOTS:
            return ToolResult(ok=True, status="success", value={"slots": [TUESDAY, WEDNESDAY]})
        self._passed("tool.before")
        if not read_only:
            # One statement: of two that ask at once, one has the effect and the other is told of it.
            self._connection.execute(
                "INSERT INTO effects VALUES (?, ?, ?, 1) ON CONFLICT (key) DO UPDATE SET attempts = attempts + 1",
                (key, name, json.dumps(arguments, sort_keys=True, default=str)),
            )
        self._passed("tool.after")
        fate = sha256(key.encode()).digest()[0] % 7
        if fate == 0:
            raise ProviderTimeout(f"{name}: the answer was lost")
        if fate == 1 and name == "cal.create_booking":
            return ToolResult(ok=False, status="slot_taken")
        return ToolResult(ok=True, status="success", value={"id": key})

    def close(self) -> None:
        self._connection.close()


class _LedgerTool:
    def __init__(self, ledger: Ledger, name: str, *, read_only: bool) -> None:
        self._ledger = ledger
        self.name = name
        self.read_only = read_only
        self.idempotent = (
            False  # it is, but the waits between the policy's attempts are not what is tested here
        )
        self.arguments_schema: Mapping[str, Json] = {"type": "object"}

    async def call(self, arguments: Mapping[str, Json], idempotency_key: str) -> ToolResult:
        return self._ledger.answer(self.name, arguments, idempotency_key, read_only=self.read_only)
