"""What writes a run's parts: each worker one of its own, which a kill or a full disk leaves readable (see `parts`)."""

from __future__ import annotations

import os
from pathlib import Path
from types import TracebackType

from agent.clock import stopwatch_ns
from evals.record import canonical_json
from evals.store.call_audio import audio_name, stereo_wav
from evals.store.disk import disk_errors, make_folder, sync_folder, write_atomically
from evals.store.finished import FinishedCall
from evals.store.parts import AUDIO_FOLDER, PART_SCHEMA, PARTS_FOLDER, part_files

SYNC_NS = 250_000_000
"""How long a written line may wait for the disk. Text calls take milliseconds, and a sync of each as long again."""


class PartWriter:
    """Appends a worker's finished calls to a part of its own; a context manager.

    Args:
        run_folder: the run's folder; made when it is not there.
        worker: which worker of the run this is.

    Raises:
        StoreError: the folder cannot be written.
    """

    def __init__(self, run_folder: Path, worker: int) -> None:
        self._audio = run_folder / AUDIO_FOLDER
        parts = run_folder / PARTS_FOLDER
        make_folder(parts)
        self.path = parts / _next_name(parts, worker)
        with disk_errors(f"cannot write {self.path}"):
            self._file = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o644)
        sync_folder(parts)
        self._end = 0
        self._synced_ns = stopwatch_ns()
        self._unsynced = False

    def append(self, finished: FinishedCall) -> bytes:
        """Writes the call: its audio first, then its line. When this returns, no kill can lose it.

        Returns:
            The line, with its newline.

        Raises:
            StoreError: the disk is full or refuses; calls appended before are untouched.
        """
        line = _line(finished, self._write_audio(finished)).encode() + b"\n"
        with disk_errors(f"cannot write {self.path}"):
            try:
                _write_all(self._file, line)
            except OSError:
                # Half a line must not stand before the next one.
                os.ftruncate(self._file, self._end)
                raise
        self._end += len(line)
        self._unsynced = True
        if stopwatch_ns() - self._synced_ns >= SYNC_NS:
            self._sync()
        return line

    def close(self) -> None:
        """Closes the part, all of it on the disk.

        Raises:
            StoreError: the disk refuses to keep what was written last.
        """
        if self._file < 0:
            return
        try:
            self._sync()
        finally:
            os.close(self._file)
            self._file = -1

    def _sync(self) -> None:
        if self._unsynced:
            with disk_errors(f"cannot write {self.path}"):
                os.fsync(self._file)
            self._unsynced = False
        self._synced_ns = stopwatch_ns()

    def __enter__(self) -> PartWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _write_audio(self, finished: FinishedCall) -> str:
        record = finished.record
        if not record.caller_track and not record.agent_track:
            return ""
        name = audio_name(record.case_id, finished.record_sha256)
        make_folder(self._audio)
        write_atomically(self._audio / name, stereo_wav(record.caller_track, record.agent_track))
        sync_folder(self._audio)
        return name


def sync_parts(run_folder: Path) -> None:
    """Makes the disk keep all lines that workers have written, those of workers that are gone, too.

    Raises:
        StoreError: the disk refuses.
    """
    for part in part_files(run_folder):
        with disk_errors(f"cannot write {part}"), part.open("rb") as file:
            os.fsync(file.fileno())


def _next_name(parts: Path, worker: int) -> str:
    starts = [int(path.name[:3]) for path in parts.glob(f"[0-9][0-9][0-9]-{worker:03d}.jsonl")]
    return f"{max(starts, default=-1) + 1:03d}-{worker:03d}.jsonl"


def _write_all(file: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(file, view) :]


def _line(finished: FinishedCall, audio: str) -> str:
    record = finished.record
    head = canonical_json(record.case_id)
    rest = canonical_json(
        {
            "schema": PART_SCHEMA,
            "worker": finished.worker,
            "wall_s": finished.wall_s,
            "audio": {
                "file": audio,
                "caller_samples": len(record.caller_track),
                "agent_samples": len(record.agent_track),
            },
            "measurements": finished.measurements,
            "checks": finished.checks,
            "scorecard": finished.scorecard,
        }
    )
    return (
        f'{{"case_id":{head},"record_sha256":"{finished.record_sha256}",'
        f'"record":{finished.record_text or canonical_json(record)},{rest[1:]}'
    )
