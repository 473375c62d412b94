"""Rows of tables on their way to the store, as a file of Arrow batches a table.

Rows are mappings only until a batch is full. As Arrow they take a tenth of that, and a full batch goes to its file:
any number of rows takes the memory of one batch.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pyarrow as pa

from evals.store.disk import disk_errors
from evals.store.rows import Row

CALLS_PER_BATCH = 100


class TableFiles:
    """Files of rows in a folder, one a table that has any.

    Args:
        folder: where they go; it is there, and empty.
        schemas: the tables' Arrow schemas, by name.
    """

    def __init__(self, folder: Path, schemas: Mapping[str, Any]) -> None:
        self._folder = folder
        self._schemas = schemas
        self._closing = ExitStack()
        self._pending: dict[str, list[Row]] = {name: [] for name in schemas}
        self._writers: dict[str, Any] = {}

    def add(self, rows: Mapping[str, Iterable[Row]]) -> None:
        """Takes rows, by table; they wait for `flush`."""
        for name, more in rows.items():
            self._pending[name].extend(more)

    def flush(self) -> None:
        """Writes the rows that wait.

        Raises:
            StoreError: a file cannot be written.
        """
        for name, rows in self._pending.items():
            if rows:
                self._write(name, pa.RecordBatch.from_pylist(rows, schema=self._schemas[name]))
                self._pending[name] = []

    def append(self, name: str, batches: Iterable[Any]) -> None:
        """Writes batches of the table's schema after the rows that were added before.

        Raises:
            StoreError: a file cannot be written.
        """
        self.flush()
        for batch in batches:
            self._write(name, batch)

    def close(self) -> dict[str, Path]:
        """Writes what waits, closes all files and returns them by table.

        Raises:
            StoreError: a file cannot be written.
        """
        try:
            self.flush()
        finally:
            with disk_errors(f"cannot write to {self._folder}"):
                self._closing.close()
        return {name: self._path(name) for name in self._writers}

    def _write(self, name: str, batch: Any) -> None:
        with disk_errors(f"cannot write to {self._folder}"):
            if name not in self._writers:
                sink = self._closing.enter_context(pa.OSFile(str(self._path(name)), "wb"))
                self._writers[name] = self._closing.enter_context(
                    pa.ipc.new_stream(sink, self._schemas[name])
                )
            self._writers[name].write_batch(batch)

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}.arrows"
