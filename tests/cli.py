"""The command line as its users run it: a process of its own."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

ROOT = Path(__file__).parent.parent
SMOKE = "corpora/booking/smoke.yaml"
PATIENCE_S = 240


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "evals", *arguments]


def milliwatt(
    *arguments: str | Path, hash_seed: str = "0", file_bytes: int | None = None
) -> subprocess.CompletedProcess[str]:
    """Runs a command to its end; `file_bytes` bounds the size of every file it writes, as a full disk does."""
    return subprocess.run(
        command(*map(str, arguments)),
        cwd=ROOT,
        env=environment(hash_seed),
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
        preexec_fn=_bounded(file_bytes),
    )


def start(arguments: Sequence[str | Path], *, output: int = subprocess.PIPE) -> subprocess.Popen[str]:
    """Starts a command and leaves it running."""
    return subprocess.Popen(
        command(*map(str, arguments)),
        cwd=ROOT,
        env=environment("0"),
        stdout=output,
        stderr=output,
        text=True,
    )


def environment(hash_seed: str) -> dict[str, str]:
    return {**os.environ, "PYTHONHASHSEED": hash_seed, "COLUMNS": "200", "NO_COLOR": "1"}


def _bounded(file_bytes: int | None) -> Callable[[], None] | None:
    if file_bytes is None:
        return None
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (file_bytes, file_bytes))
