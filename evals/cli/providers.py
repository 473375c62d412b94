"""`milliwatt bench`: the same audio through a provider, measured."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from evals.cli.common import app, out

bench_app = typer.Typer(no_args_is_help=True, help="The same audio through a provider, measured.")
app.add_typer(bench_app, name="bench")


@bench_app.command("stt", epilog="Example: milliwatt bench stt --audio clips --provider ear --json")
def bench_stt(
    audio: Annotated[
        Path, typer.Option(help="Folder of WAVs (any rate) with a manifest.jsonl of {audio, text} rows.")
    ],
    provider: Annotated[str, typer.Option(help="Which recogniser.")] = "ear",
    hints: Annotated[
        Path | None, typer.Option(help="A text file: words and phrases to expect, one a line.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Recognises a folder of recordings; prints pooled word error rate with its counts, and the real-time factor."""
    from evals.commands.bench import bench_recogniser

    raise typer.Exit(bench_recogniser(audio, provider, hints, as_json=as_json, out=out))
