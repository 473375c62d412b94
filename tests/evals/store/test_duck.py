from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

from agent.clock import pause, stopwatch_ns
from agent.units import NS_PER_S
from evals.errors import StoreError
from evals.record import Divergence
from evals.run_info import RunInfo
from evals.scoring.verdict import GateOutcome, GateVerdict
from evals.store.duck import READ_WAIT_S, STORE_FILE, WRITE_WAIT_S, export, merge_run, query, rebuild
from evals.store.part_writer import PartWriter
from evals.store.parts import read_run_info, write_run_info, write_verdicts
from evals.store.schema import TABLES
from tests.store_builders import a_finished_call, a_record, a_run

CASE = "booking/{}/en-gb/clean/0"
FIRST, SECOND = "20261121-105830-smoke-1a2b3c", "20261121-110000-smoke-4d5e6f"


def a_stored_run(reports: Path, run_id: str = FIRST, *scenarios: str, info: RunInfo | None = None) -> Path:
    folder = reports / "runs" / run_id
    write_run_info(folder, info or a_run(run_id))
    with PartWriter(folder, 0) as writer:
        for scenario in scenarios or ("books_first_slot",):
            writer.append(a_finished_call(CASE.format(scenario)))
    return folder


def counts(db: Path) -> dict[str, int]:
    return {table.name: int(query(db, f"SELECT count(*) AS n FROM {table.name}")["n"][0]) for table in TABLES}


def test_a_run_becomes_rows_of_every_table(tmp_path: Path) -> None:
    folder = a_stored_run(tmp_path)
    write_verdicts(folder, "", [GateVerdict(gate="g", outcome=GateOutcome.PASS, reason="all hold")])
    db = tmp_path / STORE_FILE
    assert merge_run(db, folder) == 1
    assert counts(db) == {
        "runs": 1,
        "calls": 1,
        "turns": 4,
        "divergences": 0,
        "events": 37,
        "measurements": 5,
        "checks": 3,
        "scorecard_items": 3,
        "verdicts": 1,
    }


def test_replies_that_left_the_transcript_can_be_asked_for(tmp_path: Path) -> None:
    left = Divergence(
        step=2, seq=1, did="skipped", recorded="Which day?", replied="Bye.", reason="shares none"
    )
    folder = tmp_path / "runs" / FIRST
    write_run_info(folder, a_run(FIRST))
    with PartWriter(folder, 0) as writer:
        writer.append(a_finished_call(record=a_record(divergences=(left, left))))
    db = tmp_path / STORE_FILE
    merge_run(db, folder)
    rows = query(
        db, "SELECT place, step, seq, did, recorded, replied, reason FROM divergences ORDER BY place"
    )
    assert rows.values.tolist() == [
        [place, 2, 1, "skipped", "Which day?", "Bye.", "shares none"] for place in (0, 1)
    ]


def test_a_call_can_be_asked_for_in_words_and_numbers(tmp_path: Path) -> None:
    db = tmp_path / STORE_FILE
    merge_run(db, a_stored_run(tmp_path))
    (call,) = query(db, "SELECT * FROM calls WHERE run_id = ?", [FIRST]).to_dict("records")
    assert (call["passed"], call["line_name"], list(call["path"]), call["outcome"]) == (
        False,
        "clean",
        ["greeting", "qualify", "book"],
        None,
    )
    assert (tmp_path / call["audio"]).is_file()
    turns = query(db, "SELECT kind, said, heard FROM turns ORDER BY turn")
    assert turns.values.tolist() == [
        ["says", "Yes, this is Alex.", "yes this is alice"],
        ["sound", "mm-hmm", ""],
        ["says", "Yes we are, about five thousand pounds.", "yes we are about five thousand"],
        ["interrupts", "Tuesday works.", "choose day works"],
    ]
    unscored = query(db, "SELECT metric, turn, value, unscored_reason FROM measurements WHERE value IS NULL")
    assert unscored["unscored_reason"].tolist() == ["no interruption"]
    (run,) = query(db, "SELECT * FROM runs").to_dict("records")
    assert str(run["started"]) == "2026-11-21 10:58:30"
    assert (tmp_path / run["folder"]) == tmp_path / "runs" / FIRST


def test_merging_again_changes_nothing_and_merging_more_adds(tmp_path: Path) -> None:
    db = tmp_path / STORE_FILE
    folder = a_stored_run(tmp_path)
    merge_run(db, folder)
    before = counts(db)
    merge_run(db, folder)
    assert counts(db) == before
    with PartWriter(folder, 1) as writer:
        writer.append(a_finished_call(CASE.format("second")))
    assert merge_run(db, folder) == 2
    merge_run(db, a_stored_run(tmp_path, SECOND))
    assert counts(db) | {"runs": 2, "calls": 3} == counts(db)


def test_a_merge_that_fails_leaves_the_store_as_it_was(tmp_path: Path) -> None:
    db = tmp_path / STORE_FILE
    folder = a_stored_run(tmp_path)
    merge_run(db, folder)
    (part,) = (folder / "parts").iterdir()
    part.write_bytes(b"{}\n")
    with pytest.raises(StoreError, match=r"000-000\.jsonl, line 1: not a finished call"):
        merge_run(db, folder)
    assert counts(db)["calls"] == 1


def test_rebuilding_gives_the_same_store(tmp_path: Path) -> None:
    db = tmp_path / STORE_FILE
    for folder in (a_stored_run(tmp_path), a_stored_run(tmp_path, SECOND, "a", "b")):
        merge_run(db, folder)
    before = {table.name: query(db, f"SELECT * FROM {table.name} ORDER BY ALL") for table in TABLES}
    assert rebuild(db, tmp_path / "runs") == 2
    for name, rows in before.items():
        assert query(db, f"SELECT * FROM {name} ORDER BY ALL").equals(rows), name
    db.unlink()
    assert rebuild(db, tmp_path / "runs") == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == [STORE_FILE, "runs"]


def test_a_run_that_ends_while_the_store_is_rebuilt_is_in_the_new_one(tmp_path: Path) -> None:
    db = tmp_path / STORE_FILE
    merge_run(db, a_stored_run(tmp_path))
    with next((tmp_path / "runs" / FIRST / "parts").iterdir()).open("ab") as part:
        part.write(b"nonsense\n")

    def meanwhile(_complaint: str) -> None:
        if not (tmp_path / "runs" / SECOND).exists():
            # Named so that the list of runs was read before it came.
            merge_run(db, a_stored_run(tmp_path, SECOND))

    assert rebuild(db, tmp_path / "runs", say=meanwhile) == 2
    assert counts(db)["calls"] == 2


def test_rebuilding_says_what_it_leaves_out(tmp_path: Path) -> None:
    a_stored_run(tmp_path)
    damaged = a_stored_run(tmp_path, SECOND, "a", "b")
    (part,) = (damaged / "parts").iterdir()
    lines = part.read_bytes().splitlines(keepends=True)
    part.write_bytes(b"nonsense\n" + lines[1])
    (tmp_path / "runs" / "third").mkdir()
    (tmp_path / "runs" / "third" / "run.json").write_text("{}")
    said: list[str] = []
    assert rebuild(tmp_path / STORE_FILE, tmp_path / "runs", say=said.append) == 2
    assert counts(tmp_path / STORE_FILE)["calls"] == 2
    assert [line.split(": ", 1)[0].rsplit("/", 1)[-1] for line in said] == [
        "000-000.jsonl, line 1",
        "left out",
    ]


def test_rebuilding_replaces_a_store_that_no_longer_opens(tmp_path: Path) -> None:
    a_stored_run(tmp_path)
    db = tmp_path / STORE_FILE
    db.write_bytes(b"not a database " * 100)
    with pytest.raises(StoreError, match="not a valid DuckDB database file"):
        query(db, "SELECT 1")
    rebuild(db, tmp_path / "runs")
    assert counts(db)["calls"] == 1


def test_a_store_of_another_version_asks_for_a_rebuild(tmp_path: Path) -> None:
    db = tmp_path / STORE_FILE
    folder = a_stored_run(tmp_path)
    merge_run(db, folder)
    with duckdb.connect(str(db)) as connection:
        connection.execute("UPDATE store_schema SET version = 99")
    for attempt in (lambda: merge_run(db, folder), lambda: query(db, "SELECT 1")):
        with pytest.raises(
            StoreError, match=r"store of schema 99, this version has \d+; `milliwatt store rebuild`"
        ):
            attempt()
    rebuild(db, tmp_path / "runs")
    assert counts(db)["calls"] == 1


def test_another_programs_database_is_not_touched(tmp_path: Path) -> None:
    db = tmp_path / "other.duckdb"
    with duckdb.connect(str(db)) as connection:
        connection.execute("CREATE TABLE runs (mine INTEGER)")
    with pytest.raises(StoreError, match="not a milliwatt store"):
        merge_run(db, a_stored_run(tmp_path))


def test_no_store_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no store yet; `milliwatt run SUITE` makes one"):
        query(tmp_path / STORE_FILE, "SELECT 1")


def test_a_wrong_query_is_one_line(tmp_path: Path) -> None:
    db = tmp_path / STORE_FILE
    merge_run(db, a_stored_run(tmp_path))
    with pytest.raises(StoreError, match="nonsense") as caught:
        query(db, "SELECT nonsense FROM calls")
    assert "\n" not in str(caught.value)


def test_a_store_in_a_folder_that_cannot_be_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="cannot make the folder"):
        merge_run(tmp_path / "file" / STORE_FILE, a_stored_run(tmp_path))


def test_every_table_is_exported_as_parquet(tmp_path: Path) -> None:
    db = tmp_path / STORE_FILE
    merge_run(db, a_stored_run(tmp_path))
    files = export(db, tmp_path / "parquet")
    assert [path.stem for path in files] == [table.name for table in TABLES]
    measurements = pq.read_table(tmp_path / "parquet" / "measurements.parquet").to_pylist()
    assert [row["value"] for row in measurements] == [800.0, 900.0, 4000.0, 180.0, None]


HOLDER = """
import sys, duckdb
connection = duckdb.connect(sys.argv[1])
print("holding", flush=True)
sys.stdin.readline()
"""


@pytest.fixture
def held_store(tmp_path: Path):
    db = tmp_path / STORE_FILE
    merge_run(db, a_stored_run(tmp_path))
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(db)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "holding\n"
        yield db, holder
        holder.kill()


def test_a_writer_waits_announces_it_and_gives_up_in_time(held_store) -> None:
    db, _holder = held_store
    said: list[str] = []
    began = stopwatch_ns()
    with pytest.raises(StoreError, match=r"another process kept the store busy for 0\.6 s"):
        merge_run(db, db.parent / "runs" / FIRST, say=said.append, wait_s=0.6)
    assert 0.6 <= (stopwatch_ns() - began) / NS_PER_S < 2
    assert said == [f"{db} is in use by another process; waiting up to 0.6 s for it"]


def test_a_writer_gets_its_turn_when_the_other_lets_go(held_store) -> None:
    db, holder = held_store
    threading.Timer(0.3, holder.kill).start()
    assert merge_run(db, db.parent / "runs" / FIRST) == 1


def test_a_reader_gives_up_within_its_time(held_store) -> None:
    db, _holder = held_store
    assert READ_WAIT_S == 2
    began = stopwatch_ns()
    with pytest.raises(StoreError, match=r"another process kept the store busy for 0\.3 s"):
        query(db, "SELECT 1", wait_s=0.3)
    assert (stopwatch_ns() - began) / NS_PER_S < 1.5


# What a merge waits at most (`WRITE_WAIT_S`): on a busy machine a read takes seconds without waiting for anybody.
LONG_S = WRITE_WAIT_S

READER = """
import sys
from pathlib import Path
from agent.clock import pause, stopwatch_ns
from agent.units import NS_PER_S
from evals.store.duck import query
slowest, reads = 0.0, 0
print("reading", flush=True)
while not Path(sys.argv[2]).exists():
    began = stopwatch_ns()
    rows = query(Path(sys.argv[1]), "SELECT run_id, avg(value) AS v FROM measurements GROUP BY run_id")
    assert len(rows) >= 1
    slowest, reads = max(slowest, (stopwatch_ns() - began) / NS_PER_S), reads + 1
    pause(0.05)
print(reads, slowest)
"""


def test_dashboards_read_while_runs_are_merged_and_neither_fails_nor_waits_long(tmp_path: Path) -> None:
    db, stop = tmp_path / STORE_FILE, tmp_path / "stop"
    folders = [a_stored_run(tmp_path, run_id, *(f"s{n}" for n in range(6))) for run_id in (FIRST, SECOND)]
    merge_run(db, folders[0])
    root = Path(__file__).parents[3]
    readers = [
        subprocess.Popen(
            [sys.executable, "-c", READER, str(db), str(stop)],
            stdout=subprocess.PIPE,
            text=True,
            cwd=root,
            env={**os.environ, "PYTHONPATH": str(root)},
        )
        for _ in range(2)
    ]
    for reader in readers:
        assert reader.stdout is not None
        assert reader.stdout.readline() == "reading\n"
    slowest_ns = 0
    for turn in range(10):
        began = stopwatch_ns()
        merge_run(db, folders[turn % 2])
        slowest_ns = max(slowest_ns, stopwatch_ns() - began)
        pause(0.05)
    stop.touch()
    for reader in readers:
        out, _ = reader.communicate(timeout=20)
        assert reader.returncode == 0
        reads, slowest = out.split()
        assert int(reads) >= 3
        assert float(slowest) < LONG_S
    assert slowest_ns / NS_PER_S < LONG_S
    assert read_run_info(folders[1]).run_id == SECOND
