"""`milliwatt score`: the timing of any stereo call recording."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console

from evals.recording.rendering import render, render_json
from evals.recording.score import score_recording


def score_file(recording: Path, *, as_json: bool, swap: bool, out: Console) -> int:
    """Scores the recording and prints what came of it.

    Raises:
        BadInput: the file cannot be used.
    """
    score = score_recording(recording, swap=swap)
    if as_json:
        out.out(render_json(score), highlight=False)
    else:
        out.print(render(score), highlight=False)
    return 0
