"""`milliwatt baseline`: runs kept in the repository, to compare later ones with."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console

from evals.errors import HarnessError
from evals.store.baselines import baseline_files, read_baseline, set_baseline
from evals.store.runs import resolve_run


def keep_run(name: str, run_name: str, reports: Path, *, out: Console) -> int:
    """Keeps the run as a baseline and says where.

    Raises:
        HarnessError: there is no such run, it is not finished, or the file cannot be written.
    """
    path = set_baseline(reports, name, resolve_run(reports, run_name))
    out.print(
        f"baseline {name}: {len(read_baseline(path).rows)} cases in {path}; commit it",
        highlight=False,
        soft_wrap=True,
    )
    return 0


def list_all(reports: Path, *, out: Console, err: Console) -> int:
    """One line a baseline; a file that is none is told, and the status is then its own."""
    status = 0
    for name, path in baseline_files(reports).items():
        try:
            kept = read_baseline(path)
        except HarnessError as error:
            err.print(str(error), style="red", highlight=False, markup=False, soft_wrap=True)
            status = max(status, error.exit_status)
            continue
        passed = sum(row.passed for row in kept.rows)
        commit = f", commit {kept.commit}" if kept.commit else ""
        out.print(
            f"{name}: {kept.date}, {', '.join(kept.suites)} at {kept.level} level, seed {kept.seed}, {kept.target}, "
            f"{passed} of {len(kept.rows)} passed, milliwatt {kept.harness_version}{commit}",
            highlight=False,
            markup=False,
            soft_wrap=True,
        )
    return status
