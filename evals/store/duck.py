"""The DuckDB file that people query. It can be made again from parts at any time, so nothing is lost with it.

DuckDB's lock on the file makes processes exclude each other: one writer, or any number of readers. So a reader opens
the file for one query and closes it, and a writer prepares everything first, holds the file for one transaction, and
waits for its moment.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd  # here, for DuckDB would import it while a reader holds the store
import pyarrow.parquet as pq

from agent.clock import pause, stopwatch_ns
from agent.units import NS_PER_S
from evals.errors import StoreError
from evals.store.disk import disk_errors, make_folder
from evals.store.finished import FinishedCall
from evals.store.parts import AUDIO_FOLDER, RUN_FILE, audio_file, read_parts, read_run_info, read_verdicts
from evals.store.row_pieces import Piece
from evals.store.rows import call_rows, run_row, verdict_rows
from evals.store.run_tables import RunTables
from evals.store.schema import STORE_SCHEMA, TABLES, arrow_schema, create_statements

STORE_FILE = "milliwatt.duckdb"
WRITE_WAIT_S = 10.0
READ_WAIT_S = 2.0
_RETRY_S = 0.02
_ANNOUNCE_S = 0.5  # a shorter wait is nobody's business

# A wheel holds all we use; an extension fetched from the network would be a surprise.
_CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
}

Say = Callable[[str], None]


def merge_run(
    db: Path,
    run_folder: Path,
    *,
    calls: Iterable[FinishedCall | Piece] | None = None,
    say: Say | None = None,
    wait_s: float = WRITE_WAIT_S,
) -> int:
    """Puts a run's parts into the store in one transaction, in place of what it had of that run.

    Args:
        db: the store's file; made when it is not there.
        run_folder: the run.
        calls: the run's calls, where the caller reads them anyway, or pieces with their rows. They are all read before
            the store is opened, and the run's verdicts after them.
        say: told, in one line, when the store is busy and this waits for it.
        wait_s: how long to wait for the store.

    Returns:
        How many calls of the run the store now holds.

    Raises:
        StoreError: the parts cannot be read, or the store cannot be written or stayed busy.
    """
    if calls is None:
        calls = read_parts(run_folder, tracks=False, words=False)
    with RunTables() as tables:
        run_id = _fill_tables(tables, db, run_folder, calls)
        readers = tables.readers()
        make_folder(db.parent)
        with _patience(db, wait_s=wait_s, say=say, read_only=False) as connection, _duck_errors(db):
            _write(connection, db, run_id, readers)
        return tables.calls


def rebuild(db: Path, runs_folder: Path, *, say: Say | None = None, wait_s: float = WRITE_WAIT_S) -> int:
    """Makes the store again from the parts of every run in `runs_folder`, and puts it in place when it is whole.

    A run whose parts cannot be read is left out, and `say` is told why; corrupt lines are left out likewise.

    Returns:
        How many runs the store now holds.
    """
    make_folder(db.parent)
    fresh = db.with_name(f".{db.name}.{os.getpid()}.new")
    fresh.unlink(missing_ok=True)
    seen: dict[Path, int] = {}
    try:
        runs = _fill(fresh, db, runs_folder, seen, say=say)
        with _held_if_it_opens(db, say=say, wait_s=wait_s):
            # Runs that were merged into the old store meanwhile; nobody can merge another until this is done.
            runs = _fill(fresh, db, runs_folder, seen, say=say)
            with disk_errors(f"cannot write {db}"):
                fresh.replace(db)
    finally:
        fresh.unlink(missing_ok=True)
    return runs


def query(db: Path, sql: str, params: Sequence[object] = (), *, wait_s: float = READ_WAIT_S) -> pd.DataFrame:
    """The rows of one query; the store is open, read-only, only while it runs.

    Raises:
        StoreError: there is no store, it stayed busy for `wait_s`, or the query is wrong.
    """
    rows: pd.DataFrame = _asked(
        db, lambda connection: connection.execute(sql, list(params)).df(), wait_s=wait_s
    )
    return rows


def query_columns(db: Path, sql: str, params: Sequence[object] = (), *, wait_s: float = READ_WAIT_S) -> Any:
    """The rows of one query as an Arrow table, which is quicker to make where there are many. Raises as `query`."""
    return _asked(
        db, lambda connection: connection.sql(sql, params=list(params)).to_arrow_table(), wait_s=wait_s
    )


def _asked(db: Path, ask: Callable[[Any], Any], *, wait_s: float) -> Any:
    if not db.exists():
        raise StoreError(f"{db}: no store yet; `milliwatt run SUITE` makes one")
    began_ns = stopwatch_ns()
    while True:
        try:
            with _patience(db, wait_s=wait_s, say=None, read_only=True) as connection:
                _check_version(connection, db)
                return ask(connection)
        except duckdb.IOException as error:
            # A writer that came in between reading the file's head and its blocks has moved them; the next opening
            # finds them where they are.
            if (stopwatch_ns() - began_ns) / NS_PER_S >= wait_s:
                raise StoreError(f"{db}: {_first_line(error)}") from error
            pause(_RETRY_S)
        except duckdb.Error as error:
            raise StoreError(f"{db}: {_first_line(error)}") from error


def export(db: Path, folder: Path) -> list[Path]:
    """Writes each table as `<table>.parquet` into `folder`, and returns the files."""
    make_folder(folder)
    files = []
    for table in TABLES:
        path = folder / f"{table.name}.parquet"
        with _patience(db, wait_s=READ_WAIT_S, say=None, read_only=True) as connection, _duck_errors(db):
            _check_version(connection, db)
            rows = connection.sql(f"SELECT * FROM {table.name}").to_arrow_table()
        with disk_errors(f"cannot write {path}"):
            pq.write_table(rows.cast(arrow_schema(table)), path)
        files.append(path)
    return files


class _CannotOpen(StoreError):
    """The store is there and no other process holds it, but it does not open."""


@contextmanager
def _patience(db: Path, *, wait_s: float, say: Say | None, read_only: bool) -> Iterator[Any]:
    began_ns, announced = stopwatch_ns(), False
    while True:
        try:
            connection = duckdb.connect(str(db), read_only=read_only, config=_CONFIG)
            break
        except duckdb.Error as error:
            if not _is_busy(error):
                raise _CannotOpen(f"{db}: {_first_line(error)}") from error
            waited_s = (stopwatch_ns() - began_ns) / NS_PER_S
            if waited_s >= wait_s:
                raise StoreError(f"{db}: another process kept the store busy for {wait_s:g} s") from error
            if say is not None and not announced and waited_s >= _ANNOUNCE_S:
                say(f"{db} is in use by another process; waiting up to {wait_s:g} s for it")
                announced = True
            pause(_RETRY_S)
    try:
        yield connection
    finally:
        connection.close()


def _is_busy(error: duckdb.Error) -> bool:
    # One process may not hold a file both read-only and for writing: threads wait for each other likewise.
    text = str(error)
    return any(
        told in text
        for told in (
            "Could not set lock on file",
            "with a different configuration",
            "Could not read enough bytes",  # the writer is moving blocks at this moment
        )
    )


@contextmanager
def _duck_errors(db: Path) -> Iterator[None]:
    try:
        yield
    except duckdb.Error as error:
        raise StoreError(f"{db}: {_first_line(error)}") from error


def _first_line(error: BaseException) -> str:
    return str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__


def _check_version(connection: Any, db: Path) -> None:
    try:
        version = connection.execute("SELECT version FROM store_schema").fetchall()[0][0]
    except duckdb.CatalogException:
        raise StoreError(f"{db}: not a milliwatt store") from None
    if version != STORE_SCHEMA:
        raise StoreError(
            f"{db}: store of schema {version}, this version has {STORE_SCHEMA}; `milliwatt store rebuild` renews it"
        )


def _prepare(connection: Any, db: Path) -> None:
    if connection.execute("SELECT count(*) FROM information_schema.tables").fetchall()[0][0]:
        _check_version(connection, db)
        return
    for statement in create_statements():
        connection.execute(statement)


def _write(connection: Any, db: Path, run_id: str, readers: dict[str, Any]) -> None:
    connection.begin()
    try:
        _prepare(connection, db)
        for table in TABLES:
            connection.execute(f"DELETE FROM {table.name} WHERE run_id = ?", [run_id])
            if table.name in readers:
                connection.register("incoming", readers[table.name])
                connection.execute(f"INSERT INTO {table.name} BY NAME SELECT * FROM incoming")
                connection.unregister("incoming")
        connection.commit()
    except BaseException:
        connection.rollback()
        raise


def _fill(fresh: Path, db: Path, runs_folder: Path, seen: dict[Path, int], *, say: Say | None) -> int:
    """Merges into `fresh` every run that `seen` does not hold at its present size; returns how many runs it has."""
    with _duck_errors(db), closing(duckdb.connect(str(fresh), config=_CONFIG)) as connection:
        _prepare(connection, db)
        for folder in sorted(path.parent for path in runs_folder.glob(f"*/{RUN_FILE}")):
            size = sum(path.stat().st_size for path in folder.glob("**/*.json*"))
            if seen.get(folder) == size:
                continue
            seen[folder] = size
            with RunTables() as tables:
                try:
                    calls = read_parts(folder, tracks=False, words=False, on_corrupt=say)
                    run_id = _fill_tables(tables, db, folder, calls)
                except StoreError as error:
                    if say is not None:
                        say(f"left out: {error}")
                    continue
                _write(connection, db, run_id, tables.readers())
        return int(connection.execute("SELECT count(*) FROM runs").fetchall()[0][0])


@contextmanager
def _held_if_it_opens(db: Path, *, say: Say | None, wait_s: float) -> Iterator[None]:
    """Keeps others from writing to a store that is about to be replaced. One that does not open needs no keeping."""
    with ExitStack() as held:
        if db.exists():
            try:
                old = held.enter_context(_patience(db, wait_s=wait_s, say=say, read_only=False))
            except _CannotOpen:
                # Its log must not be taken for the new file's.
                with disk_errors(f"cannot write {db}"):
                    db.with_name(f"{db.name}.wal").unlink(missing_ok=True)
            else:
                with _duck_errors(db):
                    old.execute("CHECKPOINT")  # the same, for a log that can still be written back
        yield


def _fill_tables(tables: RunTables, db: Path, run_folder: Path, calls: Iterable[FinishedCall | Piece]) -> str:
    """Puts all rows of the run into `tables`, and returns its id."""
    info = read_run_info(run_folder)
    for finished in calls:
        if isinstance(finished, Piece):
            audio_folder = _relative(run_folder / AUDIO_FOLDER, db)
            tables.add_calls(finished.tables_for(audio_folder), len(finished.cases))
            continue
        audio = audio_file(run_folder, finished)
        tables.add_call(call_rows(info.run_id, finished, audio=_relative(audio, db) if audio else ""))
    run = run_row(info, folder=_relative(run_folder, db))
    tables.add({"runs": [run], "verdicts": verdict_rows(info.run_id, read_verdicts(run_folder))})
    return info.run_id


def _relative(path: Path, db: Path) -> str:
    # The reports folder can be moved or mounted elsewhere as one, so paths count from the store.
    return os.path.relpath(path.resolve(), db.parent.resolve())
