"""`milliwatt bench`: a provider over a folder of audio."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console

from evals.bench_stt import bench_stt, render, render_json


def bench_recogniser(audio: Path, provider: str, hints: Path | None, *, as_json: bool, out: Console) -> int:
    """Recognises every file of the manifest and prints what came of it."""
    result = bench_stt(audio, provider, hints)
    if as_json:
        out.print_json(render_json(result))
    else:
        out.print(render(result))
    return 0
