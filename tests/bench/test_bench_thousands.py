"""Ten thousand conversations at text level: played, measured, stored and gated; and a file of many scenarios read.

MILLIWATT_BENCH_CONVERSATIONS sets another number of conversations than 10,000.
"""

from __future__ import annotations

import os
from pathlib import Path

import duckdb
import pytest

from agent.clock import stopwatch_ns
from agent.units import NS_PER_S
from evals.scenario.file import load_suite
from evals.sim.world import check_world
from evals.store.duck import STORE_FILE
from tests.bench.many_scenarios import write_suites
from tests.bench.processes import Ran, run

pytestmark = pytest.mark.bench

CONVERSATIONS = int(os.environ.get("MILLIWATT_BENCH_CONVERSATIONS", "10000"))
LIMIT_S = 60.0
PATIENCE_S = 1800
MOST_MIB = 1024
MOST_SLOPE_MIB = (
    30.0  # a minute, over the middle of playing: the run's own list of cases is there from the start
)
CORES = 2


def test_ten_thousand_conversations_played_stored_and_gated(tmp_path: Path) -> None:
    suites = write_suites(tmp_path / "suites", CONVERSATIONS)
    reports = tmp_path / "reports"
    arguments = ["run", *suites, "--level", "text", "--workers", str(CORES), "--reports", reports]
    played = run(arguments, patience_s=PATIENCE_S)
    assert played.status in (0, 1, 3)
    with duckdb.connect(str(reports / STORE_FILE), read_only=True) as store:
        assert store.execute("SELECT count(*) FROM calls").fetchone() == (CONVERSATIONS,)
        measured = store.execute("SELECT count(*) FROM measurements").fetchone()
    kept = run(["baseline", "set", "before", "latest", "--reports", reports], patience_s=PATIENCE_S)
    gated = run(["gate", "latest", "--baseline", "before", "--reports", reports], patience_s=PATIENCE_S)
    assert (kept.status, gated.status) == (0, 0)
    assert measured is not None
    print(f"\n{CONVERSATIONS} conversations at text level, {measured[0]} measurements, {CORES} workers")
    for name, ran in (("run", played), ("baseline set", kept), ("gate", gated)):
        print(
            f"{name}: {ran.wall_s:.1f} s, {ran.cpu_s:.1f} s of processor time, "
            f"at most {ran.peak_mib:.0f} MiB in all processes; load of the machine at its start {ran.load:.1f}"
        )
    slopes = _slopes(played)
    print("memory while playing, MiB a minute: " + ", ".join(f"{slope:+.1f}" for slope in slopes))
    assert played.peak_mib <= MOST_MIB
    if CONVERSATIONS >= 10_000:
        assert max(slopes) <= MOST_SLOPE_MIB
    if played.load > CORES / 2:  # before it began; what follows loads the machine itself
        pytest.skip("others were using the machine: the seconds above are theirs, too")
    assert played.wall_s + gated.wall_s <= LIMIT_S


def test_a_suite_of_five_hundred_scenarios_read(tmp_path: Path) -> None:
    (path,) = write_suites(tmp_path, 500)
    load_suite(path, check_world=check_world)  # imports what reading imports, and reads the flow
    begun_ns = stopwatch_ns()
    suite = load_suite(path, check_world=check_world)
    took_s = (stopwatch_ns() - begun_ns) / NS_PER_S
    print(
        f"\n{len(suite.scenarios)} scenarios, {path.stat().st_size / 1024:.0f} KiB: read in {took_s * 1000:.0f} ms"
    )


def _slopes(ran: Ran) -> list[float]:
    """Of the run's own process and of each worker, over the second half of the worker's life."""
    main, *children = ran.memory.values()
    workers = [memory for memory in children if len(memory.at_s) > len(main.at_s) / 4]
    spans = [(memory.at_s[0], memory.at_s[-1]) for memory in workers]
    begin = max((begin for begin, _ in spans), default=0.0)
    end = min((end for _, end in spans), default=0.0)
    return [memory.slope((begin + end) / 2, end) for memory in (main, *workers)]
