"""Finding runs: all of them, or the one that somebody means by a name.

reports/runs/<run>/         what a run wrote
reports/baselines/<name>/   a run kept under a name, without its audio, small enough to be committed
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from evals.errors import BadInput, StoreError
from evals.run_info import RunInfo
from evals.store.disk import disk_errors, make_folder, write_atomically
from evals.store.parts import PARTS_FOLDER, RUN_FILE, VERDICTS_FILE, finished_cases, read_run_info

RUNS_FOLDER = "runs"
BASELINES_FOLDER = "baselines"
LATEST = "latest"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredRun:
    """A run's folder, what the run was, and how many of its cases are finished."""

    folder: Path
    info: RunInfo
    finished: int


def list_runs(reports_folder: Path) -> list[StoredRun]:
    """Every readable run, oldest first."""
    runs = []
    for path in _run_folders(reports_folder / RUNS_FOLDER):
        try:
            info = read_run_info(path)
        except StoreError:
            continue  # resolve_run tells whoever asks for this one by name
        runs.append(StoredRun(folder=path, info=info, finished=len(finished_cases(path))))
    return sorted(runs, key=lambda run: (run.info.started_iso, run.info.run_id))


def resolve_run(reports_folder: Path, name: str) -> Path:
    """The folder of the run that `name` means: its id, a beginning of it, `latest`, a baseline's name, or a folder.

    Raises:
        BadInput: no run is meant by it, or several.
    """
    folders = {path.name: path for path in _run_folders(reports_folder / RUNS_FOLDER)}
    if name in folders:
        return folders[name]
    if name == LATEST:
        runs = list_runs(reports_folder)
        if not runs:
            raise BadInput("latest", [f"there is no run in {reports_folder / RUNS_FOLDER} yet"])
        return runs[-1].folder
    baselines = {path.name: path for path in _run_folders(reports_folder / BASELINES_FOLDER)}
    if name in baselines:
        return baselines[name]
    if "/" in name and (Path(name) / RUN_FILE).is_file():
        return Path(name)
    meant = [path for key, path in folders.items() if name and key.startswith(name)]
    if len(meant) == 1:
        return meant[0]
    if meant:
        some = ", ".join(path.name for path in meant[:5])
        raise BadInput(name, [f"{len(meant)} runs begin with this: {some}{' …' if len(meant) > 5 else ''}"])
    raise BadInput(name, [_nothing_meant(reports_folder, folders, baselines)])


def set_baseline(reports_folder: Path, name: str, run_folder: Path) -> Path:
    """Keeps the run as baseline `name`: its parts and what it was, not its audio. An older one of that name goes.

    Raises:
        BadInput: the name cannot be a folder's, or would hide a run's.
        StoreError: the run cannot be read, or the baseline not written.
    """
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", name) or name == LATEST:
        raise BadInput(
            name, ["a baseline's name is letters, digits, dot, dash and underscore, and not `latest`"]
        )
    if (reports_folder / RUNS_FOLDER / name).exists():
        raise BadInput(name, ["a run has this name"])
    read_run_info(run_folder)
    target = reports_folder / BASELINES_FOLDER / name
    kept = [path.relative_to(run_folder) for path in sorted((run_folder / PARTS_FOLDER).glob("*.jsonl"))]
    kept += [Path(file) for file in (VERDICTS_FILE, RUN_FILE) if (run_folder / file).exists()]
    make_folder(target / PARTS_FOLDER)
    for file in kept:
        with disk_errors(f"cannot read {run_folder / file}"):
            data = (run_folder / file).read_bytes()
        write_atomically(target / file, data)
    with disk_errors(f"cannot write {target}"):
        for stale in set((target / PARTS_FOLDER).glob("*.jsonl")) - {target / file for file in kept}:
            stale.unlink()
    return target


def list_baselines(reports_folder: Path) -> dict[str, RunInfo]:
    """The baselines by name, with the run that each one keeps."""
    return {path.name: read_run_info(path) for path in _run_folders(reports_folder / BASELINES_FOLDER)}


def _run_folders(folder: Path) -> list[Path]:
    return sorted(path.parent for path in folder.glob(f"*/{RUN_FILE}"))


def _nothing_meant(reports_folder: Path, runs: dict[str, Path], baselines: dict[str, Path]) -> str:
    if not runs and not baselines:
        return f"no such run: there is none in {reports_folder / RUNS_FOLDER} yet"
    newest = ", ".join(sorted(runs)[-3:]) or "none"
    return (
        f"no such run or baseline; newest runs: {newest}; baselines: {', '.join(sorted(baselines)) or 'none'}"
    )
