"""`milliwatt calibrate`: the harness measures agents of known truth, and prints its own error."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from agent.clock import stopwatch_ns
from agent.units import NS_PER_S
from evals.calibration.clock_errors import TimeError, TimingJob, timing_jobs
from evals.calibration.summary import checks, recall_curve
from evals.calibration.trials import Alarm, Trial, TrialJob, alarm_jobs, arms_of, trial_jobs
from evals.calibration.wording import (
    alarm_lines,
    as_json,
    check_lines,
    curve_table,
    error_picture,
    recall_picture,
    time_table,
    trial_table,
)
from evals.calibration.workers import Job, Result, run_jobs
from evals.errors import BadInput, StoreError
from evals.scoring.gates import DEFAULT_PAIRS
from evals.sim.planted.faults import BY_NAME, FAULTS, Fault

ERRORS_PICTURE = "calibration-errors.svg"
RECALL_PICTURE = "calibration-recall.svg"

QUICK_KINDS = ("fixed_delay", "late_stop", "lost_tool_call", "misheard_words", "slow_resume")


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibrateOptions:
    """What to play.

    Attributes:
        seed: of everything.
        pairs: cases of a comparison with a fault, and of its clean one.
        alarms, alarm_pairs: comparisons of equal agents, and cases of each.
        repeats: calls of each voice and line whose times are measured; 0 for none.
        kinds: faults to plant; all when empty. `none` plants none.
        strengths: of each fault the strongest so many; all when None.
        voices: how many voices speak the calls whose times are measured; all when None.
        workers: processes.
        plots: folder for the pictures.
    """

    seed: int = 1
    pairs: int = 300
    alarms: int = 500
    alarm_pairs: int = 60
    repeats: int = 4
    kinds: tuple[str, ...] = ()
    strengths: int | None = None
    voices: int | None = None
    workers: int = 1
    as_json: bool = False
    plots: Path | None = None


def calibrate_harness(options: CalibrateOptions, *, out: Console, err: Console) -> int:
    """Plays, prints what was found, and returns 0 if every line is kept, 1 if one is not.

    Raises:
        BadInput: an option cannot be used.
        HarnessError: a worker died, or a picture could not be written.
    """
    faults = _faults(options)
    began_ns = stopwatch_ns()
    jobs: list[Job] = [
        *timing_jobs(seed=options.seed, repeats=options.repeats, voices=options.voices),
        *trial_jobs(faults, seed=options.seed, pairs=options.pairs, strengths=options.strengths),
        *alarm_jobs(options.alarms, seed=options.seed, pairs=options.alarm_pairs),
    ]
    results = _run(jobs, options.workers, err)
    items = [item for result in results for item in result]
    errors = [item for item in items if isinstance(item, TimeError)]
    trials = [item for item in items if isinstance(item, Trial)]
    alarms = [item for item in items if isinstance(item, Alarm)]
    found = checks(errors, trials, alarms)
    if options.plots is not None:
        _draw(options.plots, errors, trials)
    if options.as_json:
        asked: dict[str, object] = {
            "seed": options.seed, "pairs": options.pairs, "alarms": options.alarms,
            "alarm_pairs": options.alarm_pairs, "repeats": options.repeats, "kinds": [f.name for f in faults],
        }  # fmt: skip
        out.out(as_json(errors, trials, alarms, found, asked=asked), highlight=False)
    else:
        parts = _parts(errors, trials, alarms)
        seconds = (stopwatch_ns() - began_ns) / NS_PER_S
        parts.append(f"{check_lines(found)}\n{_calls(options, jobs, trials, alarms)} in {seconds:.0f} s")
        out.print("\n\n".join(parts), highlight=False, markup=False, soft_wrap=True)
    return 0 if all(check.kept for check in found) else 1


def _faults(options: CalibrateOptions) -> Sequence[Fault]:
    mistakes = [
        f"--kinds {name}: there is no such fault; there are {', '.join(BY_NAME)}"
        for name in options.kinds
        if name not in BY_NAME and name != "none"
    ]
    for name, value in (("--pairs", options.pairs), ("--aa-pairs", options.alarm_pairs)):
        if value < DEFAULT_PAIRS:
            mistakes.append(f"{name} {value}: gates say nothing of fewer than {DEFAULT_PAIRS} cases")
    if mistakes:
        raise BadInput("options", mistakes)
    if not options.kinds:
        return FAULTS
    return [BY_NAME[name] for name in dict.fromkeys(options.kinds) if name != "none"]


def _run(jobs: Sequence[Job], workers: int, err: Console) -> list[Result]:
    results: dict[int, Result] = {}
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=err,
        disable=not err.is_terminal,
    ) as progress:
        bar = progress.add_task("comparing planted agents", total=len(jobs))
        with closing(run_jobs(jobs, workers)) as running:  # type: ignore[type-var]  # a generator; ends the workers
            for place, result in running:
                results[place] = result
                progress.advance(bar)
    return [results[place] for place in sorted(results)]


def _parts(errors: Sequence[TimeError], trials: Sequence[Trial], alarms: Sequence[Alarm]) -> list[str]:
    parts = []
    if errors:
        parts += [
            f"Errors of time, measured less planted\n{time_table(errors)}",
            f"The same by line\n{time_table(errors, by_line=True)}",
        ]
    if trials:
        parts += [
            f"Planted faults\n{trial_table(trials)}",
            f"Recall by strength\n{curve_table(recall_curve(trials))}",
        ]
    if alarms:
        parts.append(f"Comparisons of equal agents\n{alarm_lines(alarms)}")
    return parts


def _calls(
    options: CalibrateOptions, jobs: Sequence[Job], trials: Sequence[Trial], alarms: Sequence[Alarm]
) -> str:
    timed = sum(isinstance(job, TimingJob) for job in jobs)
    arms = sum(arms_of(job) for job in jobs if isinstance(job, TrialJob))
    calls = timed + options.pairs * arms + 2 * options.alarm_pairs * len(alarms)
    return f"{calls:,} calls, {2 * len(trials) + len(alarms)} comparisons"


def _draw(folder: Path, errors: Sequence[TimeError], trials: Sequence[Trial]) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if errors:
            (folder / ERRORS_PICTURE).write_text(error_picture(errors) + "\n", encoding="utf-8")
        if trials:
            (folder / RECALL_PICTURE).write_text(recall_picture(trials) + "\n", encoding="utf-8")
    except OSError as error:
        raise StoreError(f"{folder}: pictures could not be written: {error.strerror}") from None
