"""What `milliwatt merge` exits with: as `run` does, with gates that are judged on the merged run alone."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from rich.console import Console

from evals.commands.judged import exit_status, judged
from evals.commands.merge import MergeOptions, merge_runs
from evals.scoring.verdict import Check
from evals.shards import Shard
from evals.store.duck import query
from evals.store.part_writer import PartWriter
from evals.store.parts import write_run_info
from tests.store_builders import a_finished_call, a_run, a_text_record

CASES = tuple(f"booking/s{number:02}/en-gb/clean/0" for number in range(12))
SHARDS = (Shard(number=1, of=2), Shard(number=2, of=2))
GATES = (
    "schema: 1\nabsolute:\n  - {{metric: passed, statistic: mean, at_least: {bound}, min_sample: {sample}}}\n"
)


def a_shard(reports: Path, shard: Shard, gates: str, *, failing: int) -> Path:
    cases = tuple(case for case in CASES if shard.holds(case))
    run_id = f"20261121-10583{shard.number}-booking-1a2b"
    folder = reports / "runs" / run_id
    write_run_info(
        folder, a_run(run_id, cases=cases, whole_cases=CASES, shard=str(shard), level="text", workers=1)
    )
    (folder / "gates.yaml").write_text(gates)
    with PartWriter(folder, 0) as writer:
        for case in cases:
            check = Check(name="outcome", passed=CASES.index(case) >= failing)
            writer.append(a_finished_call(record=a_text_record(case), checks=[check], measurements=[]))
    return folder


@pytest.mark.parametrize(
    ("bound", "sample", "failing", "status", "told"),
    [
        (0.9, 12, 0, 0, "PASS: 12 of 12 calls"),
        (0.9, 100, 0, 3, "UNDECIDED: 12 of 12 calls met their expectations; 1 of 1 gates had too little data."),
        (0.9, 100, 1, 1, "FAIL: 11 of 12 calls"),
        (0.99, 12, 12, 1, "FAIL: 0 of 12 calls met their expectations; 1 of 1 gates failed."),
    ],
)  # fmt: skip
def test_merged_run_is_judged_as_a_run_is_and_a_shard_by_its_calls_alone(
    tmp_path: Path, bound: float, sample: int, failing: int, status: int, told: str
) -> None:
    gates = GATES.format(bound=bound, sample=sample)
    shards = [a_shard(tmp_path, shard, gates, failing=failing) for shard in SHARDS]
    for folder in shards:
        summary = judged(folder)
        assert summary.gates == ()
        assert exit_status(summary) == (1 if summary.failing else 0)
    options = MergeOptions(
        runs=(), sources=(tmp_path,), allow_missing=False, reports=tmp_path, db=tmp_path / "all.duckdb"
    )
    out = io.StringIO()
    assert merge_runs(options, out=Console(file=out, width=200), err=Console(file=io.StringIO())) == status
    assert told in out.getvalue()
    stored = query(options.db, "SELECT run_id, shard FROM runs")
    assert list(stored["shard"]) == [""]
