"""Rows that a worker made while it played are those that its part's lines give, or they are not used."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from evals.commands.judged import Judging
from evals.metrics.measurement import Measurement
from evals.report.summary import Summary
from evals.store.duck import merge_run
from evals.store.finished import FinishedCall
from evals.store.part_writer import PartWriter
from evals.store.parts import write_run_info
from evals.store.row_pieces import (
    PIECE_FILE,
    PIECES_FOLDER,
    Piece,
    PieceWriter,
    drop_pieces,
    stored_calls,
    whole_piece,
)
from evals.store.schema import TABLES
from tests.store_builders import a_finished_call, a_run, a_text_record

CASES = [f"booking/case_{number}/en-gb/clean/0" for number in range(230)]
FEW = CASES[:5]


def calls_of(cases: list[str]) -> list[FinishedCall]:
    latency = {"metric": "response_latency", "version": 2, "unit": "ms"}
    return [
        a_finished_call(
            case,
            measurements=[
                Measurement(**latency, value=812.5 + number, turn=0),
                Measurement(**latency, value=5000.0, turn=1, censored=True),
                Measurement(metric="task_success", version=1, value=number % 2, unit="yes=1"),
                Measurement(
                    metric="word_hits", version=1, value=None, unit="words", unscored_reason="why not"
                ),
            ],
        )
        for number, case in enumerate(cases)
    ]


def written(folder: Path, *workers: list[FinishedCall], killed: tuple[int, ...] = ()) -> Path:
    """A run's folder, a part a worker; the pieces of workers that were killed were not closed."""
    cases = tuple(call.record.case_id for calls in workers for call in calls)
    write_run_info(folder, a_run(cases=tuple(dict.fromkeys(cases))))
    for worker, calls in enumerate(workers):
        with PartWriter(folder, worker) as part:
            piece = PieceWriter(folder, a_run().run_id, part.path)
            for call in calls:
                piece.add(call, part.append(call))
        if worker not in killed:
            piece.close()
    return folder


def stored(db: Path, folder: Path) -> tuple[dict[str, list[tuple[object, ...]]], Summary]:
    judging = Judging(folder)
    merge_run(db, folder, calls=judging.calls())
    with duckdb.connect(str(db), read_only=True) as connection:
        rows = {table.name: connection.execute(f"SELECT * FROM {table.name}").fetchall() for table in TABLES}
    return rows, judging.summary()


@pytest.mark.parametrize("cases", [FEW, CASES], ids=["few", "many"])
def test_store_and_summary_of_pieces_are_those_of_the_lines(tmp_path: Path, cases: list[str]) -> None:
    folder = written(tmp_path / "run", calls_of(cases)[::2], calls_of(cases)[1::2])
    items = list(stored_calls(folder))
    assert [type(item) for item in items] == [Piece, Piece]
    with_pieces = stored(tmp_path / "a.duckdb", folder)
    drop_pieces(folder)
    assert not (folder / PIECES_FOLDER).exists()
    assert [type(item) for item in stored_calls(folder)] == [FinishedCall] * len(cases)
    assert stored(tmp_path / "b.duckdb", folder) == with_pieces
    assert len(with_pieces[0]["calls"]) == len(cases)
    assert all(row[TABLES[1].columns.index(audio_column())] for row in with_pieces[0]["calls"])


def test_calls_without_audio_have_none_in_the_store(tmp_path: Path) -> None:
    call = a_finished_call(FEW[0], record=a_text_record(FEW[0]))
    folder = written(tmp_path / "run", [call])
    (piece,) = stored_calls(folder)
    assert isinstance(piece, Piece)
    assert piece.tables_for("audio")["calls"].column("audio").to_pylist() == [""]


def test_part_of_a_worker_that_was_killed_is_read_by_its_lines(tmp_path: Path) -> None:
    calls = calls_of(FEW)
    folder = written(tmp_path / "run", calls[:3], calls[3:], killed=(0,))
    kinds = [type(item) for item in stored_calls(folder)]
    assert kinds == [FinishedCall] * 3 + [Piece]
    rows, _ = stored(tmp_path / "a.duckdb", folder)
    drop_pieces(folder)
    assert stored(tmp_path / "b.duckdb", folder)[0] == rows


def test_case_finished_twice_counts_once_as_first_finished(tmp_path: Path) -> None:
    calls = calls_of(FEW)
    folder = written(tmp_path / "run", calls[:3], calls[2:])
    rows, _ = stored(tmp_path / "a.duckdb", folder)
    assert [row[1] for row in rows["calls"]] == FEW
    drop_pieces(folder)
    assert stored(tmp_path / "b.duckdb", folder)[0] == rows


def torn(folder: Path) -> None:
    path = folder / "measurements.arrows"
    path.write_bytes(path.read_bytes()[:-40])


def changed(folder: Path) -> None:
    path = folder / "calls.arrows"
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def lost(folder: Path) -> None:
    (folder / "events.arrows").unlink()


def nonsense(folder: Path) -> None:
    (folder / PIECE_FILE).write_text('{"schema": 1, "tables": [], "part": 7}')


def longer_part(folder: Path) -> None:
    (part,) = (folder.parent.parent / "parts").iterdir()
    with part.open("ab") as file:
        file.write(part.read_bytes().splitlines(keepends=True)[0])


@pytest.mark.parametrize("spoil", [torn, changed, lost, nonsense, longer_part])
def test_piece_that_is_not_as_its_worker_left_it_is_not_used(
    tmp_path: Path, spoil: Callable[[Path], None]
) -> None:
    folder = written(tmp_path / "run", calls_of(FEW))
    (part,) = (folder / "parts").iterdir()
    assert whole_piece(folder, part) is not None
    spoil(folder / PIECES_FOLDER / part.stem)
    assert whole_piece(folder, part) is None
    rows, _ = stored(tmp_path / "a.duckdb", folder)
    assert [row[1] for row in rows["calls"]] == FEW


def test_disk_without_room_for_pieces_costs_time_only(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / PIECES_FOLDER).write_text("in the way")
    folder = written(tmp_path / "run", calls_of(FEW))
    assert [type(item) for item in stored_calls(folder)] == [FinishedCall] * len(FEW)


def audio_column():  # type: ignore[no-untyped-def]
    return next(column for column in TABLES[1].columns if column.name == "audio")
