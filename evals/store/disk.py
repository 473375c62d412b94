"""Writing files that are either whole or absent, and one clear line when the disk will not have them."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from evals.errors import StoreError

_ADVICE = {
    errno.ENOSPC: "the disk is full; what was finished before is kept",
    errno.EDQUOT: "the disk quota is used up; what was finished before is kept",
    errno.EFBIG: "the file would be larger than allowed; what was finished before is kept",
    errno.EROFS: "the file system is read-only",
    errno.EACCES: "permission denied",
    errno.EPERM: "permission denied",
    errno.ENOENT: "no such file or folder",
    errno.ENOTDIR: "a part of the path is a file, not a folder",
}


@contextmanager
def disk_errors(doing: str) -> Iterator[None]:
    """Turns the operating system's errors into a `StoreError` of one line.

    Args:
        doing: what was being tried, such as `cannot write reports/runs/x/run.json`.
    """
    try:
        yield
    except OSError as error:
        why = _ADVICE.get(error.errno or 0) or error.strerror or type(error).__name__
        raise StoreError(f"{doing}: {why}") from error


def make_folder(folder: Path) -> None:
    """Makes the folder, and those above it."""
    with disk_errors(f"cannot make the folder {folder}"):
        folder.mkdir(parents=True, exist_ok=True)


def write_atomically(path: Path, data: bytes) -> None:
    """Writes a file so that a reader, or a crash, sees the old one or the new one whole."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    with disk_errors(f"cannot write {path}"):
        try:
            with temporary.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise


def link_or_copy(source: Path, target: Path) -> None:
    """Gives `target` the bytes of `source`: as a second name of one file where the disk allows it, else as a copy.

    For files that nobody ever changes in place, which costs nothing where both lie on one disk.
    """
    try:
        os.link(source, target)
    except OSError:  # another disk, or a file system without links
        with disk_errors(f"cannot read {source}"):
            data = source.read_bytes()
        write_atomically(target, data)


def sync_folder(folder: Path) -> None:
    """Makes the names in a folder survive a power cut, where the system can do that."""
    with disk_errors(f"cannot sync the folder {folder}"):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
