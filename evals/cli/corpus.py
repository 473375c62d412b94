"""`milliwatt corpus`: scenarios from what callers have said before."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from evals.cli.common import app, err, out
from evals.importing.detection import Format
from evals.scenario.model import WhenDiverged

corpus_app = typer.Typer(no_args_is_help=True, help="Scenarios from what callers have said before.")
app.add_typer(corpus_app, name="corpus")


@corpus_app.callback()
def corpus() -> None:
    """Scenarios from what callers have said before."""


@corpus_app.command(
    "import",
    epilog="Example: milliwatt corpus import calls.jsonl --out reports/calls.yaml --when-diverged stop",
)
def corpus_import(
    files: Annotated[list[Path], typer.Argument(help="Files of transcripts.")],
    output: Annotated[Path, typer.Option("--out", help="The suite to write.")],
    form: Annotated[
        Format | None, typer.Option("--format", help="What the files are; found by their content by default.")
    ] = None,
    flow: Annotated[str, typer.Option(help="The flow that answers; the files' own, or booking.")] = "",
    suite: Annotated[str, typer.Option(help="The suite's name; its file's by default.")] = "",
    now: Annotated[str, typer.Option(help="The calls' wall clock: 2026-05-18T09:00:00.")] = "",
    time_zone: Annotated[str, typer.Option(help="The callers' zone: Europe/London.")] = "",
    variable: Annotated[
        list[str] | None, typer.Option(help="What the agent knows before the calls: first_name=Alex.")
    ] = None,
    when_diverged: Annotated[
        WhenDiverged,
        typer.Option(help="What the caller does when the agent's reply is not the transcript's."),
    ] = WhenDiverged.CONTINUE,
    column: Annotated[
        list[str] | None,
        typer.Option(help="What the files call a thing (conversation, speaker, text, turns): speaker=who."),
    ] = None,
    caller: Annotated[list[str] | None, typer.Option(help="A speaker's name that means the caller.")] = None,
    agent: Annotated[list[str] | None, typer.Option(help="A speaker's name that means the agent.")] = None,
    ignore: Annotated[list[str] | None, typer.Option(help="A speaker's name to leave out.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Write the suite anew if it is there.")] = False,
) -> None:
    """Turns transcripts of calls into a suite that `run --level text` plays."""
    from evals.commands.corpus import import_files, pairs
    from evals.importing.columns import KINDS, Columns
    from evals.importing.importer import ImportRequest
    from evals.importing.speakers import Names

    request = ImportRequest(
        files=tuple(files),
        out=output,
        format=form,
        flow=flow,
        suite=suite,
        now=now,
        time_zone=time_zone,
        variables=pairs(variable or (), "--variable"),
        when_diverged=when_diverged,
        columns=Columns(pairs(column or (), "--column", KINDS)),
        names=Names(caller=tuple(caller or ()), agent=tuple(agent or ()), ignore=tuple(ignore or ())),
        force=force,
    )
    raise typer.Exit(import_files(request, out=out, err=err))
