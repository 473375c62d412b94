"""The store's rows and the parts' rows of a run are the same rows, and the store is asked only where they must be."""

from __future__ import annotations

from pathlib import Path

from evals.metrics.measurement import Measurement
from evals.store.duck import merge_run
from evals.store.gate_rows import case_row, run_rows, stored_rows
from evals.store.part_writer import PartWriter
from evals.store.parts import heads, read_parts, write_run_info
from tests.store_builders import a_finished_call, a_run

CASES = [f'suite/case {number} "quoted\\ and ünlike"/en-gb/clean/0' for number in range(3)]


def from_parts(folder: Path) -> list[object]:
    return [case_row(call) for call in read_parts(folder, tracks=False)]


def test_store_gives_the_rows_that_parts_give(tmp_path: Path) -> None:
    folder, calls = written(tmp_path)
    db = tmp_path / "store.duckdb"
    merge_run(db, folder)
    assert run_rows(folder, db) == from_parts(folder) == [case_row(call) for call in calls]
    assert {case: row for case, (_, row) in stored_rows(db, a_run().run_id).items()} == {
        row.case_id: row for row in run_rows(folder, db)
    }


def test_without_a_store_the_parts_are_read(tmp_path: Path) -> None:
    folder, _ = written(tmp_path)
    assert run_rows(folder, tmp_path / "none.duckdb") == from_parts(folder)


def test_store_that_lacks_a_call_of_the_run_is_not_believed(tmp_path: Path) -> None:
    folder, calls = written(tmp_path)
    db = tmp_path / "store.duckdb"
    merge_run(db, folder, calls=calls[:2])
    assert run_rows(folder, db) == from_parts(folder)
    assert len(run_rows(folder, db)) == 3


def test_store_that_cannot_be_read_costs_time_only(tmp_path: Path) -> None:
    folder, _ = written(tmp_path)
    db = tmp_path / "store.duckdb"
    db.write_bytes(b"no store at all" * 1000)
    assert run_rows(folder, db) == from_parts(folder)


def test_heads_are_the_cases_with_their_hashes(tmp_path: Path) -> None:
    folder, calls = written(tmp_path)
    assert heads(folder) == {call.record.case_id: call.record_sha256 for call in calls}


def written(tmp_path: Path):
    calls = [a_finished_call(case, measurements=measured(number)) for number, case in enumerate(CASES)]
    folder = tmp_path / "runs" / "r"
    write_run_info(folder, a_run(cases=tuple(CASES)))
    with PartWriter(folder, 0) as writer:
        for call in calls:
            writer.append(call)
    return folder, calls


def measured(number: int) -> list[Measurement]:
    latency = {"metric": "response_latency", "version": 2, "unit": "ms"}
    return [
        Measurement(**latency, value=812.5 + number, turn=0),
        Measurement(**latency, value=5000.0, turn=1, censored=True),
        Measurement(metric="word_hits", version=1, value=None, unit="words", unscored_reason="why not"),
    ]
