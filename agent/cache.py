"""Bytes kept by the content they were made from: in memory, and on disk where a folder is given.

A cache may lose anything at any time and may never return what was not put in. So every entry on disk carries the
checksum of its value; an entry that is torn, corrupt or half written by a killed process is a miss. Entries are
written to a temporary file and renamed, so several processes may share a folder.

The folder is weighed by every process after it has written a share of the bound, so it may exceed the bound by that
share for each process that writes at the same time, and by no more. What killed processes left counts, too.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import hashlib
import os
import re
import threading
from collections import OrderedDict
from pathlib import Path

from agent.clock import machine_wall, pause, stopwatch_ns
from agent.units import NS_PER_S

DISK_BYTES = 2 << 30
MEMORY_BYTES = 64 << 20

_MAGIC = b"mwcache1"
_CHECK_BYTES = 16
_KEY_BYTES = 24
_SWEEP_SHARE = 64  # a process weighs the folder again after it has written this share of the bound
_SWEEP_TO = 0.8  # a sweep leaves room, or every write after it would sweep again
_STALE_TEMPORARY_S = 3600  # a temporary file this old belongs to a process that was killed
_TOUCH_S = 3600  # how exact "oldest" is: an entry's time is renewed at most this often
_SWEEPING = ".sweeping"  # whoever sweeps holds a lock on it
_SWEEP_WAIT_S = 20  # many times what reading a full folder takes
_RETRY_S = 0.01
_KIND = re.compile(r"[a-z0-9][a-z0-9_.-]{0,63}")


def cache_key(*parts: bytes | str | int | float) -> bytes:
    """A key that depends on every part, its type and where it ends.

    Example:
        `cache_key("en-gb", "yes please")`
    """
    digest = hashlib.blake2b(digest_size=_KEY_BYTES)
    for part in parts:
        data = part if isinstance(part, bytes) else repr(part).encode()
        digest.update(f"{type(part).__name__}:{len(data)}:".encode() + data)
    return digest.digest()


class ContentCache:
    """A bounded cache of bytes by kind and key. Safe between threads and between processes.

    A disk that is full or cannot be written costs speed only: `disk_failure` then says why, and the cache goes on
    in memory.

    Args:
        folder: where entries outlive the process; None keeps them in memory only.
        max_bytes: bound of the folder; the entries unused for longest go first.
        memory_bytes: bound of the memory.
    """

    def __init__(
        self, folder: Path | None = None, max_bytes: int = DISK_BYTES, memory_bytes: int = MEMORY_BYTES
    ) -> None:
        self._folder = folder
        self._max_bytes = max_bytes
        self._memory_bytes = memory_bytes
        self._memory: OrderedDict[tuple[str, bytes], bytes] = OrderedDict()
        self._held_bytes = 0
        self._unweighed_bytes: int | None = (
            None  # written since the folder was last weighed; None: never weighed
        )
        self._temporaries = 0
        self._lock = threading.Lock()
        self.disk_failure = ""

    def get(self, kind: str, key: bytes | str) -> bytes | None:
        """The value put under this kind and key, or None when it is not, or no longer, here."""
        entry = (kind, _digest(kind, key))
        with self._lock:
            value = self._memory.get(entry)
            if value is not None:
                self._memory.move_to_end(entry)
                return value
        if self._folder is None:
            return None
        value = _read(self._path(entry))
        if value is not None:
            self._remember(entry, value)
        return value

    def put(self, kind: str, key: bytes | str, value: bytes) -> None:
        """Keeps `value` under this kind and key.

        Raises:
            ValueError: the kind is no plain lower-case name.
        """
        entry = (kind, _digest(kind, key))
        self._remember(entry, value)
        if self._folder is None or self.disk_failure or len(value) > self._max_bytes:
            return
        try:
            self._write(self._path(entry), value)
            self._weigh(len(value))
        except OSError as error:
            self.disk_failure = f"{error.strerror or error} ({self._folder})"

    def _path(self, entry: tuple[str, bytes]) -> Path:
        assert self._folder is not None
        kind, digest = entry
        name = digest.hex()
        return self._folder / kind / name[:2] / name[2:]

    def _remember(self, entry: tuple[str, bytes], value: bytes) -> None:
        with self._lock:
            old = self._memory.pop(entry, b"")
            self._held_bytes -= len(old)
            if len(value) > self._memory_bytes:
                return
            self._memory[entry] = value
            self._held_bytes += len(value)
            while self._held_bytes > self._memory_bytes:
                _, dropped = self._memory.popitem(last=False)
                self._held_bytes -= len(dropped)

    def _write(self, path: Path, value: bytes) -> None:
        with self._lock:
            self._temporaries += 1
            temporary = path.with_name(f".{path.name}.{os.getpid()}.{self._temporaries}")
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            temporary.write_bytes(_MAGIC + _checksum(value) + value)
            temporary.replace(path)
        except OSError:
            with contextlib.suppress(OSError):
                temporary.unlink()
            raise

    def _weigh(self, written: int) -> None:
        """Keeps the folder within its bound: it is read through now and then, not at every write."""
        with self._lock:
            due = self._unweighed_bytes is None
            self._unweighed_bytes = (self._unweighed_bytes or 0) + written
            if not due and self._unweighed_bytes * _SWEEP_SHARE <= self._max_bytes:
                return
            self._unweighed_bytes = 0
        assert self._folder is not None
        _sweep(self._folder, self._max_bytes)


def _digest(kind: str, key: bytes | str) -> bytes:
    if not _KIND.fullmatch(kind):
        raise ValueError(f"{kind!r} is no kind of cache entry; expected a plain lower-case name")
    return cache_key(kind, key)


def _checksum(value: bytes) -> bytes:
    return hashlib.blake2b(value, digest_size=_CHECK_BYTES).digest()


def _read(path: Path) -> bytes | None:
    """The entry's value when it is whole; renews its time, so that what is used stays."""
    try:
        data = path.read_bytes()
        value = data[len(_MAGIC) + _CHECK_BYTES :]
        if data[: len(_MAGIC) + _CHECK_BYTES] != _MAGIC + _checksum(value):
            return None
        if _age_s(path.stat()) > _TOUCH_S:
            os.utime(path)
    except OSError:
        return None
    return value


def _sweep(folder: Path, max_bytes: int) -> None:
    """Removes leftovers of killed processes and, past the bound, the entries unused for longest.

    Raises:
        OSError: the folder cannot be read, or another process has been sweeping it for `_SWEEP_WAIT_S`.
    """
    # One at a time, and the others wait: two that both saw a full folder would empty it twice, and one that went on
    # writing meanwhile would fill it beyond its bound.
    with (folder / _SWEEPING).open("w") as lock:
        _lock(lock.fileno())
        entries, leftovers = _found(folder)
        held = sum(size for _, size, _ in entries) + leftovers
        if held <= max_bytes:
            return
        for _, size, path in sorted(entries):
            if held <= max_bytes * _SWEEP_TO:
                return
            with contextlib.suppress(OSError):
                os.unlink(path)
            held -= size


def _lock(file: int) -> None:
    began_ns = stopwatch_ns()
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if stopwatch_ns() - began_ns >= _SWEEP_WAIT_S * NS_PER_S:
                why = f"another process has been sweeping it for {_SWEEP_WAIT_S} s"
                raise TimeoutError(errno.ETIMEDOUT, why) from None
            pause(_RETRY_S)


def _found(folder: Path) -> tuple[list[tuple[int, int, str]], int]:
    """Entries with time and size, and the bytes of temporary files; those of killed processes are gone afterwards."""
    entries: list[tuple[int, int, str]] = []
    leftovers = 0
    for root, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(root, name)
            with contextlib.suppress(OSError):
                status = os.stat(path)
                if not name.startswith("."):
                    entries.append((status.st_mtime_ns, status.st_size, path))
                elif name != _SWEEPING and _age_s(status) > _STALE_TEMPORARY_S:
                    os.unlink(path)
                else:
                    leftovers += status.st_size
    return entries, leftovers


def _age_s(status: os.stat_result) -> float:
    return machine_wall().timestamp() - status.st_mtime
