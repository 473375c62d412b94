"""The `milliwatt` command: each command parses, calls one use case, prints, and sets the exit status.

Exit status: 0 all holds, 1 something does not, 2 bad input and nothing was run, 3 could not measure or store,
130 interrupted. Where several apply: 130 before 2 before 3 before 1 before 0.
"""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from agent.errors import AgentError
from evals.errors import BadInput, HarnessError
from evals.importing.detection import Format
from evals.record import Level
from evals.scenario.model import WhenDiverged

app = typer.Typer(
    name="milliwatt",
    help="Plays calls against a voice agent, measures them, and says whether callers are worse off.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
bench_app = typer.Typer(no_args_is_help=True, help="The same audio through a provider, measured.")
baseline_app = typer.Typer(
    no_args_is_help=True, help="Runs kept in the repository, to compare later ones with."
)
store_app = typer.Typer(no_args_is_help=True, help="The store of results.")
app.add_typer(bench_app, name="bench")
app.add_typer(baseline_app, name="baseline")
app.add_typer(store_app, name="store")
corpus_app = typer.Typer(no_args_is_help=True, help="Scenarios from what callers have said before.")
app.add_typer(corpus_app, name="corpus")

out = Console()
err = Console(stderr=True)

Reports = Annotated[Path, typer.Option("--reports", help="Folder of runs, reports and the store.")]
Database = Annotated[
    Path | None, typer.Option("--db", help="The DuckDB store; `milliwatt.duckdb` in the reports folder.")
]
RunName = Annotated[str, typer.Argument(help="A run's id, the beginning of one, its folder, or `latest`.")]


class PlayLevel(StrEnum):
    """The levels that `run` plays at."""

    TEXT = "text"
    AUDIO = "audio"


class Form(StrEnum):
    """What a report is written as."""

    HTML = "html"
    MD = "md"
    JUNIT = "junit"
    JSON = "json"


@app.command(epilog="Example: milliwatt run corpora/booking/smoke.yaml --level audio --seed 1 --workers 2")
def run(
    suites: Annotated[list[Path], typer.Argument(help="Suite files.")],
    level: Annotated[
        PlayLevel, typer.Option(help="The cognitive layer alone, or whole calls in virtual time.")
    ] = PlayLevel.AUDIO,
    target: Annotated[
        str, typer.Option(help="What answers: `reference`, or `known:answer=MS[,stop=MS]`.")
    ] = "reference",
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same calls, byte for byte.")] = 1,
    repeat: Annotated[
        int | None,
        typer.Option(min=1, max=1000, help="Play each case so often, instead of the suite's number."),
    ] = None,
    workers: Annotated[int, typer.Option(min=1, max=64, help="Processes that play calls.")] = 1,
    only: Annotated[
        list[str] | None, typer.Option(help="Only scenarios whose id or tag matches this pattern.")
    ] = None,
    shard: Annotated[
        str | None,
        typer.Option(metavar="K/N", help="Play the K-th of N parts of the cases; `merge` joins them."),
    ] = None,
    resume: Annotated[
        str | None, typer.Option(help="Go on with this run: play only what is missing.")
    ] = None,
    shuffle: Annotated[
        int | None, typer.Option(help="Play in another order, drawn from this number.")
    ] = None,
    settings: Annotated[
        list[str] | None, typer.Option("--set", help="Change a setting: `agent.voice=en-gb`.")
    ] = None,
    latency: Annotated[
        str, typer.Option(help="Latency profile of the providers: none, reference, networked.")
    ] = "reference",
    html: Annotated[Path | None, typer.Option(help="Also write the HTML report here.")] = None,
    reports: Reports = Path("reports"),
    db: Database = None,
    cache: Annotated[
        bool, typer.Option(help="Keep computed audio and recognition on the disk for later runs.")
    ] = True,
) -> None:
    """Plays every case of the suites, stores records and measurements, prints a table and the verdict."""
    from evals.commands.run import RunOptions, run_suites

    raise typer.Exit(
        run_suites(
            RunOptions(
                suites=tuple(suites),
                level=Level(level),
                target=target,
                seed=seed,
                repeat=repeat,
                workers=workers,
                only=tuple(only or ()),
                shard=shard,
                resume=resume,
                shuffle=shuffle,
                settings=tuple(settings or ()),
                latency=latency,
                html=html,
                reports=reports,
                db=db or reports / "milliwatt.duckdb",
                cache=reports / ".cache" if cache else None,
            ),
            out=out,
            err=err,
        )
    )


@app.command(epilog="Example: milliwatt merge --from shard-1/reports --from shard-2/reports")
def merge(
    runs: Annotated[
        list[str] | None, typer.Argument(help="The shards: ids, beginnings of ids, or folders.")
    ] = None,
    sources: Annotated[
        list[Path] | None,
        typer.Option(
            "--from", help="A reports folder of another machine; all its shards, if no RUN is named."
        ),
    ] = None,
    allow_missing: Annotated[
        bool, typer.Option("--allow-missing", help="Merge what is there, and say what is not.")
    ] = False,
    reports: Reports = Path("reports"),
    db: Database = None,
) -> None:
    """Makes the run of which these are the shards (`run --shard K/N`); prints its table and verdict.

    Exit status as `run`'s: 0 all holds, 1 something does not, 2 not the shards of one run, 3 could not store, or a
    gate had too little data to say.
    """
    from evals.commands.merge import MergeOptions, merge_runs

    raise typer.Exit(
        merge_runs(
            MergeOptions(
                runs=tuple(runs or ()),
                sources=tuple(sources or ()),
                allow_missing=allow_missing,
                reports=reports,
                db=db or reports / "milliwatt.duckdb",
            ),
            out=out,
            err=err,
        )
    )


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
) -> None:
    """Compares a run with a stored one, case by case; one line of reason per gate.

    Exit status: 0 holds, 1 a regression, 2 bad input, 3 too little data to say.
    """
    from evals.commands.gate import compare_runs

    raise typer.Exit(compare_runs(run_name, baseline, gates, reports, out=out))


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


@store_app.command("rebuild", epilog="Example: milliwatt store rebuild")
def store_rebuild(reports: Reports = Path("reports"), db: Database = None) -> None:
    """Makes the DuckDB store again from the runs' parts."""
    from evals.store.duck import rebuild
    from evals.store.runs import RUNS_FOLDER

    path = db or reports / "milliwatt.duckdb"
    count = rebuild(path, reports / RUNS_FOLDER, say=err.print)
    out.print(f"{path}: {count} run(s)")


@store_app.command("export", epilog="Example: milliwatt store export parquet/")
def store_export(
    folder: Annotated[Path, typer.Argument(help="Where the Parquet files go.")],
    reports: Reports = Path("reports"),
    db: Database = None,
) -> None:
    """Writes each table of the store as a Parquet file."""
    from evals.store.duck import export

    for path in export(db or reports / "milliwatt.duckdb", folder):
        out.print(str(path))


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


@app.command(epilog="Example: milliwatt dashboard --port 8501")
def dashboard(
    port: Annotated[int, typer.Option(min=1, max=65535)] = 8501,
    reports: Reports = Path("reports"),
    db: Database = None,
) -> None:
    """Opens the review pages in a browser: runs with their trends, and one call with its audio."""
    from evals.commands.dashboard import serve_dashboard

    raise typer.Exit(serve_dashboard(port, reports, db or reports / "milliwatt.duckdb"))


@app.command(epilog="Example: milliwatt doctor")
def doctor() -> None:
    """Says what this machine lacks and how to get it."""
    from evals.doctor import examine, render

    findings = examine()
    out.print(render(findings), highlight=False, markup=False)
    raise typer.Exit(0 if all(finding.ok or finding.optional for finding in findings) else 1)


def main() -> None:
    """The command's entry: errors become one clear message and the right exit status."""
    try:
        status = app(standalone_mode=False)
    except HarnessError as error:
        status = _failed(str(error), error.exit_status)
    except AgentError as error:
        status = _failed(str(error), BadInput.exit_status)
    except typer.Abort:
        status = _failed("interrupted", 130)
    except KeyboardInterrupt:
        status = _failed("interrupted", 130)
    except Exception as error:
        status = _usage_error(error)
    sys.exit(status if isinstance(status, int) else 0)


def _failed(message: str, status: int) -> int:
    err.print(f"milliwatt: {message}", style="red", highlight=False, markup=False, soft_wrap=True)
    return status


def _usage_error(error: Exception) -> int:
    """Wrong usage is told in click's words; anything else is our bug and keeps its traceback."""
    show = getattr(error, "show", None)
    if show is None:
        raise error
    show()
    return 2
