"""`milliwatt bench`: the same audio through a provider, or the same phrases through the dispatchers, measured."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from evals.cli.common import app, err, out

bench_app = typer.Typer(no_args_is_help=True, help="Providers and dispatchers, measured on the same data.")
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


@bench_app.command("dispatch", epilog="Example: milliwatt bench dispatch --data data --save intents.npz")
def bench_dispatch(
    data: Annotated[
        Path,
        typer.Option(
            help="Folder with CLINC150's data_full.json in it, or in its clinc150.", envvar="MILLIWATT_DATA"
        ),
    ],
    seed: Annotated[int, typer.Option(min=0, help="Names the dice of the fitting.")] = 1,
    members: Annotated[int | None, typer.Option(min=1, max=20, help="Networks in the classifier.")] = None,
    epochs: Annotated[int | None, typer.Option(min=1, max=1000, help="Times each sees its examples.")] = None,
    save: Annotated[
        Path | None, typer.Option(help="Keep the classifier of every example in this file.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Fits the embedded dispatchers on CLINC150; prints in-scope accuracy, out-of-scope recall, and what it costs."""
    from evals.commands.bench import bench_dispatchers

    raise typer.Exit(
        bench_dispatchers(data, (seed, members, epochs), save, as_json=as_json, out=out, progress=err)
    )
