"""What gates and the dashboard ask of a store that holds ten million measurements."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import duckdb
import pytest

from agent.clock import stopwatch_ns
from agent.units import NS_PER_S
from dashboards.data import all_runs, calls_of, flips, shared_cases
from evals.metrics.registry import METRICS
from evals.store.duck import query, query_columns
from evals.store.gate_rows import CALLS, MEASUREMENTS, stored_rows
from evals.store.schema import create_statements

pytestmark = pytest.mark.bench

TEN_MILLION = 10_000_000
CALLS_OF_RUN = 10_000
PER_CALL = 28  # what a booking call of three caller turns has at text level
LIMIT_S = 2.0
AGAIN = 5

# The rows of real runs in all that a query looks at: as many calls, metrics, turns and values to the row, run after
# run as they come in. Half of the metrics have a value for each of four turns and half none, with the reason why.
_FILL_CALLS = """
INSERT INTO calls BY NAME SELECT
    '20261121-' || lpad(CAST(run AS VARCHAR), 6, '0') || '-many000-5f52' AS run_id,
    'many' || lpad(CAST(call // 500 AS VARCHAR), 3, '0') || '/call_' || call || '/en-gb/clean/0' AS case_id,
    'many' AS suite, 'call_' || call AS scenario_id, 'Call ' || call AS title, ['generated'] AS tags, 'en-gb' AS voice,
    'clean' AS line_name, '{}' AS line, 0 AS repeat, 1 AS seed, 'text' AS level, hash(run, call) % 10 > 0 AS passed,
    'completed' AS status, '' AS failure, 4000000000 AS duration_ns, 'booked' AS outcome, ['greeting', 'close'] AS path,
    '{}' AS captured, '' AS transferred_to, 'agent' AS ended_by, sha256('s' || call) AS scenario_sha256,
    '' AS caller_sha256, sha256(run || '/' || call) AS record_sha256, '0.1.0' AS harness_version, '' AS audio,
    0.004 AS wall_s, call % 2 AS worker
FROM range(?) runs(run), range(?) calls(call) ORDER BY run, call
"""
_FILL_MEASUREMENTS = """
INSERT INTO measurements BY NAME SELECT
    run_id, case_id, CASE WHEN place % 2 = 0 THEN CAST((place // 2) % 4 AS INTEGER) END AS turn,
    metrics[(place % len(metrics)) + 1] AS metric, 1 AS version,
    CASE WHEN place % 2 = 0 THEN CAST(hash(run_id, case_id, place) % 3000 AS DOUBLE) END AS value, 'ms' AS unit,
    place % 2 = 0 AND hash(case_id, place) % 500 = 0 AS censored,
    CASE WHEN place % 2 = 0 THEN '' ELSE 'no audio at text level' END AS unscored_reason
FROM (SELECT run_id, case_id, place, ? AS metrics FROM calls, range(?) places(place))
"""
_FILL_CHECKS = """
INSERT INTO checks BY NAME SELECT
    run_id, case_id, seq, 'outcome' AS name, passed OR seq > 0 AS passed, 'expected booked' AS detail
FROM calls, range(4) places(seq)
"""


def test_queries_of_a_gate_and_of_the_dashboard_over_ten_million_measurements(tmp_path: Path) -> None:
    db = tmp_path / "milliwatt.duckdb"
    runs = _filled(db, -(-TEN_MILLION // (CALLS_OF_RUN * PER_CALL)))
    rows = int(query(db, "SELECT count(*) AS n FROM measurements")["n"][0])
    assert rows >= TEN_MILLION
    size = db.stat().st_size / 2**20
    print(f"\nstore of {len(runs)} runs of {CALLS_OF_RUN} calls, {rows:,} measurements, {size:.0f} MiB")
    before, after = runs[len(runs) // 2], runs[-1]
    asked: dict[str, Callable[[], Any]] = {
        "gate: both runs' calls and measurements": lambda: [
            query_columns(db, sql, [run]) for sql in (CALLS, MEASUREMENTS) for run in (before, after)
        ],
        "dashboard: every run's figures": lambda: all_runs(db),
        "dashboard: a run's calls": lambda: calls_of(db, after),
        "dashboard: what changed between two runs": lambda: (
            flips(db, before, after),
            shared_cases(db, before, after),
        ),
    }
    # Where others use the machine, too, what it took of the processor is what it takes where they do not.
    slowest = max(min(_told(name, ask)) for name, ask in asked.items())
    _told(
        "gate: the same as the values that gates look at",
        lambda: [stored_rows(db, run) for run in (before, after)],
    )
    found = stored_rows(db, after)
    assert len(found) == CALLS_OF_RUN
    assert all(len(row.measurements) == PER_CALL for _, row in found.values())
    print(f"load of the machine meanwhile: {os.getloadavg()[0]:.1f} on {len(os.sched_getaffinity(0))} cores")
    assert slowest <= LIMIT_S


def _filled(db: Path, runs: int) -> list[str]:
    with duckdb.connect(str(db)) as store:
        for statement in create_statements():
            store.execute(statement)
        store.execute(_FILL_CALLS, [runs, CALLS_OF_RUN])
        store.execute(_FILL_MEASUREMENTS, [[metric.name for metric in METRICS], PER_CALL])
        store.execute(_FILL_CHECKS)
        store.execute(
            "INSERT INTO runs BY NAME SELECT DISTINCT run_id, TIMESTAMP '2026-11-21' AS started, ['many'] AS suites, "
            "'text' AS level, 'reference' AS target, 1 AS seed, '' AS commit, '0.1.0' AS harness_version, "
            "run_id AS folder, 10000 AS cases, CAST([] AS VARCHAR[]) AS merged, '' AS shard FROM calls ORDER BY run_id"
        )
        return [row[0] for row in store.execute("SELECT run_id FROM runs ORDER BY run_id").fetchall()]


def _told(name: str, ask: Callable[[], Any]) -> tuple[float, float]:
    """Medians of seconds by the clock and of processor time, which are printed, too."""
    found_s = [_seconds(ask) for _ in range(AGAIN)]
    wall_s, cpu_s = median(wall for wall, _ in found_s), median(cpu for _, cpu in found_s)
    print(f"{name}: {wall_s:.2f} s, {cpu_s:.2f} s of processor time (medians of {AGAIN})")
    return wall_s, cpu_s


def _seconds(ask: Callable[[], Any]) -> tuple[float, float]:
    """Seconds by the clock, and seconds of processor time of all threads."""
    begun_ns, begun_cpu_s = stopwatch_ns(), time.process_time()
    ask()
    return (stopwatch_ns() - begun_ns) / NS_PER_S, time.process_time() - begun_cpu_s
