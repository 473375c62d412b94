"""`milliwatt gate`: one run against another, one line of reason per gate."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from evals.errors import BadInput, HarnessError
from evals.rng import rng_for
from evals.run_info import RunInfo
from evals.scoring.case_rows import CallRow, pair
from evals.scoring.gate import exit_status, judge, judge_absolute, undeclared_changes
from evals.scoring.gate_file import kept_gates, load_gates
from evals.scoring.verdict import GateOutcome, GateVerdict
from evals.store.baselines import baseline_files, find_baseline, read_baseline
from evals.store.duck import STORE_FILE
from evals.store.finished import FinishedCall
from evals.store.gate_rows import case_row, run_rows
from evals.store.parts import read_run_info, write_verdicts
from evals.store.runs import resolve_run

_STYLE = {GateOutcome.PASS: "green", GateOutcome.FAIL: "red", GateOutcome.TOO_LITTLE_DATA: "yellow"}


def compare_runs(
    run_name: str,
    baseline_name: str,
    gates_file: Path | None,
    reports: Path,
    *,
    out: Console,
    db: Path | None = None,
) -> int:
    """Judges the run against the baseline and returns the exit status.

    Args:
        run_name, baseline_name: what to judge, and what by.
        gates_file: other gates than the run's own.
        reports: the folder of runs, and of the store unless `db` is another.
        out: takes the verdicts.
        db: the store.

    Raises:
        HarnessError: one of the runs or the gates' file cannot be used.
    """
    candidate_folder = resolve_run(reports, run_name)
    store = db or reports / STORE_FILE
    before = _before(reports, store, baseline_name)
    candidate = run_rows(candidate_folder, store)
    _check_harness(before, candidate)
    gates = load_gates(gates_file) if gates_file is not None else kept_gates(candidate_folder)
    info = read_run_info(candidate_folder)
    pairing = pair(before.rows, candidate)
    for note in (*shard_notes(info, before.run), *pairing.notes()):
        out.print(f"note: {note}", highlight=False, markup=False, soft_wrap=True)
    verdicts = judge(before.rows, candidate, gates, rng_for(info.seed, "gate"))
    write_verdicts(candidate_folder, before.name, verdicts)
    print_verdicts(verdicts, out)
    for line in undeclared_changes(before.rows, candidate, gates, rng_for(info.seed, "gate.undeclared")):
        out.print(f"note: {line}", highlight=False, markup=False, soft_wrap=True)
    return exit_status(verdicts)


def absolute_verdicts(calls: Iterable[FinishedCall], run_folder: Path) -> list[GateVerdict]:
    """What the absolute gates that a run has kept say of it; nothing where it has none.

    Nor do they say anything of a shard: a bound is set for the whole run, and an eighth of its calls would break or
    keep it by chance, eight times over.
    """
    info = read_run_info(run_folder)
    if info.shard:
        return []
    rows = [case_row(call) for call in calls]
    verdicts: list[GateVerdict] = []
    for path in sorted(run_folder.glob("gates*.yaml")):
        verdicts += judge_absolute(rows, load_gates(path), rng_for(info.seed, "gate", path.name))
    return verdicts


def print_verdicts(verdicts: Sequence[GateVerdict], out: Console) -> None:
    """One line a gate."""
    for verdict in verdicts:
        word = verdict.outcome.replace("_", " ")
        out.print(f"[{_STYLE[verdict.outcome]}]{word:15}[/] ", end="")
        out.print(f"{verdict.gate}: {verdict.reason}", highlight=False, markup=False, soft_wrap=True)


def shard_notes(*runs: RunInfo | None) -> list[str]:
    """A line for each of the runs that is only part of one."""
    return [
        f"{run.run_id} is shard {run.shard} of a run, and only its cases are compared; "
        "a verdict on the whole needs `milliwatt merge` first"
        for run in runs
        if run is not None and run.shard
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Before:
    """What a run is compared with: its name in verdicts, its rows, and what it was, which a baseline does not keep."""

    name: str
    rows: Sequence[CallRow]
    run: RunInfo | None = None


def _before(reports: Path, store: Path, name: str) -> _Before:
    # A baseline's name is never a run's whole id, but may be the beginning of one.
    file = find_baseline(reports, name)
    if file is not None:
        kept = read_baseline(file)
        return _Before(name=kept.name, rows=kept.rows)
    folder = run_or_baselines(reports, name)
    info = read_run_info(folder)
    return _Before(name=info.run_id, rows=run_rows(folder, store), run=info)


def run_or_baselines(reports: Path, name: str) -> Path:
    """The run's folder that `name` means.

    Raises:
        BadInput: it means none; the line names the baselines, too, since one could have been meant.
    """
    try:
        return resolve_run(reports, name)
    except BadInput as error:
        names = ", ".join(baseline_files(reports)) or "none"
        raise BadInput(
            error.where, [*error.mistakes[:-1], f"{error.mistakes[-1]}; baselines: {names}"]
        ) from None


def _check_harness(before: _Before, after: Sequence[CallRow]) -> None:
    """One line instead of one for each case, where harnesses of different versions played the two.

    Raises:
        HarnessError: no case can be compared.
    """
    old, new = ({row.harness_version for row in rows} for rows in (before.rows, after))
    if old and new and not old & new:
        raise HarnessError(
            f"{before.name} was played by milliwatt {', '.join(sorted(old))}, this run by {', '.join(sorted(new))}: "
            "no case can be compared; play the baseline again"
        )
