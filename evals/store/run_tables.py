"""A run's rows by table, filled call by call or piece by piece and given to the store batch by batch."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any

import pyarrow as pa

from evals.store.disk import disk_errors
from evals.store.rows import Row
from evals.store.schema import TABLES, arrow_schema
from evals.store.table_files import CALLS_PER_BATCH, TableFiles


class RunTables:
    """What the store takes of one run. Use it as a context manager: its files are temporary and go with it.

    Attributes:
        calls: how many calls are in it.
    """

    def __init__(self) -> None:
        self.calls = 0
        self._closing = ExitStack()

    def add(self, rows: Mapping[str, Iterable[Row]]) -> None:
        """Takes rows that belong to no call, by table."""
        self._files.add(rows)

    def add_call(self, rows: Mapping[str, Iterable[Row]]) -> None:
        """Takes all rows of one call, by table.

        Raises:
            StoreError: the temporary file cannot be written.
        """
        self._files.add(rows)
        self.calls += 1
        if self.calls % CALLS_PER_BATCH == 0:
            self._files.flush()

    def add_calls(self, tables: Mapping[str, Any], calls: int) -> None:
        """Takes all rows of so many calls, as Arrow tables of the store's schemas, by name.

        Raises:
            StoreError: the temporary file cannot be written.
        """
        for name, table in tables.items():
            self._files.append(name, table.to_batches())
        self.calls += calls

    def readers(self) -> dict[str, Any]:
        """Each table that has rows, as a reader of its batches in the order that they came; each can be read once.

        Raises:
            StoreError: the temporary files cannot be written or read.
        """
        files = self._files.close()
        with disk_errors("cannot read a temporary file"):
            return {
                name: self._closing.enter_context(
                    pa.ipc.open_stream(self._closing.enter_context(pa.OSFile(str(path))))
                )
                for name, path in files.items()
            }

    def __enter__(self) -> RunTables:
        with disk_errors("cannot make a temporary folder"):
            folder = tempfile.TemporaryDirectory(prefix="milliwatt-", ignore_cleanup_errors=True)
        path = Path(self._closing.enter_context(folder))
        self._files = TableFiles(path, {table.name: arrow_schema(table) for table in TABLES})
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.close()
