"""A run's rows by table, filled call by call and given to the store batch by batch.

Rows are mappings only until a batch is full. As Arrow they take a tenth of that, and a full batch goes to a temporary
file: a run of any length takes the memory of one batch.
"""

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

_CALLS_PER_BATCH = 100


class RunTables:
    """What the store takes of one run. Use it as a context manager: its files go with it.

    Attributes:
        calls: how many calls are in it.
    """

    def __init__(self) -> None:
        self.calls = 0
        self._closing = ExitStack()
        self._pending: dict[str, list[Row]] = {table.name: [] for table in TABLES}
        self._writers: dict[str, Any] = {}
        self._schemas = {table.name: arrow_schema(table) for table in TABLES}

    def add(self, rows: Mapping[str, Iterable[Row]]) -> None:
        """Takes rows that belong to no call, by table."""
        for name, more in rows.items():
            self._pending[name].extend(more)

    def add_call(self, rows: Mapping[str, Iterable[Row]]) -> None:
        """Takes all rows of one call, by table.

        Raises:
            StoreError: the temporary file cannot be written.
        """
        self.add(rows)
        self.calls += 1
        if self.calls % _CALLS_PER_BATCH == 0:
            self._flush()

    def readers(self) -> dict[str, Any]:
        """Each table that has rows, as a reader of its batches in the order that they came; each can be read once.

        Raises:
            StoreError: the temporary files cannot be written or read.
        """
        self._flush()
        with disk_errors("cannot read a temporary file"):
            for writer in self._writers.values():
                writer.close()
            return {
                name: self._closing.enter_context(
                    pa.ipc.open_stream(self._closing.enter_context(pa.OSFile(str(self._path(name)))))
                )
                for name in self._writers
            }

    def _flush(self) -> None:
        for name, rows in self._pending.items():
            if not rows:
                continue
            with disk_errors("cannot write a temporary file"):
                self._writer(name).write_batch(pa.RecordBatch.from_pylist(rows, schema=self._schemas[name]))
            self._pending[name] = []

    def _writer(self, name: str) -> Any:
        if name not in self._writers:
            sink = self._closing.enter_context(pa.OSFile(str(self._path(name)), "wb"))
            self._writers[name] = self._closing.enter_context(pa.ipc.new_stream(sink, self._schemas[name]))
        return self._writers[name]

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}.arrows"

    def __enter__(self) -> RunTables:
        with disk_errors("cannot make a temporary folder"):
            folder = tempfile.TemporaryDirectory(prefix="milliwatt-", ignore_cleanup_errors=True)
        self._folder = Path(self._closing.enter_context(folder))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.close()
