"""`milliwatt gate`: one run against another, one line of reason per gate."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from rich.console import Console

from evals.rng import rng_for
from evals.run_info import RunInfo
from evals.scoring.case_rows import CallRow, pair
from evals.scoring.gate import exit_status, judge, judge_absolute
from evals.scoring.gate_file import load_gates
from evals.scoring.gates import DEFAULT_GATES, Gates
from evals.scoring.verdict import GateOutcome, GateVerdict
from evals.store.finished import FinishedCall
from evals.store.parts import read_parts, read_run_info, write_verdicts
from evals.store.runs import resolve_run
from evals.suite import GATES_FILE

_STYLE = {GateOutcome.PASS: "green", GateOutcome.FAIL: "red", GateOutcome.TOO_LITTLE_DATA: "yellow"}


def compare_runs(
    run_name: str, baseline_name: str, gates_file: Path | None, reports: Path, *, out: Console
) -> int:
    """Judges the run against the baseline and returns the exit status.

    Raises:
        HarnessError: one of the runs or the gates' file cannot be used.
    """
    candidate_folder = resolve_run(reports, run_name)
    baseline_folder = resolve_run(reports, baseline_name)
    candidate, baseline = _rows(candidate_folder), _rows(baseline_folder)
    gates = load_gates(gates_file) if gates_file is not None else _usual_gates(candidate_folder)
    candidate_info, baseline_info = read_run_info(candidate_folder), read_run_info(baseline_folder)
    pairing = pair(baseline, candidate)
    for note in (*_shard_notes(candidate_info, baseline_info), *pairing.notes()):
        out.print(f"note: {note}", highlight=False, markup=False, soft_wrap=True)
    verdicts = judge(baseline, candidate, gates, rng_for(candidate_info.seed, "gate"))
    write_verdicts(candidate_folder, baseline_info.run_id, verdicts)
    print_verdicts(verdicts, out)
    return exit_status(verdicts)


def absolute_verdicts(calls: Iterable[FinishedCall], run_folder: Path) -> list[GateVerdict]:
    """What the absolute gates that a run has kept say of it; nothing where it has none.

    Nor do they say anything of a shard: a bound is set for the whole run, and an eighth of its calls would break or
    keep it by chance, eight times over.
    """
    info = read_run_info(run_folder)
    if info.shard:
        return []
    rows = [_row(call) for call in calls]
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


def _shard_notes(*runs: RunInfo) -> list[str]:
    return [
        f"{run.run_id} is shard {run.shard} of a run, and only its cases are compared; "
        "a verdict on the whole needs `milliwatt merge` first"
        for run in runs
        if run.shard
    ]


def _usual_gates(run_folder: Path) -> Gates:
    """The gates that stood beside the run's suite; the product's own where there were none."""
    path = run_folder / GATES_FILE
    return load_gates(path) if path.is_file() else DEFAULT_GATES


def _rows(run_folder: Path) -> list[CallRow]:
    return [_row(call) for call in read_parts(run_folder, tracks=False)]


def _row(call: FinishedCall) -> CallRow:
    return CallRow(
        case_id=call.record.case_id,
        scenario_sha256=call.record.scenario_sha256,
        caller_sha256=call.record.caller_sha256,
        harness_version=call.record.harness_version,
        passed=call.passed,
        measurements=call.measurements,
    )
