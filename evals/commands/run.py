"""`milliwatt run`: progress while it plays, a table and a verdict at the end."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from evals.commands.judged import Judging, exit_status
from evals.commands.report import write_report
from evals.errors import HarnessError
from evals.executors import Execution, Executor, executing
from evals.record import Level
from evals.report import text
from evals.shards import parse_shard
from evals.store.duck import merge_run
from evals.store.row_pieces import drop_pieces, stored_calls
from evals.store.runs import resolve_run
from evals.suite import PlannedRun, RunRequest, plan
from evals.targets.registry import TargetSpec, changed_settings

INTERRUPTED = 130


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOptions:
    """The command's options."""

    suites: tuple[Path, ...]
    level: Level
    target: str
    seed: int
    repeat: int | None
    workers: int | None
    only: tuple[str, ...]
    shard: str | None
    resume: str | None
    shuffle: int | None
    settings: tuple[str, ...]
    latency: str
    html: Path | None
    reports: Path
    db: Path
    cache: Path | None
    executor: Executor = Executor.PROCESSES
    ray_address: str | None = None


def run_suites(options: RunOptions, *, out: Console, err: Console) -> int:
    """Plays the suites and returns the exit status.

    Raises:
        HarnessError: bad input, or something could not be played or stored.
    """
    with executing(options.executor, options.workers, options.ray_address) as execution:
        return _run_and_tidy(plan(_request(options, execution)), options, out=out, err=err)


def _run_and_tidy(planned: PlannedRun, options: RunOptions, *, out: Console, err: Console) -> int:
    err.print(f"run {planned.info.run_id}: {_plan_text(planned)}", highlight=False)
    try:
        return _run(planned, options, out=out, err=err)
    finally:
        drop_pieces(planned.folder)


def _run(planned: PlannedRun, options: RunOptions, *, out: Console, err: Console) -> int:
    failures: list[HarnessError] = []
    judging = Judging(planned.folder)
    with _interruptible() as interrupted:
        with _kept(failures):
            _play(planned, err, interrupted)
        # What is finished is stored and shown, however playing ended.
        if not interrupted():
            with _kept(failures):
                merge_run(options.db, planned.folder, calls=judging.calls(), say=_teller(err))
    status = 1
    with _kept(failures):
        summary = judging.summary()
        status = exit_status(summary)
        out.print(text.render(summary))
    if interrupted():
        err.print(_interrupted_text(planned), highlight=False)
        with _kept(failures):
            merge_run(options.db, planned.folder, calls=stored_calls(planned.folder), say=_teller(err))
        _tell(failures, err)
        return INTERRUPTED
    if failures:
        first = min(failures, key=lambda failure: failure.exit_status)  # 2 before 3
        _tell([failure for failure in failures if failure is not first], err)
        raise first
    if options.html is not None:
        write_report(str(planned.info.run_id), "html", options.html, options.reports, out=out)
    return status


def _request(options: RunOptions, execution: Execution) -> RunRequest:
    return RunRequest(
        suites=options.suites,
        level=options.level,
        target=TargetSpec(
            name=options.target, settings=changed_settings(options.settings), latency=options.latency
        ),
        seed=options.seed,
        repeat=options.repeat,
        workers=execution.workers,
        play=execution.play,
        only=options.only,
        shuffle=options.shuffle,
        shard=parse_shard(options.shard) if options.shard else None,
        resume=resolve_run(options.reports, options.resume) if options.resume else None,
        reports=options.reports,
        cache=options.cache,
    )


def _play(planned: PlannedRun, err: Console, interrupted: Callable[[], bool]) -> None:
    total = len(planned.cases) + planned.finished
    with Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=err,
    ) as progress:
        bar = progress.add_task("playing calls", total=total, completed=planned.finished)
        failed = 0
        playing = planned.play()
        try:
            for played in playing:
                failed += not played.passed
                missed = f", [red]{failed} failed[/red]" if failed else ""
                progress.update(bar, advance=1, description=f"playing calls{missed}")
                if not err.is_terminal:
                    mark = "pass" if played.passed else "FAIL"
                    err.out(f"{mark} {played.case_id}", highlight=False)
                if interrupted():
                    break
        finally:
            playing.close()  # type: ignore[attr-defined]  # a generator; ends the workers


def _teller(err: Console) -> Callable[[str], None]:
    return lambda line: err.print(line, highlight=False)


@contextmanager
def _kept(failures: list[HarnessError]) -> Iterator[None]:
    """Puts what fails within aside, so that what is left to do is done first."""
    try:
        yield
    except HarnessError as error:
        failures.append(error)


def _tell(failures: Sequence[HarnessError], err: Console) -> None:
    for failure in failures:
        err.print(f"and {failure}", style="red", highlight=False, markup=False, soft_wrap=True)


def _plan_text(planned: PlannedRun) -> str:
    count = len(planned.cases)
    done = f", {planned.finished} finished before" if planned.finished else ""
    shard = f" of shard {planned.info.shard}" if planned.info.shard else ""
    return f"{count} call(s){shard} to play at {planned.info.level} level{done}"


def _interrupted_text(planned: PlannedRun) -> str:
    return f"interrupted; finished calls are stored, go on with {_resuming(planned)}"


def _resuming(planned: PlannedRun) -> str:
    shard = f"--shard {planned.info.shard} " if planned.info.shard else ""
    return f"{shard}--resume {planned.info.run_id}"


@contextmanager
def _interruptible() -> Iterator[Callable[[], bool]]:
    """Turns the first Ctrl-C into a request to stop after the calls in flight; a second one stops at once."""
    asked = False

    def ask(signum: int, frame: FrameType | None) -> None:
        nonlocal asked
        if asked:
            raise KeyboardInterrupt
        asked = True

    before = signal.signal(signal.SIGINT, ask)
    try:
        yield lambda: asked
    finally:
        signal.signal(signal.SIGINT, before)
