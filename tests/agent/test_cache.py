from __future__ import annotations

import contextlib
import fcntl
import os
import signal
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.cache import ContentCache, cache_key
from agent.clock import pause

ROOT = Path(__file__).parents[2]
KEYS = st.one_of(st.binary(max_size=40), st.text(max_size=40))


@settings(deadline=None)
@given(entries=st.dictionaries(KEYS, st.binary(max_size=2000), max_size=8))
def test_what_was_put_comes_back_from_memory(entries: dict[bytes | str, bytes]) -> None:
    cache = ContentCache(None)
    for key, value in entries.items():
        cache.put("a-kind", key, value)
    assert {key: cache.get("a-kind", key) for key in entries} == entries
    assert all(cache.get("another-kind", key) is None for key in entries)


@settings(deadline=None, max_examples=40)
@given(entries=st.dictionaries(KEYS, st.binary(max_size=2000), max_size=8))
def test_what_was_put_comes_back_from_disk_in_a_later_process(entries: dict[bytes | str, bytes]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        writer = ContentCache(Path(folder))
        for key, value in entries.items():
            writer.put("a-kind", key, value)
        reader = ContentCache(Path(folder))
        assert {key: reader.get("a-kind", key) for key in entries} == entries
        assert writer.disk_failure == reader.disk_failure == ""


def test_key_depends_on_each_part_its_type_and_where_it_ends() -> None:
    keys = [
        cache_key("ab", "c"),
        cache_key("a", "bc"),
        cache_key("abc"),
        cache_key(b"abc"),
        cache_key(1),
        cache_key(1.0),
        cache_key("1"),
        cache_key("", "1"),
        cache_key("1", ""),
    ]
    assert len(set(keys)) == len(keys)


def test_later_value_replaces_the_earlier(tmp_path: Path) -> None:
    cache = ContentCache(tmp_path)
    cache.put("k", "key", b"old")
    cache.put("k", "key", b"new")
    assert cache.get("k", "key") == ContentCache(tmp_path).get("k", "key") == b"new"


@pytest.mark.parametrize("kind", ["", "Big", "../up", "a/b", ".hidden", "x" * 65])
def test_kind_that_is_no_plain_name_is_refused(kind: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no kind of cache entry"):
        ContentCache(tmp_path).put(kind, "key", b"value")


@settings(deadline=None, max_examples=60)
@given(data=st.data(), value=st.binary(min_size=1, max_size=300))
def test_entry_with_any_byte_changed_is_a_miss(data: st.DataObject, value: bytes) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        ContentCache(folder).put("k", "key", value)
        (entry,) = entries_in(folder)
        whole = bytearray(entry.read_bytes())
        at = data.draw(st.integers(0, len(whole) - 1))
        whole[at] ^= data.draw(st.integers(1, 255))
        entry.write_bytes(whole)
        assert ContentCache(folder).get("k", "key") is None


@settings(deadline=None, max_examples=60)
@given(data=st.data(), value=st.binary(max_size=300))
def test_entry_that_is_torn_anywhere_is_a_miss_and_can_be_written_again(
    data: st.DataObject, value: bytes
) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        ContentCache(folder).put("k", "key", value)
        (entry,) = entries_in(folder)
        whole = entry.read_bytes()
        entry.write_bytes(whole[: data.draw(st.integers(0, len(whole) - 1))])
        cache = ContentCache(folder)
        assert cache.get("k", "key") is None
        cache.put("k", "key", value)
        assert ContentCache(folder).get("k", "key") == value


def test_memory_is_bounded_and_what_was_unused_for_longest_goes_first() -> None:
    cache = ContentCache(None, memory_bytes=300)
    for name in "abc":
        cache.put("k", name, bytes(100))
    assert cache.get("k", "a") is not None
    cache.put("k", "d", bytes(100))
    assert [name for name in "abcd" if cache.get("k", name) is not None] == ["a", "c", "d"]
    cache.put("k", "too large", bytes(301))
    assert cache.get("k", "too large") is None
    assert [name for name in "abcd" if cache.get("k", name) is not None] == ["a", "c", "d"]


def test_folder_is_bounded_and_what_was_unused_for_longest_goes_first(tmp_path: Path) -> None:
    bound = 100_000
    cache = ContentCache(tmp_path, max_bytes=bound, memory_bytes=0)
    for number in range(400):
        cache.put("k", f"{number}", bytes(1000))
        if number < 40:  # the first ones are older than the clock's own grain
            for entry in entries_in(tmp_path):
                os.utime(entry, (0, 0))
    sizes = [entry.stat().st_size for entry in entries_in(tmp_path)]
    assert 0.5 * bound < sum(sizes) <= bound * (1 + 1 / 64) + 1100
    assert all(cache.get("k", f"{number}") is None for number in range(40))
    assert cache.get("k", "399") == bytes(1000)


def test_leftovers_of_killed_processes_are_swept_when_they_are_old(tmp_path: Path) -> None:
    ContentCache(tmp_path).put("k", "key", b"value")
    (entry,) = entries_in(tmp_path)
    old, young = entry.with_name(".old.1.1"), entry.with_name(".young.1.1")
    for leftover in (old, young):
        leftover.write_bytes(b"half of someth")
    os.utime(old, (0, 0))
    ContentCache(tmp_path).put("k", "another", b"value")  # the first write weighs the folder
    assert not old.exists()
    assert young.exists()
    assert ContentCache(tmp_path).get("k", "key") == b"value"


def test_leftovers_count_and_a_value_larger_than_the_folder_stays_in_memory(tmp_path: Path) -> None:
    (tmp_path / "k" / "00").mkdir(parents=True)
    (tmp_path / "k" / "00" / ".young.1.1").write_bytes(bytes(60_000))  # of a process killed a moment ago
    for number in range(100):
        ContentCache(tmp_path, max_bytes=100_000).put("k", f"{number}", bytes(1000))  # each weighs at once
    assert folder_bytes(tmp_path) <= 100_000
    cache = ContentCache(tmp_path, max_bytes=100_000)
    cache.put("k", "whale", bytes(100_001))
    assert cache.get("k", "whale") == bytes(100_001)
    assert ContentCache(tmp_path).get("k", "whale") is None


def test_folder_that_cannot_be_written_costs_speed_only(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    cache = ContentCache(blocked)
    cache.put("k", "key", b"value")
    assert cache.get("k", "key") == b"value"
    assert str(blocked) in cache.disk_failure
    assert blocked.read_text() == "not a folder"


def test_threads_share_one_cache(tmp_path: Path) -> None:
    cache = ContentCache(tmp_path, memory_bytes=2000)
    wrong: list[object] = []

    def work(mine: int) -> None:
        for turn in range(60):
            name = f"{(mine + turn) % 7}"
            found = cache.get("k", name)
            if found not in (None, name.encode() * 300):
                wrong.append(found)
            cache.put("k", name, name.encode() * 300)

    threads = [threading.Thread(target=work, args=(mine,)) for mine in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert cache.disk_failure == ""


WRITER = """
import sys
from pathlib import Path
from agent.cache import ContentCache
cache = ContentCache(Path(sys.argv[1]), memory_bytes=0)
print("begun", flush=True)
for turn in range(int(sys.argv[2])):
    for name in "abc":
        cache.put("k", name, name.encode() * int(sys.argv[3]))
print("done", cache.disk_failure)
"""


def a_writer(folder: Path, turns: int, size: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", WRITER, str(folder), str(turns), str(size)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def test_processes_that_write_the_same_keys_do_not_disturb_each_other(tmp_path: Path) -> None:
    writers = [a_writer(tmp_path, 100, 20_000) for _ in range(2)]
    expected = {name: name.encode() * 20_000 for name in "abc"}
    for writer in writers:
        assert writer.stdout is not None
        writer.stdout.readline()
    while any(writer.poll() is None for writer in writers):
        reader = ContentCache(tmp_path, memory_bytes=0)
        assert all(reader.get("k", name) in (None, value) for name, value in expected.items())
    for writer in writers:
        assert writer.communicate(timeout=30)[0].strip() == "done"
    assert {name: ContentCache(tmp_path).get("k", name) for name in "abc"} == expected
    assert len(list(entries_in(tmp_path))) == 3


def test_folder_that_somebody_sweeps_for_ever_costs_speed_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("agent.cache._SWEEP_WAIT_S", 0.1)
    with (tmp_path / ".sweeping").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        cache = ContentCache(tmp_path)
        cache.put("k", "key", b"value")
    assert "another process has been sweeping it" in cache.disk_failure
    assert cache.get("k", "key") == b"value"


FILLER = """
import sys
from pathlib import Path
from agent.cache import ContentCache
cache = ContentCache(Path(sys.argv[1]), max_bytes=int(sys.argv[2]), memory_bytes=0)
print("begun", flush=True)
for turn in range(int(sys.argv[4])):
    cache.put("k", f"{sys.argv[3]} {turn}", bytes(20_000))
print("done", cache.disk_failure)
"""


def test_folder_that_several_processes_fill_stays_within_its_bound_and_a_share_for_each(
    tmp_path: Path,
) -> None:
    bound, writers, entry_bytes = 8_000_000, 4, 20_024
    allowed = bound + writers * (bound / 64 + 2 * entry_bytes)

    def fillers(turns: int) -> list[subprocess.Popen[str]]:
        return [
            subprocess.Popen(
                [sys.executable, "-c", FILLER, str(tmp_path), str(bound), str(number), str(turns)],
                cwd=ROOT, stdout=subprocess.PIPE, text=True,
            )
            for number in range(writers)
        ]  # fmt: skip

    largest, killed = 0, fillers(100_000)
    for process in killed:
        assert process.stdout is not None
        process.stdout.readline()
    for _ in range(20):  # several times the bound passes through the folder meanwhile
        pause(0.05)
        for process in killed:
            process.send_signal(signal.SIGSTOP)  # or what moves while the folder is read would count twice
        largest = max(largest, folder_bytes(tmp_path))
        for process in killed:
            process.send_signal(signal.SIGCONT)
    for process in killed:
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=30)
    assert 0.5 * bound < largest <= allowed
    for process in fillers(200):  # what killed ones left is no obstacle
        assert process.communicate(timeout=60)[0].split() == ["begun", "done"]
    assert 0.5 * bound < folder_bytes(tmp_path) <= allowed


@pytest.mark.parametrize("killed_after_s", [0.0, 0.013, 0.031])
def test_process_killed_in_the_middle_of_writing_leaves_no_broken_entry(
    tmp_path: Path, killed_after_s: float
) -> None:
    size = 3_000_000  # large enough that the kill lands inside a write
    writer = a_writer(tmp_path, 100_000, size)
    assert writer.stdout is not None
    writer.stdout.readline()
    pause(killed_after_s)
    writer.send_signal(signal.SIGKILL)
    writer.communicate(timeout=30)
    assert writer.returncode == -signal.SIGKILL
    cache = ContentCache(tmp_path)
    for name in "abc":
        assert cache.get("k", name) in (None, name.encode() * size)
        cache.put("k", name, b"new")
        assert ContentCache(tmp_path).get("k", name) == b"new"


def entries_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and not path.name.startswith(".")]


def folder_bytes(folder: Path) -> int:
    """What lies in the folder, temporary files included; entries may go while it is read."""
    held = 0
    for root, _, names in os.walk(folder):
        for name in names:
            with contextlib.suppress(FileNotFoundError):
                held += os.stat(os.path.join(root, name)).st_size
    return held
