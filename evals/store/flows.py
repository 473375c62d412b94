"""The flows that a run's suites name, kept as they were: `reports/runs/<run>/flows/<sha256>.json`.

Records name the flow that their agent walked by the same hash, so a flow changed since is never taken for it.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from agent.cognitive.flow import Flow
from agent.cognitive.flow_file import load_flow
from agent.errors import BadFlow
from evals.store.disk import disk_errors, make_folder, write_atomically

FLOWS_FOLDER = "flows"


def keep_flow(run_folder: Path, path: Path) -> None:
    """Keeps the flow's file with the run.

    Raises:
        StoreError: it cannot be read, or the folder not written.
    """
    with disk_errors(f"cannot read {path}"):
        data = path.read_bytes()
    kept = run_folder / FLOWS_FOLDER / f"{hashlib.sha256(data).hexdigest()}.json"
    if not kept.exists():
        make_folder(kept.parent)
        write_atomically(kept, data)


def flow_files(run_folder: Path) -> list[Path]:
    """The files of the flows that the run keeps, each named by its hash, changed since or not."""
    return sorted((run_folder / FLOWS_FOLDER).glob("*.json"))


def broken_flows(run_folder: Path) -> list[Path]:
    """Those of them that are no longer what was kept.

    Raises:
        StoreError: one cannot be read.
    """
    return [path for path in flow_files(run_folder) if not _is_whole(path)]


def read_flows(run_folder: Path) -> dict[str, Flow]:
    """The run's flows by hash. One that was changed, or that this version cannot read, is left out."""
    flows = {}
    for path in flow_files(run_folder):
        if not _is_whole(path):
            continue
        try:
            flows[path.stem] = load_flow(path)
        except BadFlow:
            continue
    return flows


def _is_whole(path: Path) -> bool:
    with disk_errors(f"cannot read {path}"):
        return hashlib.sha256(path.read_bytes()).hexdigest() == path.stem
