"""`milliwatt gate`, `compare`, `report`, `score` and `baseline`: what a run or a recording says."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from evals.cli.common import Database, Reports, RunName, app, err, out

baseline_app = typer.Typer(
    no_args_is_help=True, help="Runs kept in the repository, to compare later ones with."
)
app.add_typer(baseline_app, name="baseline")


class Form(StrEnum):
    """What a report is written as."""

    HTML = "html"
    MD = "md"
    JUNIT = "junit"
    JSON = "json"


@app.command(epilog="Example: milliwatt gate latest --baseline main")
def gate(
    run_name: RunName,
    baseline: Annotated[
        str,
        typer.Option(
            help="What to compare with: a baseline's name or file, a run's id or the beginning of one."
        ),
    ],
    gates: Annotated[
        Path | None, typer.Option(help="A gates.yaml; the one beside the suite by default.")
    ] = None,
    reports: Reports = Path("reports"),
    db: Database = None,
) -> None:
    """Compares a run with a stored one, case by case; one line of reason per gate.

    Exit status: 0 holds, 1 a regression, 2 bad input, 3 too little data to say.
    """
    from evals.commands.gate import compare_runs

    raise typer.Exit(compare_runs(run_name, baseline, gates, reports, out=out, db=db))


class ComparisonForm(StrEnum):
    """What a comparison is written as."""

    TEXT = "text"
    HTML = "html"
    MD = "md"
    JSON = "json"


@app.command(epilog="Example: milliwatt compare main latest --to html")
def compare(
    before: Annotated[
        str, typer.Argument(metavar="A", help="The run before: an id, the beginning of one, or a baseline.")
    ],
    after: Annotated[
        str, typer.Argument(metavar="B", help="The run now: an id, the beginning of one, or `latest`.")
    ],
    to: Annotated[ComparisonForm, typer.Option(help="What to write.")] = ComparisonForm.TEXT,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Where; beside run B by default, `-` for standard output."),
    ] = None,
    text: Annotated[
        tuple[str, str] | None,
        typer.Option(
            "--text",
            metavar="A_TEXT B_TEXT",
            help="The same two agents' runs at text level, to tell the layers apart; found by themselves if stored.",
        ),
    ] = None,
    also: Annotated[
        list[str] | None,
        typer.Option("--also", help="A further run for the HTML page's trade-off picture; may be repeated."),
    ] = None,
    gates: Annotated[
        Path | None, typer.Option(help="A gates.yaml; the one beside run B's suite by default.")
    ] = None,
    calls: Annotated[
        int, typer.Option(min=0, max=100, help="Calls that got worse, to print turn by turn.")
    ] = 3,
    reports: Reports = Path("reports"),
) -> None:
    """Says what changed between two runs: cases that got worse, better or flaky, turn by turn, and in which layer.

    Exit status: 0 no gate fails, 1 a regression, 2 bad input, 3 too little data to say, or nothing to compare.
    """
    from evals.commands.compare import CompareOptions, compare_two

    options = CompareOptions(
        before=before,
        after=after,
        form=to.value,
        output=output,
        text=text,
        also=tuple(also or ()),
        gates=gates,
        calls=calls,
        reports=reports,
    )
    raise typer.Exit(compare_two(options, out=out, err=err))


@app.command(epilog="Example: milliwatt report latest --to html")
def report(
    run_name: RunName,
    to: Annotated[Form, typer.Option(help="What to write.")] = Form.HTML,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Where; beside the run by default, `-` for standard output."),
    ] = None,
    reports: Reports = Path("reports"),
) -> None:
    """Writes what people and CI read of a run."""
    from evals.commands.report import write_report

    raise typer.Exit(write_report(run_name, to.value, output, reports, out=out))


@app.command(epilog="Example: milliwatt score call.wav --json")
def score(
    recording: Annotated[
        Path, typer.Argument(help="A stereo WAV of 8 to 48 kHz: the caller left, the agent right.")
    ],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    swap: Annotated[bool, typer.Option("--swap", help="The agent is on the left.")] = False,
) -> None:
    """Measures the timing of a call from its recording alone: waits, interruptions, overlap, silence."""
    from evals.commands.score import score_file

    raise typer.Exit(score_file(recording, as_json=as_json, swap=swap, out=out))


@baseline_app.command("set", epilog="Example: milliwatt baseline set main latest")
def baseline_set(
    name: Annotated[str, typer.Argument(help="What `gate --baseline` will call it.")],
    run_name: RunName = "latest",
    reports: Reports = Path("reports"),
) -> None:
    """Keeps what gates need of a run in `reports/baselines/NAME.json`, a small file to commit."""
    from evals.commands.baseline import keep_run

    raise typer.Exit(keep_run(name, run_name, reports, out=out))


@baseline_app.command("list", epilog="Example: milliwatt baseline list")
def baseline_list(reports: Reports = Path("reports")) -> None:
    """Prints every baseline, one line each."""
    from evals.commands.baseline import list_all

    raise typer.Exit(list_all(reports, out=out, err=err))
