"""`milliwatt run` and `merge`: playing the cases of suites."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from evals.cli.common import Database, Reports, app, err, out
from evals.record import Level


class PlayLevel(StrEnum):
    """The levels that `run` plays at."""

    TEXT = "text"
    AUDIO = "audio"


class PlayOn(StrEnum):
    """What plays the calls of a run."""

    PROCESSES = "processes"
    RAY = "ray"


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
    workers: Annotated[
        int | None,
        typer.Option(
            min=1,
            max=4096,
            help="Calls played at a time: 1, or on Ray as many as the cluster has processors.",
        ),
    ] = None,
    executor: Annotated[
        PlayOn, typer.Option(help="Where calls are played: processes of this machine, or a Ray cluster.")
    ] = PlayOn.PROCESSES,
    ray_address: Annotated[
        str | None,
        typer.Option(
            metavar="HOST:PORT",
            help="Head of the Ray cluster that this machine is a node of; without it Ray runs here.",
        ),
    ] = None,
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
    from evals.executors import Executor

    raise typer.Exit(
        run_suites(
            RunOptions(
                suites=tuple(suites),
                level=Level(level),
                target=target,
                seed=seed,
                repeat=repeat,
                workers=workers,
                executor=Executor(executor),
                ray_address=ray_address,
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
