"""Shards merged: the same rows as the run played whole, every mistake told, and nothing half done after a kill."""

from __future__ import annotations

import dataclasses
import json
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from evals.errors import BadInput, StoreError
from evals.record import Level
from evals.run_info import RunInfo
from evals.shards import Shard
from evals.store.baselines import set_baseline
from evals.store.duck import merge_run, query
from evals.store.flows import flow_files, read_flows
from evals.store.merging import MERGING_FOLDER, find_shards, merge_shards
from evals.store.part_writer import PartWriter
from evals.store.parts import RUN_FILE, audio_file, finished_cases, read_parts, read_run_info, write_run_info
from evals.store.runs import resolve_run
from evals.store.schema import TABLES
from evals.suite import RunRequest, plan
from tests.cli import ROOT
from tests.store_builders import a_finished_call, a_run

SHARDS = 8
CASES = tuple(f"booking/scenario_{number}/en-gb/clean/0" for number in range(12))


def played(reports: Path, shard: Shard | None = None, *, seed: int = 1) -> Path:
    """A run of the corpus at text level, played in this process."""
    suites = tuple(ROOT / "corpora" / "booking" / f"{name}.yaml" for name in ("smoke", "paths"))
    planned = plan(
        RunRequest(suites=suites, level=Level.TEXT, repeat=2, seed=seed, shard=shard, reports=reports)
    )
    for _ in planned.play():
        pass
    return planned.folder


def a_shard(reports: Path, number: int, of: int = 3, *, left_out: int = 0, **changes: Any) -> Path:
    """A shard of calls with audio, built rather than played; its last `left_out` calls are not finished."""
    shard = Shard(number=number, of=of)
    cases = tuple(case for case in CASES if shard.holds(case))
    info: RunInfo = dataclasses.replace(
        a_run(
            f"20261121-10583{number}-booking-{number:04x}", started_iso=f"2026-11-21T10:58:3{number}+00:00"
        ),
        **{"cases": cases, "shard": str(shard), "whole_cases": CASES, "workers": 2, **changes},
    )
    folder = reports / "runs" / info.run_id
    write_run_info(folder, info)
    with PartWriter(folder, 1) as writer:
        for case in cases[: len(cases) - left_out]:
            writer.append(dataclasses.replace(a_finished_call(case), worker=1))
    return folder


def three(reports: Path) -> list[Path]:
    return [a_shard(reports, number) for number in (1, 2, 3)]


def mistakes(folders: Sequence[Path], reports: Path) -> tuple[str, ...]:
    with pytest.raises(BadInput) as raised:
        merge_shards(folders, reports)
    assert not (reports / "runs").exists() or not list((reports / "runs").glob("*merged*"))
    return raised.value.mistakes


def rows(db: Path, run_id: str) -> dict[str, list[dict[str, Any]]]:
    """Every row of a run, but for what a merged run may say otherwise."""
    own = {"run_id", "wall_s", "worker", "audio"}
    of_run = own | {"started", "workers", "merged", "folder"}
    found = {}
    for table in TABLES:
        frame = query(db, f"SELECT * FROM {table.name} WHERE run_id = ?", [run_id])
        left_out = (of_run if table.name == "runs" else own) & set(frame)
        found[table.name] = json.loads(frame.drop(columns=sorted(left_out)).to_json(orient="records"))
    return found


def test_eight_shards_merged_are_the_run_played_whole_row_for_row(tmp_path: Path) -> None:
    whole = played(tmp_path / "whole")
    machines = [tmp_path / f"machine-{number}" for number in range(1, SHARDS + 1)]
    for number, reports in enumerate(machines, start=1):
        played(reports, Shard(number=number, of=SHARDS))
    folders = find_shards(tmp_path)
    assert len(folders) == SHARDS
    merged = merge_shards(list(reversed(folders)), tmp_path / "here")
    assert merged.lacking == ()
    db = tmp_path / "all.duckdb"
    for folder in (whole, merged.folder):
        merge_run(db, folder)
    expected, found = (rows(db, read_run_info(folder).run_id) for folder in (whole, merged.folder))
    for table in expected:
        assert found[table] == expected[table], table  # in the same order, too
    assert len(found["calls"]) > 50
    assert [call.record_sha256 for call in read_parts(merged.folder)] == [
        call.record_sha256 for call in read_parts(whole)
    ]
    assert read_flows(whole) == read_flows(merged.folder) != {}
    was, now = read_run_info(whole), read_run_info(merged.folder)
    assert now == dataclasses.replace(
        was, run_id=now.run_id, started_iso=now.started_iso, workers=SHARDS, merged=now.merged
    )


def test_calls_come_with_their_audio_and_every_worker_has_a_number_of_its_own(tmp_path: Path) -> None:
    merged = merge_shards(three(tmp_path / "there"), tmp_path / "here")
    calls = list(read_parts(merged.folder))
    assert [call.record.case_id for call in calls] == list(CASES)
    assert all(call.record.caller_track and audio_file(merged.folder, call) for call in calls)
    assert {call.worker for call in calls} == {1, 3, 5}
    shutil.rmtree(tmp_path / "there")
    assert len(list(read_parts(merged.folder))) == len(CASES)


def test_merging_again_makes_no_second_run_and_the_merged_run_is_the_latest(tmp_path: Path) -> None:
    folders = three(tmp_path)
    first = merge_shards(folders, tmp_path)
    stamp = (first.folder / "run.json").stat().st_mtime_ns
    assert merge_shards(folders[::-1], tmp_path) == first
    assert (first.folder / "run.json").stat().st_mtime_ns == stamp
    assert resolve_run(tmp_path, "latest") == first.folder
    assert find_shards(tmp_path) == folders


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"seed": 2}, "seed: 1 in shard 1/3, shard 2/3; 2 in shard 3/3"),
        ({"level": "text"}, "level: "),
        ({"target": "known:answer=700"}, "target: "),
        ({"harness_version": "0.2.0"}, 'harness version: "0.1.0" in shard 1/3, shard 2/3; "0.2.0" in shard 3/3'),
        ({"settings": {"voice": "en-us"}}, "settings: "),
        ({"suites": ("other",)}, "suites: "),
        ({"suite_sha256": {"booking": "cd" * 32}}, "booking: "),
        ({"agent": {"latency": "none"}}, "latency: "),
        ({"commit": "ffff"}, "commit: "),
        ({"repeat": 2}, "repeat: "),
        ({"whole_cases": CASES[:-1]}, "cases: "),
        ({"cases": CASES[:1]}, "does not hold the cases of shard 3/3"),
        ({"shard": ""}, "is no shard: it is a whole run"),
        ({"shard": "5/2"}, "not a run's file"),
        ({"started_iso": "yesterday"}, "not a run's file"),
    ],
)  # fmt: skip
def test_shards_of_different_runs_are_refused(tmp_path: Path, change: dict[str, Any], told: str) -> None:
    folders = [a_shard(tmp_path, 1), a_shard(tmp_path, 2), a_shard(tmp_path, 3, **change)]
    assert any(told in mistake for mistake in mistakes(folders, tmp_path / "here"))


def test_every_mistake_is_told_at_once(tmp_path: Path) -> None:
    folders = [
        a_shard(tmp_path / "a", 1),
        a_shard(tmp_path / "b", 1, seed=2, run_id="again"),
        a_shard(tmp_path / "c", 3, left_out=1, level="text"),
    ]
    folders.append(tmp_path / "nowhere")
    told = "\n".join(mistakes(folders, tmp_path / "here"))
    for word in (
        "shard 1/3 is there 2 times",
        "seed: ",
        "level: ",
        "shard 2 of 3 is missing",
        "lacks 1 of",
        "nowhere",
    ):
        assert word in told, word


def test_what_is_missing_is_merged_without_and_said(tmp_path: Path) -> None:
    folders = [a_shard(tmp_path, 1, left_out=1), a_shard(tmp_path, 3)]
    assert len(mistakes(folders, tmp_path / "here")) == 2
    merged = merge_shards(folders, tmp_path / "here", allow_missing=True)
    assert merged.lacking[0] == "shard 2 of 3 is missing"
    assert "shard 1/3" in merged.lacking[1]
    there = finished_cases(merged.folder)
    assert there.keys() < set(CASES) == set(merged.info.cases)
    merge_shards([a_shard(tmp_path, 1), folders[1]], tmp_path / "here", allow_missing=True)
    assert len(finished_cases(merged.folder)) == len(there) + 1, "the same shards, one gone on with"


def test_merged_run_that_was_played_on_is_not_thrown_away(tmp_path: Path) -> None:
    folders = [a_shard(tmp_path, 1), a_shard(tmp_path, 3)]
    merged = merge_shards(folders, tmp_path / "here", allow_missing=True)
    (missing, *_) = [case for case in CASES if case not in finished_cases(merged.folder)]
    with PartWriter(merged.folder, 0) as writer:
        writer.append(a_finished_call(missing))
    with pytest.raises(BadInput, match="1 call.* more than its shards"):
        merge_shards(folders, tmp_path / "here", allow_missing=True)
    assert missing in finished_cases(merged.folder)


@pytest.mark.parametrize("damage", ["line", "record", "audio", "lost audio", "torn"])
def test_call_that_was_damaged_on_its_way_is_told_and_never_merged(tmp_path: Path, damage: str) -> None:
    folders = three(tmp_path)
    (part,) = (folders[0] / "parts").iterdir()
    lines = part.read_bytes().splitlines(keepends=True)
    wav = sorted((folders[0] / "audio").iterdir())[0]
    if damage == "line":
        part.write_bytes(lines[0][:500] + b"\n" + b"".join(lines[1:]))
    elif damage == "record":
        part.write_bytes(b"".join(lines).replace(b'"ended_by":"caller"', b'"ended_by":"agents"', 1))
    elif damage == "torn":
        part.write_bytes(b"".join(lines)[:-20])
    elif damage == "audio":
        wav.write_bytes(wav.read_bytes()[:-1] + b"\x00")
    else:
        wav.unlink()
    assert any("lacks 1 of" in mistake for mistake in mistakes(folders, tmp_path / "here"))
    merged = merge_shards(folders, tmp_path / "here", allow_missing=True)
    assert len(list(read_parts(merged.folder))) == len(CASES) - 1


@pytest.mark.parametrize("damage", ["changed", "lost"])
def test_flow_that_was_damaged_on_its_way_is_told_and_merging_it_later_brings_it(
    tmp_path: Path, damage: str
) -> None:
    folders = [played(tmp_path, Shard(number=1, of=1))]
    (flow,) = flow_files(folders[0])
    whole = flow.read_bytes()
    flow.write_bytes(whole + b"\n") if damage == "changed" else flow.unlink()
    told = "not the flow that was stored" if damage == "changed" else "lacks flows that its calls walked"
    assert any(told in mistake for mistake in mistakes(folders, tmp_path / "here"))
    assert flow_files(merge_shards(folders, tmp_path / "here", allow_missing=True).folder) == []
    flow.write_bytes(whole)
    merged = merge_shards(folders, tmp_path / "here")
    assert [path.name for path in flow_files(merged.folder)] == [flow.name]


def test_baseline_of_any_name_is_no_shard(tmp_path: Path) -> None:
    folders = three(tmp_path)
    whole = merge_shards(folders, tmp_path / "elsewhere").folder
    assert set_baseline(tmp_path, "run", whole).name == RUN_FILE
    assert find_shards(tmp_path) == folders


HOLDER = """
import fcntl, sys
lock = open(sys.argv[1], "w")
fcntl.flock(lock, fcntl.LOCK_EX)
print("held", flush=True)
sys.stdin.read()
"""


def a_holder(reports: Path) -> subprocess.Popen[str]:
    """Another process that is merging into `reports`, and goes on until its input ends."""
    room = reports / MERGING_FOLDER
    room.mkdir(parents=True)
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(room / "lock")],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert holder.stdout is not None and holder.stdout.readline() == "held\n"
    return holder


def test_merge_waits_for_another_process_for_a_while_and_says_so(tmp_path: Path) -> None:
    folders, told = three(tmp_path / "there"), []
    with a_holder(tmp_path / "here") as holder:
        with pytest.raises(StoreError, match=r"merging in .*here for 0\.7 s; nothing was merged"):
            merge_shards(folders, tmp_path / "here", say=told.append, wait_s=0.7)
        assert told == [f"another process is merging in {tmp_path / 'here'}; waiting up to 0.7 s for it"]
        assert not (tmp_path / "here" / "runs").exists()
        holder.kill()  # its lock ends with it
        holder.wait(timeout=30)
        assert len(finished_cases(merge_shards(folders, tmp_path / "here").folder)) == len(CASES)


KILLED = """
import os, signal, sys
from pathlib import Path
from evals.store import disk, merging
from evals.store.duck import merge_run
left = int(sys.argv[1])

def deadly(function):
    def call(*arguments, **more):
        global left
        left -= 1
        if left < 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return function(*arguments, **more)
    return call

for name in ("fsync", "link", "replace", "rename", "mkdir"):
    setattr(os, name, deadly(getattr(os, name)))
here = Path(sys.argv[2])
merged = merging.merge_shards([Path(path) for path in sys.argv[3:]], here)
merge_run(here / "milliwatt.duckdb", merged.folder)
print("done", left)
"""


@pytest.mark.parametrize("after", [1, 4, 20, 33, 35, 37, 39])
def test_merge_that_was_killed_leaves_nothing_half_done_and_completes_when_run_again(
    tmp_path: Path, after: int
) -> None:
    folders = three(tmp_path / "there")
    here = tmp_path / "here"

    def merge(left: int) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", KILLED, str(left), str(here), *map(str, folders)],
            cwd=ROOT, capture_output=True, text=True, timeout=240, check=False,
        )  # fmt: skip

    killed = merge(after)
    assert killed.returncode == -signal.SIGKILL, killed.stdout + killed.stderr
    for folder in here.glob("runs/*"):
        assert set(finished_cases(folder)) == set(CASES)
    again = merge(1_000_000)
    assert again.returncode == 0, again.stderr
    (folder,) = here.glob("runs/*")
    assert [call.record.case_id for call in read_parts(folder)] == list(CASES)
    assert [path.name for path in (here / MERGING_FOLDER).iterdir()] == ["lock"]
    assert len(query(here / "milliwatt.duckdb", "SELECT case_id FROM calls")) == len(CASES)
