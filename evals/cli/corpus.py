"""`milliwatt corpus`: scenarios from what callers have said before, and thousands from a few."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from evals.cli.common import Reports, app, err, out
from evals.importing.detection import Format
from evals.scenario.model import WhenDiverged

corpus_app = typer.Typer(no_args_is_help=True, help="Scenarios from transcripts, and thousands from a few.")
app.add_typer(corpus_app, name="corpus")


@corpus_app.callback()
def corpus() -> None:
    """Scenarios from transcripts, and thousands from a few."""


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


@corpus_app.command(
    "generate",
    epilog="Example: milliwatt corpus generate corpora/booking/paths.yaml --count 10000 --out reports/many.jsonl",
)
def corpus_generate(
    suites: Annotated[list[Path], typer.Argument(help="Suite files whose scenarios are varied.")],
    output: Annotated[Path, typer.Option("--out", help="The suite to write, NAME.jsonl.")],
    count: Annotated[int, typer.Option(min=1, max=50_000, help="How many distinct conversations.")] = 1000,
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same suite, byte for byte.")] = 1,
    vary: Annotated[
        list[str] | None,
        typer.Option(
            help="A variation, or NAME=RATE: paraphrase, values, order, several, short, slow, disfluency, correction,"
            " backchannel, keys, recogniser. `none` first switches the others off."
        ),
    ] = None,
    confusions: Annotated[
        str,
        typer.Option(
            help="Errors of a recogniser: a model's file, one that comes with milliwatt (ear), or none."
        ),
    ] = "none",
    line: Annotated[
        list[str] | None,
        typer.Option(
            help="A line condition, such as office_15db, that calls take turns on; its errors are used."
        ),
    ] = None,
    wording: Annotated[
        Path | None, typer.Option(help="Your own sentences; those that come with the flow by default.")
    ] = None,
    suite: Annotated[str, typer.Option(help="The suite's name; its file's by default.")] = "",
    force: Annotated[bool, typer.Option("--force", help="Write the suite anew if it is there.")] = False,
) -> None:
    """Makes thousands of distinct conversations from the scenarios of a few suites.

    Exit status 1 when fewer than asked for are to be had, 2 for bad input.
    """
    from evals.commands.generate import GenerateOptions, generate

    options = GenerateOptions(
        suites=tuple(suites),
        out=output,
        count=count,
        seed=seed,
        vary=tuple(vary or ()),
        confusions=confusions,
        lines=tuple(line or ()),
        wording=wording,
        name=suite,
        force=force,
    )
    raise typer.Exit(generate(options, out=out, err=err))


@corpus_app.command(
    "confusions",
    epilog="Example: milliwatt corpus confusions latest --out reports/ear.json",
)
def corpus_confusions(
    runs: Annotated[list[str], typer.Argument(help="Runs at audio level: ids, beginnings of ids, folders.")],
    output: Annotated[Path, typer.Option("--out", help="The model to write, NAME.json.")],
    reports: Reports = Path("reports"),
    force: Annotated[bool, typer.Option("--force", help="Write the model anew if it is there.")] = False,
) -> None:
    """Fits a model of the recogniser's errors on what was said and heard in the calls of these runs."""
    from evals.commands.confusions import ConfusionOptions, fit_confusions

    options = ConfusionOptions(runs=tuple(runs), out=output, reports=reports, force=force)
    raise typer.Exit(fit_confusions(options, out=out))
