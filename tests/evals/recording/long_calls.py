"""Long recordings of made calls, and what scoring them takes in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

from tests.cli import ROOT

RATE_HZ = 8000
TURNS_A_MINUTE = 6
# The peak of the process's own memory: `getrusage` would count that of the test that forked it.
SCORE = (
    "import re, sys; from pathlib import Path;"
    "from evals.recording.rendering import render_json; from evals.recording.score import score_recording;"
    "score = score_recording(Path(sys.argv[1])); render_json(score);"
    "peak = re.search(r'VmHWM:\\s+(\\d+) kB', Path('/proc/self/status').read_text());"
    "print(len(score.turns), peak[1])"
)
PATIENCE_S = 900


def a_minute() -> np.ndarray:
    """Ten-second rounds of a caller's and an agent's sounds over a faint hiss."""
    rng = np.random.default_rng(1)
    t = np.arange(60 * RATE_HZ) / RATE_HZ

    def side(first: float, length: float) -> np.ndarray:
        voice = np.sin(2 * np.pi * 700 * t) * (0.55 + 0.45 * np.sin(2 * np.pi * 5 * t))
        return 0.1 * voice * ((t - first) % 10 < length) + 1e-3 * rng.standard_normal(t.size)

    return np.stack((side(3, 2.5), side(6.5, 4)), axis=1)


def scored(path: Path, minutes: int) -> tuple[int, int]:
    """Turns found in so long a recording, and the most memory that scoring it took, in bytes."""
    if not Path("/proc/self/status").exists():
        pytest.skip("only Linux says what a process's memory was at most")
    minute = a_minute()
    with soundfile.SoundFile(path, "w", RATE_HZ, 2, subtype="ULAW", format="WAV") as file:
        for _ in range(minutes):
            file.write(minute)
    done = subprocess.run(
        [sys.executable, "-c", SCORE, str(path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        timeout=PATIENCE_S,
    )
    path.unlink()
    turns, kibibytes = map(int, done.stdout.split())
    return turns, kibibytes * 1024
