"""A file that lines are appended to, each whole on the disk's side of the process before the call returns.

It is bounded: a file that is full becomes `NAME.1`, the one before that `NAME.2`, and the oldest goes. What a killed
process left of its last line is cut off when the file is opened again; that turn had not been answered. One process
writes a file at a time.
"""

from __future__ import annotations

import errno
import fcntl
import os
from pathlib import Path

from agent.errors import BadSettings

DEFAULT_MAX_BYTES = 100 * 1024 * 1024
DEFAULT_KEPT = 9
_TAIL_BYTES = 64 * 1024
_MODE = 0o600
"""It holds what callers said: nobody else's to read."""


class TurnLogFile:
    """An append-only file of lines, with those that were full before it.

    Args:
        path: the file; made when it is not there.
        max_bytes: a line that would make it longer goes to a new one.
        kept: how many full ones are kept beside it.

    Raises:
        BadSettings: it cannot be written, or another process is writing it.
    """

    def __init__(self, path: Path, *, max_bytes: int = DEFAULT_MAX_BYTES, kept: int = DEFAULT_KEPT) -> None:
        self.path = path
        self._max_bytes = max_bytes
        self._kept = kept
        self._size = 0
        self._descriptor = self._opened()

    def append(self, line: str) -> None:
        """Adds the line.

        Raises:
            OSError: the disk did not take it.
        """
        data = line.encode("utf-8", "backslashreplace") + b"\n"
        if self._size and self._size + len(data) > self._max_bytes:
            self._turn_over()
        # One write: a crash leaves a whole line or the beginning of one, never a hole.
        if os.write(self._descriptor, data) < len(data):
            os.ftruncate(self._descriptor, self._size)
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(self.path))
        self._size += len(data)

    def close(self) -> None:
        """Lets others write it."""
        os.close(self._descriptor)

    def _opened(self) -> int:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(self.path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, _MODE)
        except OSError as error:
            raise BadSettings(f"{self.path}: cannot be written: {error.strerror or error}") from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(descriptor)
            raise BadSettings(
                f"{self.path}: another process is writing this log; name another file"
            ) from error
        self._size = _cut_to_whole_lines(descriptor)
        return descriptor

    def _turn_over(self) -> None:
        os.close(self._descriptor)
        for number in range(self._kept, 0, -1):
            older = self._numbered(number - 1) if number > 1 else self.path
            if older.exists():
                older.replace(self._numbered(number))
        if self._kept == 0:
            self.path.unlink(missing_ok=True)
        self._descriptor = self._opened()

    def _numbered(self, number: int) -> Path:
        return self.path.with_name(f"{self.path.name}.{number}")


def _cut_to_whole_lines(descriptor: int) -> int:
    """Takes a line without an end off the file; the bytes that are left."""
    end = size = os.fstat(descriptor).st_size
    while end > 0:
        start = max(0, end - _TAIL_BYTES)
        newline = os.pread(descriptor, end - start, start).rfind(b"\n")
        if newline >= 0:
            end = start + newline + 1
            break
        end = start
    if end < size:
        os.ftruncate(descriptor, end)
    return end
