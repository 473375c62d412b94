"""How quickly the service answers over loopback, beside the engine called in process; how quickly a log replays.

python -m pytest -m bench -s tests/bench/test_bench_service.py
"""

from __future__ import annotations

import asyncio
import json
import os
import time
from pathlib import Path

import pytest

from agent.clock import stopwatch_ns
from agent.cognitive.orchestrator import FlowOrchestrator
from agent.remote_turn import RemoteFlow
from agent.turn import RunTurn
from tests.agent.cognitive.builders import a_flow, a_turn, answered, flow_json
from tests.cli import milliwatt
from tests.fakes.tools import ScriptedTool
from tests.fakes.web_server import tool_answer, web_server
from tests.served import served

pytestmark = pytest.mark.bench

CALLS, AT_ONCE = 1_000, 8


async def _calls(run_turn: RunTurn, calls: int) -> list[float]:
    """Seconds of each turn of `calls` calls of three turns, `AT_ONCE` of them at a time."""
    took: list[float] = []
    left = iter(range(calls))

    async def worker() -> None:
        for number in left:
            sid = f"call-{number}"
            turns = (
                answered(call_sid=sid),
                a_turn(1, "the soup is hot", call_sid=sid),
                a_turn(2, "go away", call_sid=sid),
            )
            for turn in turns:
                begun = time.perf_counter()
                await run_turn(turn)
                took.append(time.perf_counter() - begun)

    async with asyncio.TaskGroup() as group:
        for _ in range(AT_ONCE):
            group.create_task(worker())  # it is the group's
    return took


def _cpu_s(pid: int) -> float:
    """Processor time of a process so far: what it costs, whatever else this machine does (proc(5), fields 14, 15)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _print(name: str, took: list[float], wall_s: float, cpu_s: float) -> None:
    took = sorted(took)
    p50, p99 = (1000 * took[int(len(took) * q)] for q in (0.5, 0.99))
    rate = f"{name:22} {len(took) / wall_s:6.0f} turns/s   p50 {p50:6.2f} ms   p99 {p99:6.2f} ms"
    print(f"{rate}   {1000 * cpu_s / len(took):5.2f} ms of a core each")


def test_turns_a_second_over_http_and_in_process(tmp_path: Path) -> None:
    path = tmp_path / "door.json"
    path.write_text(json.dumps(flow_json()))
    engine = FlowOrchestrator(a_flow(), {"door.open": ScriptedTool("door.open")}, stopwatch=stopwatch_ns)
    begun, cpu_s = time.perf_counter(), time.process_time()
    took = asyncio.run(_calls(engine.run_turn, CALLS))
    _print("in process", took, time.perf_counter() - begun, time.process_time() - cpu_s)

    async def remote(address: str) -> list[float]:
        flow = RemoteFlow(address)
        try:
            return await _calls(flow.run_turn, CALLS)
        finally:
            await flow.close()

    log = tmp_path / "turns.jsonl"
    with web_server(lambda asked: tool_answer("success")) as (webhook, _):
        for name, extra in (("over HTTP", ()), ("over HTTP, with a log", ("--turn-log", log))):
            with served("--flow", path, "--webhook", webhook, *extra) as server:
                begun, cpu_s = time.perf_counter(), _cpu_s(server.process.pid)
                took = asyncio.run(remote(server.address))
                _print(name, took, time.perf_counter() - begun, _cpu_s(server.process.pid) - cpu_s)
                assert len(took) == 3 * CALLS
    begun = time.perf_counter()
    done = milliwatt("replay", log, "--flow", path)
    print(f"{'replayed':22} {3 * CALLS / (time.perf_counter() - begun):6.0f} turns/s, starting included")
    assert done.returncode == 0, done.stdout
    assert done.stdout.startswith(f"{3 * CALLS} turns of {CALLS} calls played: {3 * CALLS} as they were")
