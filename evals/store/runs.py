"""Finding runs: all of them, or the one that somebody means by a name.

reports/runs/<run>/         what a run wrote
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from evals.errors import BadInput, StoreError
from evals.run_info import RunInfo
from evals.store.parts import RUN_FILE, finished_cases, read_run_info

RUNS_FOLDER = "runs"
LATEST = "latest"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredRun:
    """A run's folder, what the run was, and how many of its cases are finished."""

    folder: Path
    info: RunInfo
    finished: int


def list_runs(reports_folder: Path) -> list[StoredRun]:
    """Every readable run, oldest first."""
    return [
        StoredRun(folder=path, info=info, finished=len(finished_cases(path)))
        for path, info in _infos(reports_folder)
    ]


def resolve_run(reports_folder: Path, name: str) -> Path:
    """The folder of the run that `name` means: its id, a beginning of it, `latest`, or a folder.

    Raises:
        BadInput: no run is meant by it, or several.
    """
    folders = {path.name: path for path in _run_folders(reports_folder / RUNS_FOLDER)}
    if name in folders:
        return folders[name]
    if name == LATEST:
        runs = _infos(reports_folder)
        if not runs:
            raise BadInput("latest", [f"there is no run in {reports_folder / RUNS_FOLDER} yet"])
        return runs[-1][0]
    if "/" in name and (Path(name) / RUN_FILE).is_file():
        return Path(name)
    meant = [path for key, path in folders.items() if name and key.startswith(name)]
    if len(meant) == 1:
        return meant[0]
    if meant:
        some = ", ".join(path.name for path in meant[:5])
        raise BadInput(name, [f"{len(meant)} runs begin with this: {some}{' …' if len(meant) > 5 else ''}"])
    raise BadInput(name, [_nothing_meant(reports_folder, folders)])


def _infos(reports_folder: Path) -> list[tuple[Path, RunInfo]]:
    """Every readable run's folder and what it was, oldest first; no call is looked at."""
    found = []
    for path in _run_folders(reports_folder / RUNS_FOLDER):
        try:
            found.append((path, read_run_info(path)))
        except StoreError:
            continue  # resolve_run tells whoever asks for this one by name
    return sorted(found, key=lambda run: (run[1].started_iso, run[1].run_id))


def _run_folders(folder: Path) -> list[Path]:
    return sorted(path.parent for path in folder.glob(f"*/{RUN_FILE}"))


def _nothing_meant(reports_folder: Path, runs: dict[str, Path]) -> str:
    if not runs:
        return f"no such run: there is none in {reports_folder / RUNS_FOLDER} yet"
    return f"no such run; newest runs: {', '.join(sorted(runs)[-3:])}"
