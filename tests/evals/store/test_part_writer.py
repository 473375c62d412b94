from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from evals.errors import StoreError
from evals.store import part_writer
from evals.store.part_writer import PartWriter
from evals.store.parts import read_parts
from tests.store_builders import a_finished_call, a_text_record


def test_an_unwritable_folder_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "run").write_text("a file where the folder should be")
    with pytest.raises(StoreError, match=r"^cannot make the folder .*: .*file.*$"):
        PartWriter(tmp_path / "run", 0)


def in_child(body: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", body, *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        cwd=Path(__file__).parents[3],
        check=False,
    )


LIMITED = """
import resource, sys
from pathlib import Path
from evals.errors import StoreError
from evals.store.part_writer import PartWriter
from tests.store_builders import a_finished_call, a_text_record

def text_call(number):
    return a_finished_call(record=a_text_record(f"booking/s{number}/en-gb/clean/0"))

writer = PartWriter(Path(sys.argv[1]), 0)
for number in range(3):
    writer.append(text_call(number))
refused = text_call(3) if sys.argv[2] == "line" else a_finished_call("booking/s3/en-gb/clean/0")
limit = writer.path.stat().st_size + 500
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
try:
    writer.append(refused)
except StoreError as error:
    print(error)
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
writer.append(text_call(4))
"""


@pytest.mark.parametrize("breaks_in", ["audio", "line"])
def test_a_disk_that_takes_no_more_loses_nothing_finished(tmp_path: Path, breaks_in: str) -> None:
    done = in_child(LIMITED, str(tmp_path), breaks_in)
    assert done.returncode == 0, done.stderr
    (line,) = done.stdout.splitlines()
    assert line.startswith("cannot write ")
    assert line.endswith("what was finished before is kept")
    assert [call.record.scenario_id for call in read_parts(tmp_path)] == ["s0", "s1", "s2", "s4"]
    assert not list(tmp_path.rglob("*.tmp"))


def test_a_full_disk_is_named_as_such(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    writer = PartWriter(tmp_path, 0)
    stored = a_finished_call(record=a_text_record("booking/scenario_0/en-gb/clean/0"))
    writer.append(stored)

    def full(_file: int, _data: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(StoreError, match="the disk is full; what was finished before is kept"):
        writer.append(a_finished_call(record=a_text_record("booking/scenario_1/en-gb/clean/0")))
    assert list(read_parts(tmp_path)) == [stored]


ENDLESS = """
import sys
from pathlib import Path
from evals.store.part_writer import PartWriter
from tests.store_builders import a_finished_call
writer = PartWriter(Path(sys.argv[1]), 0)
call = a_finished_call()
import dataclasses
for number in range(100_000):
    record = dataclasses.replace(call.record, case_id=f"case-{number}")
    writer.append(dataclasses.replace(call, record=record))
    print(number, flush=True)
"""


def test_kill_nine_loses_at_most_the_call_in_flight(tmp_path: Path) -> None:
    child = subprocess.Popen(
        [sys.executable, "-c", ENDLESS, str(tmp_path)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[3],
    )
    assert child.stdout is not None
    with child.stdout:
        announced = [child.stdout.readline() for _ in range(20)][-1]
        child.send_signal(signal.SIGKILL)
        announced = (child.stdout.read().split() or [announced.strip()])[-1]
    assert child.wait() == -signal.SIGKILL
    kept = [call.record.case_id for call in read_parts(tmp_path)]
    appended = int(announced) + 1
    assert kept[:appended] == [f"case-{number}" for number in range(appended)]
    assert len(kept) <= appended + 1


def test_disk_is_made_to_keep_lines_when_they_have_waited_and_when_the_part_is_closed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now_ns, synced = [0], []
    monkeypatch.setattr(part_writer, "stopwatch_ns", lambda: now_ns[0])
    writer = PartWriter(tmp_path, 0)
    monkeypatch.setattr(part_writer.os, "fsync", lambda _: synced.append(writer.path.stat().st_size))
    sizes = []
    for at_ns in (0, part_writer.SYNC_NS - 1, part_writer.SYNC_NS, part_writer.SYNC_NS + 1):
        now_ns[0] = at_ns
        writer.append(a_finished_call(record=a_text_record()))
        sizes.append(writer.path.stat().st_size)
    writer.close()
    assert synced == [sizes[2], sizes[3]]
