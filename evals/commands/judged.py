"""A run's calls and what its gates say of them, summed up: what `run` and `merge` end with."""

from __future__ import annotations

from pathlib import Path

from evals.commands.gate import absolute_verdicts
from evals.report.summary import Summary, summarise
from evals.scoring import gate
from evals.store.flows import read_flows
from evals.store.parts import read_parts, read_run_info, write_verdicts


def judged(run_folder: Path) -> Summary:
    """The run's summary with the verdicts of its absolute gates, which are kept beside its parts.

    Raises:
        StoreError: the run cannot be read, or its verdicts not written.
    """
    calls = list(read_parts(run_folder, tracks=False))
    verdicts = absolute_verdicts(calls, run_folder)
    if verdicts:
        write_verdicts(run_folder, "", verdicts)
    return summarise(read_run_info(run_folder), calls, gates=verdicts, flows=read_flows(run_folder))


def exit_status(summary: Summary) -> int:
    """What was seen to fail comes first; a gate without enough data is not seen to hold, so that is no 0 either."""
    return gate.exit_status(summary.gates) if summary.holds else 1
