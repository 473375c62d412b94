"""The far side of a run on Ray: a process on some node plays a batch of cases and sends back what it made of them.

Like `evals/worker.py` this imports almost nothing by itself: what a worker needs is imported once it can be told what
is missing. Nothing is stored here. The machine that the run was started on appends every call to the run's parts, so
nodes need share no disk with it; but the suites' clips and flows, and milliwatt itself, must be on each node, the same.
"""

from __future__ import annotations

import hashlib
import os
import pickle
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from evals.errors import BadInput

if TYPE_CHECKING:
    from evals.player import Player
    from evals.scenario.model import Case
    from evals.store.finished import FinishedCall

MOST_TOLD = 5  # files of a node that differ
_PACKAGES = ("agent", "evals")
_ROOT = Path(__file__).parent.parent


@dataclass(frozen=True, slots=True, kw_only=True)
class RayJob:
    """What every worker of a run must know.

    Attributes:
        spec: the pickled `PlaySpec`.
        folder: the working directory; suites, clips, flows and scorecards are found from it.
        files: what the cases are made of, with each file's SHA-256.
        code_sha256: as `code_sha256()` gives it on the machine that the run was started on.
    """

    spec: bytes
    folder: str
    files: tuple[tuple[str, str], ...]
    code_sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayedBatch:
    """Calls that were played, and by whom: the node and the process on it."""

    who: str
    calls: tuple[FinishedCall, ...]


_players: dict[RayJob, Player] = {}


def play_batch(job: RayJob, cases: Sequence[Case]) -> PlayedBatch:
    """Plays the cases in this process.

    Raises:
        BadInput: this node has another milliwatt, or other files, than the run was started with.
        HarnessError: a case could not be played.
    """
    player = _players.get(job)
    if player is None:
        player = _players[job] = _started(job)
    who = f"{os.uname().nodename} {os.getpid()}"
    return PlayedBatch(who=who, calls=tuple(player.finish(case) for case in cases))


def code_sha256() -> str:
    """Names the code that plays calls: a hash of every file of the packages that decide a result."""
    digest = hashlib.sha256()
    for package in _PACKAGES:
        for path in sorted((_ROOT / package).rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                digest.update(f"{path.relative_to(_ROOT)}\0{_sha256(path)}\0".encode())
    return digest.hexdigest()


def files_of(paths: Sequence[Path]) -> tuple[tuple[str, str], ...]:
    """Each file with its SHA-256, as `RayJob` holds them."""
    return tuple((str(path), _sha256(path)) for path in sorted(set(paths)))


def _started(job: RayJob) -> Player:
    mistakes = []
    if code_sha256() != job.code_sha256:
        mistakes.append(f"its milliwatt ({_ROOT}) is not the one that the run was started with")
    try:
        os.chdir(job.folder)
    except OSError:
        mistakes.append(f"there is no folder {job.folder}, which the run was started in")
    else:
        other = [path for path, sha256 in job.files if _sha256(Path(path)) != sha256]
        mistakes += [f"{path} is missing or another file there" for path in other[:MOST_TOLD]]
        if len(other) > MOST_TOLD:
            mistakes.append(f"so are {len(other) - MOST_TOLD} more")
    if mistakes:
        raise BadInput(f"Ray node {os.uname().nodename}", mistakes)
    from agent.process import settle
    from evals.player import Player

    player = Player(pickle.loads(job.spec), worker=0)
    settle()
    return player


def _sha256(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ""
