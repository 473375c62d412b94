"""Shards of a run, perhaps played on several machines, made into the one run that they are parts of.

The merged run is built beside the runs, in `reports/.merging/`, and gets its place by one renaming when it is whole. So
a kill at any moment leaves the runs as they were, and merging again does it all, for shards are only read. Its calls
stand in one part, in the order in which the whole run would have played them, each line as its shard wrote it but for
the worker's number; its WAVs are second names of the shards' own where the disk allows that, else copies; and it keeps
every flow that one of them kept.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from agent.clock import pause, stopwatch_ns
from agent.units import NS_PER_S
from evals.errors import BadInput, StoreError
from evals.record import record_sha256
from evals.run_info import RunInfo
from evals.shards import parse_shard
from evals.store.baselines import BASELINES_FOLDER
from evals.store.call_audio import audio_name
from evals.store.disk import disk_errors, link_or_copy, make_folder, sync_folder, write_atomically
from evals.store.flows import broken_flows, flow_files, keep_flow
from evals.store.parts import (
    AUDIO_FOLDER,
    PARTS_FOLDER,
    RUN_FILE,
    call_of_line,
    finished_cases,
    part_lines,
    read_run_info,
    renumbered,
    write_run_info,
)
from evals.store.runs import RUNS_FOLDER
from evals.store.shard_set import ShardRun, few, in_order, missing_text, mistakes_of, whole_run

MERGING_FOLDER = ".merging"
MERGE_WAIT_S = 60.0
_RETRY_S = 0.05
_ANNOUNCE_S = 0.5  # a shorter wait is nobody's business
_GATES = "gates*.yaml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """A merged run: where it is, and a line about each thing that it lacks."""

    folder: Path
    info: RunInfo
    lacking: tuple[str, ...]


def find_shards(folder: Path) -> list[Path]:
    """The shards' folders in or below a folder that came from another machine.

    Whole runs and baselines there are passed over. A run whose file cannot be read is taken along, for `merge_shards`
    to say so.
    """
    runs = [path.parent for path in sorted(folder.glob(f"**/{RUN_FILE}"))]
    # A baseline that is called `run` has a run's file's name.
    return [run for run in runs if run.name != BASELINES_FOLDER and _may_be_shard(run)]


def _may_be_shard(run_folder: Path) -> bool:
    try:
        return bool(read_run_info(run_folder).shard)
    except StoreError:
        return True


def merge_shards(
    folders: Sequence[Path],
    reports: Path,
    *,
    allow_missing: bool = False,
    say: Callable[[str], None] | None = None,
    wait_s: float = MERGE_WAIT_S,
) -> Merged:
    """Merges the shards in `folders` into one run among the runs of `reports`.

    Args:
        folders: the shards' folders; they are read and left as they are.
        reports: where the merged run goes.
        allow_missing: merge what is there, though shards or calls of them are missing or corrupt.
        say: told, in one line, when another process is merging there and this waits for it.
        wait_s: how long to wait for another process that is merging into `reports`.

    Raises:
        BadInput: these are not all the shards of one run; lists every mistake.
        StoreError: a shard cannot be read, the merged run not written, or another process went on merging.
    """
    shards, mistakes = _read_shards(folders)
    mistakes += mistakes_of(shards, allow_missing=allow_missing)
    found = [_examine(run) for run in in_order(run for run in shards if run.info.shard)]
    mistakes += [mistake for shard in found for mistake in shard.mistakes]
    lacking = [line for shard in found for line in shard.lacking]
    if mistakes or (lacking and not allow_missing):
        raise BadInput("merge", [*mistakes, *([] if allow_missing else lacking)])
    info = whole_run(shards)
    missing = missing_text(shards)
    with _alone(reports / MERGING_FOLDER, say=say, wait_s=wait_s) as room:
        target = reports / RUNS_FOLDER / info.run_id
        if not _is_there(target, info, found):
            _build(room / "run", info, found)
            _put_in_place(room, target)
    return Merged(folder=target, info=info, lacking=(*([missing] if missing else []), *lacking))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """Where a call's line is, and what names its WAV."""

    part: Path
    start: int
    size: int
    worker: int
    record_sha256: str


@dataclass(slots=True, kw_only=True)
class _Found:
    """What a shard's folder holds: its calls' places, mistakes that nothing excuses, and what it lacks."""

    run: ShardRun
    places: dict[str, _Place] = field(default_factory=dict)
    mistakes: list[str] = field(default_factory=list)
    lacking: list[str] = field(default_factory=list)


def _read_shards(folders: Sequence[Path]) -> tuple[list[ShardRun], list[str]]:
    """The shards, and a line about each that is not a run's folder."""
    shards, mistakes = [], []
    for folder in folders:
        try:
            shards.append(_shard_of(folder))
        except StoreError as error:
            mistakes.append(str(error))
    return shards, mistakes


def _shard_of(folder: Path) -> ShardRun:
    info = read_run_info(folder)
    try:
        datetime.fromisoformat(info.started_iso)
        if info.shard:
            parse_shard(info.shard)
    except (BadInput, ValueError, TypeError) as error:
        raise StoreError(f"{folder / RUN_FILE}: not a run's file: {error}") from error
    gates = {}
    for path in sorted(folder.glob(_GATES)):
        with disk_errors(f"cannot read {path}"):
            gates[path.name] = hashlib.sha256(path.read_bytes()).hexdigest()
    return ShardRun(folder=folder, info=info, gates_sha256=gates)


def _examine(run: ShardRun) -> _Found:
    """Reads every call of the shard with its audio: what was damaged on its way here must not become a result."""
    found = _Found(run=run)
    found.lacking += [f"{path}: not the flow that was stored" for path in broken_flows(run.folder)]
    flows = {path.stem for path in flow_files(run.folder)}
    expected = {sha256 for name, sha256 in run.info.suite_sha256.items() if "/flow " in name}
    wanted = set(run.info.cases)
    walked = set()
    for line in part_lines(run.folder):
        try:
            call = call_of_line(run.folder, line)
        except StoreError as error:
            found.lacking.append(str(error))
            continue
        case_id = call.record.case_id
        if case_id not in wanted:
            found.mistakes.append(
                f"{line.part}, line {line.number}: {case_id} is no case of shard {run.info.shard}"
            )
        elif record_sha256(call.record) != call.record_sha256:
            found.lacking.append(f"{line.part}, line {line.number}: not the record that was stored")
        elif case_id not in found.places:
            walked.add(str(call.record.agent.get("flow_sha256", "")))
            found.places[case_id] = _Place(
                part=line.part,
                start=line.start,
                size=len(line.raw),
                worker=call.worker,
                record_sha256=call.record_sha256,
            )
    lost = [f"{sha256[:8]}…" for sha256 in sorted(walked & expected - flows)]
    if lost:
        found.lacking.append(
            f"shard {run.info.shard} ({run.info.run_id}) lacks flows that its calls walked: {few(lost)}"
        )
    missing = [case for case in run.info.cases if case not in found.places]
    if missing:
        found.lacking.append(
            f"shard {run.info.shard} ({run.info.run_id}) lacks {len(missing)} of {len(wanted)} calls: {few(missing)}"
        )
    return found


# ------------------------------------------------------------------------------------------ building it


@contextmanager
def _alone(room: Path, *, say: Callable[[str], None] | None, wait_s: float) -> Iterator[Path]:
    """An empty room to build a run in, held by this process alone; what killed ones left in it is gone."""
    make_folder(room)
    # The lock ends with the process that holds it, however that ends.
    with disk_errors(f"cannot write in {room}"), (room / "lock").open("w") as lock:
        _lock(lock.fileno(), room, say=say, wait_s=wait_s)
        try:
            _clear(room)
            yield room
        finally:
            _clear(room)


def _lock(lock: int, room: Path, *, say: Callable[[str], None] | None, wait_s: float) -> None:
    began_ns, announced = stopwatch_ns(), False
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError as error:
            waited_s = (stopwatch_ns() - began_ns) / NS_PER_S
            if waited_s >= wait_s:
                raise StoreError(
                    f"another process has been merging in {room.parent} for {wait_s:g} s; nothing was merged: "
                    "merge again once it has ended, or into another --reports folder"
                ) from error
            if say is not None and not announced and waited_s >= _ANNOUNCE_S:
                say(f"another process is merging in {room.parent}; waiting up to {wait_s:g} s for it")
                announced = True
            pause(_RETRY_S)


def _clear(room: Path) -> None:
    for path in room.iterdir():
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)


def _is_there(target: Path, info: RunInfo, found: Sequence[_Found]) -> bool:
    """Whether the run was merged before, of the very same calls.

    Raises:
        BadInput: it was, and has been played on since: merging anew would throw those calls away.
    """
    if not (target / RUN_FILE).is_file():
        return False
    there, wanted = finished_cases(target), _calls(found)
    beyond = [case for case in there if case not in wanted]
    if beyond:
        raise BadInput(
            "merge",
            [f"{info.run_id} is there, with {len(beyond)} call(s) more than its shards have: {few(beyond)}"],
        )
    flows = {path.name for path in _flows(found)}
    return (
        read_run_info(target) == info
        and there == {case: place.record_sha256 for case, (_, place) in wanted.items()}
        and flows <= {path.name for path in flow_files(target)}
    )


def _calls(found: Sequence[_Found]) -> dict[str, tuple[_Found, _Place]]:
    return {case: (shard, place) for shard in found for case, place in shard.places.items()}


def _flows(found: Sequence[_Found]) -> list[Path]:
    """The whole flows that any of the shards kept: one whose calls walked others has none of them."""
    broken = {path for shard in found for path in broken_flows(shard.run.folder)}
    return [path for shard in found for path in flow_files(shard.run.folder) if path not in broken]


def _build(folder: Path, info: RunInfo, found: Sequence[_Found]) -> None:
    calls = _calls(found)
    ordered = [(case, *calls[case]) for case in info.cases if case in calls]
    make_folder(folder / PARTS_FOLDER)
    _copy_lines(folder / PARTS_FOLDER / "000-000.jsonl", ordered, _first_workers(found))
    _bring_audio(folder / AUDIO_FOLDER, ordered)
    for path in _flows(found):
        keep_flow(folder, path)
    for path in sorted(found[0].run.folder.glob(_GATES)):
        with disk_errors(f"cannot read {path}"):
            data = path.read_bytes()
        write_atomically(folder / path.name, data)
    write_run_info(folder, info)
    sync_folder(folder)


def _first_workers(found: Sequence[_Found]) -> dict[str, int]:
    """The number of each shard's first worker in the merged run, where every worker has one of its own."""
    first, numbers = 0, {}
    for shard in found:
        numbers[shard.run.info.run_id] = first
        # A shard that was gone on with may have had more workers than it began with.
        first += max([shard.run.info.workers, *(place.worker + 1 for place in shard.places.values())])
    return numbers


def _copy_lines(
    path: Path, ordered: Sequence[tuple[str, _Found, _Place]], first_workers: dict[str, int]
) -> None:
    with disk_errors(f"cannot write {path}"), path.open("xb") as file:
        for _, shard, place in ordered:
            with disk_errors(f"cannot read {place.part}"), place.part.open("rb") as part:
                part.seek(place.start)
                raw = part.read(place.size)
            file.write(renumbered(raw, first_workers[shard.run.info.run_id]))
        file.flush()
        os.fsync(file.fileno())


def _bring_audio(folder: Path, ordered: Sequence[tuple[str, _Found, _Place]]) -> None:
    for case, shard, place in ordered:
        name = audio_name(case, place.record_sha256)
        source = shard.run.folder / AUDIO_FOLDER / name
        if source.is_file():
            make_folder(folder)
            link_or_copy(source, folder / name)
    if folder.is_dir():
        sync_folder(folder)


def _put_in_place(room: Path, target: Path) -> None:
    make_folder(target.parent)
    with disk_errors(f"cannot write {target}"):
        if target.exists():
            # A kill between these two leaves no merged run, and the shards to merge again.
            target.rename(room / "old")
        (room / "run").rename(target)
    sync_folder(target.parent)
