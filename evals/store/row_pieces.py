"""The rows of a part's calls, made by the worker that plays them, so that a run ends with a bulk load.

    reports/runs/<run>/rows/000-001/measurements.arrows   the rows of part 000-001's calls, a file a table
    reports/runs/<run>/rows/000-001/piece.json            written last: what the part and these files were then

Parts stay the truth. A piece is believed when its worker came to its end and when part and files still have the hashes
that `piece.json` names; the calls of any other part are read from its lines. Pieces are gone when the run is stored.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa

from evals.errors import StoreError
from evals.record import CallRecord, CallStatus, Level, ToolCall, canonical_json
from evals.scoring.verdict import Check, ItemGrade, ScorecardItem
from evals.store.call_audio import audio_name
from evals.store.disk import disk_errors, make_folder, write_atomically
from evals.store.finished import FinishedCall
from evals.store.measurement_columns import measurements_by_case
from evals.store.parts import part_files, read_parts
from evals.store.rows import call_rows
from evals.store.schema import TABLES, arrow_schema
from evals.store.table_files import CALLS_PER_BATCH, TableFiles

PIECES_FOLDER = "rows"
PIECE_FILE = "piece.json"
PIECE_SCHEMA = 1

_JUDGED = "judged"
_SCHEMAS = {
    **{table.name: arrow_schema(table) for table in TABLES},
    # What judging looks at and no table of the store has.
    _JUDGED: pa.schema(
        [("flow_sha256", pa.string()), ("tools", pa.list_(pa.string())), ("audio", pa.bool_())]
    ),
}
_CORRUPT = (StoreError, pa.ArrowException, OSError, ValueError, KeyError, TypeError)


class PieceWriter:
    """Makes the piece of one part, call by call. When the disk refuses, there will be no piece, and nothing is lost.

    Args:
        run_folder: the run's folder.
        run_id: the run, as its rows name it.
        part: the part's file, still empty.
    """

    def __init__(self, run_folder: Path, run_id: str, part: Path) -> None:
        self._run_id = run_id
        self._folder = run_folder / PIECES_FOLDER / part.stem
        self._hash = hashlib.blake2b(digest_size=16)
        self._calls = 0
        self._files: TableFiles | None = None
        try:
            make_folder(self._folder)
            self._files = TableFiles(self._folder, _SCHEMAS)
        except StoreError:
            pass

    def add(self, finished: FinishedCall, line: bytes) -> None:
        """Takes a call whose line has just been appended to the part."""
        if self._files is None:
            return
        self._hash.update(line)
        self._calls += 1
        record = finished.record
        judged = {
            "flow_sha256": str(record.agent.get("flow_sha256", "")),
            "tools": [tool.name for tool in record.tools],
            "audio": bool(record.caller_track or record.agent_track),
        }
        self._files.add({**call_rows(self._run_id, finished, audio=""), _JUDGED: [judged]})
        if self._calls % CALLS_PER_BATCH == 0:
            try:
                self._files.flush()
            except _CORRUPT:
                self._files = None

    def close(self) -> None:
        """Finishes the piece; from here it counts."""
        if self._files is None:
            return
        files, self._files = self._files, None
        try:
            tables = {name: _hash_of(path) for name, path in files.close().items()}
            piece = {
                "schema": PIECE_SCHEMA,
                "calls": self._calls,
                "part": self._hash.hexdigest(),
                "tables": tables,
            }
            write_atomically(self._folder / PIECE_FILE, canonical_json(piece).encode() + b"\n")
        except _CORRUPT:
            pass  # a piece that is not whole is none


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """All rows of a part's calls.

    Attributes:
        tables: Arrow tables of the store's schemas, by name, as far as they have rows; no call has its `audio`.
        cases: the calls' cases, in the part's order.
        judged: what judging looks at beside them, an Arrow table of a row a call.
    """

    tables: dict[str, Any] = field(repr=False)
    cases: tuple[str, ...]
    judged: Any = field(repr=False)

    def calls(self) -> list[FinishedCall]:
        """The calls as judging sees them: without their events, words, utterances and tracks."""
        measurements = measurements_by_case(self.tables["measurements"])
        checks = self._by_case("checks")
        graded = self._by_case("scorecard_items")
        return [
            FinishedCall(
                record=_record(row, judged),
                record_sha256=row["record_sha256"],
                measurements=tuple(measurements.get(row["case_id"], ())),
                checks=tuple(
                    Check(name=check["name"], passed=check["passed"], detail=check["detail"])
                    for check in checks.get(row["case_id"], ())
                ),
                scorecard=tuple(_item(item) for item in graded.get(row["case_id"], ())),
                wall_s=row["wall_s"],
                worker=row["worker"],
            )
            for row, judged in zip(self.tables["calls"].to_pylist(), self.judged.to_pylist(), strict=True)
        ]

    def tables_for(self, audio_folder: str) -> dict[str, Any]:
        """The tables for a store from which the run's audio is in `audio_folder`."""
        there = self.judged.column("audio").to_pylist()
        if not any(there):
            return self.tables
        calls = self.tables["calls"]
        hashes = calls.column("record_sha256").to_pylist()
        files = [
            f"{audio_folder}/{audio_name(case, sha256)}" if has else ""
            for case, sha256, has in zip(self.cases, hashes, there, strict=True)
        ]
        place = calls.schema.get_field_index("audio")
        audio = pa.array(files, pa.string())
        return {**self.tables, "calls": calls.set_column(place, calls.schema.field(place), audio)}

    def _by_case(self, name: str) -> dict[str, list[dict[str, Any]]]:
        found: dict[str, list[dict[str, Any]]] = {}
        for row in self.tables[name].to_pylist() if name in self.tables else ():
            found.setdefault(row["case_id"], []).append(row)
        return found


def stored_calls(run_folder: Path) -> Iterator[FinishedCall | Piece]:
    """The run's finished calls without their tracks and the agent's words; pieces instead, where there are whole ones.

    Raises:
        StoreError: a line of a part without a piece is corrupt.
    """
    seen: set[str] = set()
    for part in part_files(run_folder):
        piece = whole_piece(run_folder, part)
        if piece is not None and seen.isdisjoint(piece.cases):
            seen.update(piece.cases)
            yield piece
            continue
        for call in read_parts(run_folder, tracks=False, words=False, only=part):
            if call.record.case_id not in seen:
                seen.add(call.record.case_id)
                yield call


def whole_piece(run_folder: Path, part: Path) -> Piece | None:
    """The piece of a part; None where there is none, or where it is not whole or not of the part as it is."""
    folder = run_folder / PIECES_FOLDER / part.stem
    try:
        told = json.loads((folder / PIECE_FILE).read_bytes())
        if told["schema"] != PIECE_SCHEMA or told["part"] != _hash_of(part):
            return None
        tables = {}
        for name, hashed in told["tables"].items():
            path = folder / f"{name}.arrows"
            if name not in _SCHEMAS or _hash_of(path) != hashed:
                return None
            with pa.OSFile(str(path)) as file, pa.ipc.open_stream(file) as stream:
                tables[name] = stream.read_all()
            if tables[name].schema != _SCHEMAS[name]:
                return None
        judged = tables.pop(_JUDGED)
        cases = tuple(tables["calls"].column("case_id").to_pylist())
        if not (len(set(cases)) == told["calls"] == judged.num_rows and "measurements" in tables):
            return None
        return Piece(tables=tables, cases=cases, judged=judged)
    except _CORRUPT:
        return None


def drop_pieces(run_folder: Path) -> None:
    """Removes the run's pieces, which nobody needs once it is stored."""
    shutil.rmtree(run_folder / PIECES_FOLDER, ignore_errors=True)


def _record(row: dict[str, Any], judged: dict[str, Any]) -> CallRecord:
    return CallRecord(
        case_id=row["case_id"],
        suite=row["suite"],
        scenario_id=row["scenario_id"],
        voice=row["voice"],
        line={"name": row["line_name"]},
        repeat=row["repeat"],
        seed=row["seed"],
        level=Level(row["level"]),
        scenario={"title": row["title"], "tags": row["tags"]},
        scenario_sha256=row["scenario_sha256"],
        caller_sha256=row["caller_sha256"],
        harness_version=row["harness_version"],
        agent={"flow_sha256": judged["flow_sha256"]},
        status=CallStatus(row["status"]),
        failure=row["failure"],
        duration_ns=row["duration_ns"],
        caller_track=b"",
        agent_track=b"",
        reply_end_ns=0,
        timeout_ns=0,
        utterances=(),
        agent_words=(),
        wire=(),
        events=(),
        tools=tuple(
            ToolCall(t_ns=0, name=name, arguments={}, status="", ok=True) for name in judged["tools"]
        ),
        path=tuple(row["path"]),
        outcome=row["outcome"],
        captured={},
        transferred_to=row["transferred_to"],
        ended_by=row["ended_by"],
    )


def _item(row: dict[str, Any]) -> ScorecardItem:
    names = ("card", "card_version", "item", "section", "weight", "fatal", "evidence")
    return ScorecardItem(**{name: row[name] for name in names}, grade=ItemGrade(row["grade"]))


def _hash_of(path: Path) -> str:
    with disk_errors(f"cannot read {path}"), path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=16)).hexdigest()
