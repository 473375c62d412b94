"""The flow service as its users run it: `python -m agent serve` in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parent.parent
START_S = 90  # of a busy machine


@dataclass(slots=True)
class Served:
    process: subprocess.Popen[str]
    address: str
    log: list[str] = field(default_factory=list)


@contextmanager
def served(
    *arguments: str | Path, token: str = "", variables: Mapping[str, str] | None = None
) -> Iterator[Served]:
    environment = {**os.environ, "NO_PROXY": "127.0.0.1", **(variables or {})}
    environment.pop("MILLIWATT_SERVE_TOKEN", None)
    if token:
        environment["MILLIWATT_SERVE_TOKEN"] = token
    process = subprocess.Popen(
        [sys.executable, "-m", "agent", "serve", "--port", "0", *map(str, arguments)],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    server = Served(process, "")
    reader = threading.Thread(target=lambda: server.log.extend(process.stderr or ()))
    late = threading.Timer(START_S, process.kill)
    late.start()
    try:
        reader.start()
        first = process.stdout.readline()
        late.cancel()
        if " at http" not in first:
            process.wait(START_S)
            reader.join()
            raise AssertionError(f"it did not start: {first}{''.join(server.log)}")
        server.address = first.split(" at ")[1].strip()
        yield server
    finally:
        late.cancel()
        process.kill()
        process.wait()
        reader.join()
        process.stdout.close()
        process.stderr.close()
