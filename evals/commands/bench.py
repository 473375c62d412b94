"""`milliwatt bench`: a provider over a folder of audio; the dispatchers over CLINC150."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from agent.cognitive.committee_fitting import Fitting
from evals import bench_dispatch
from evals.bench_stt import bench_stt, render, render_json
from evals.errors import BadInput
from evals.intent_data import read_intent_data


def bench_recogniser(audio: Path, provider: str, hints: Path | None, *, as_json: bool, out: Console) -> int:
    """Recognises every file of the manifest and prints what came of it."""
    result = bench_stt(audio, provider, hints)
    if as_json:
        out.print_json(render_json(result))
    else:
        out.print(render(result))
    return 0


def bench_dispatchers(
    data: Path,
    settings: tuple[int, int | None, int | None],
    save: Path | None,
    *,
    as_json: bool,
    out: Console,
    progress: Console,
) -> int:
    """Fits, measures and prints; `settings` are the seed, and the members and epochs where they are not the usual."""
    read = read_intent_data(data)
    if save is not None and not save.parent.is_dir():
        raise BadInput(f"--save {save}", [f"there is no folder {save.parent}"])
    seed, members, epochs = settings
    usual = Fitting()
    fitting = replace(usual, members=members or usual.members, epochs=epochs or usual.epochs)
    with Progress(
        TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(), console=progress, transient=True
    ) as bars:
        task = bars.add_task("fitting", total=bench_dispatch.epochs(fitting))
        result = bench_dispatch.bench_dispatch(read, seed, fitting, lambda: bars.advance(task), save)
    if as_json:
        out.print_json(data=bench_dispatch.as_json(result))
    else:
        out.print(bench_dispatch.render(result))
    return 0
