"""A run's calls and what its gates say of them, summed up: what `run` and `merge` end with."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from evals.commands.gate import absolute_verdicts
from evals.report.summary import Summary, summarise
from evals.scoring import gate
from evals.scoring.verdict import GateVerdict
from evals.store.finished import FinishedCall
from evals.store.flows import read_flows
from evals.store.parts import read_run_info, write_verdicts
from evals.store.row_pieces import Piece, stored_calls


def judged(run_folder: Path) -> Summary:
    """The run's summary with the verdicts of its absolute gates, which are kept beside its parts.

    Raises:
        StoreError: the run cannot be read, or its verdicts not written.
    """
    return Judging(run_folder).summary()


class Judging:
    """Looks at a run's calls as they pass to the store, so that they are read once, and says what the run comes to.

    Args:
        run_folder: the run.
    """

    def __init__(self, run_folder: Path) -> None:
        self.run_folder = run_folder
        self._looked_at: list[FinishedCall] | None = None
        self._verdicts: list[GateVerdict] = []

    def calls(self) -> Iterator[FinishedCall | Piece]:
        """The run's finished calls, each once, or pieces with their rows.

        After the last, the verdicts of its gates are kept with the run.
        """
        looked_at: list[FinishedCall] = []
        for item in stored_calls(self.run_folder):
            looked_at += item.calls() if isinstance(item, Piece) else [_without_its_events(item)]
            yield item
        self._verdicts = absolute_verdicts(looked_at, self.run_folder)
        if self._verdicts:
            write_verdicts(self.run_folder, "", self._verdicts)
        self._looked_at = looked_at

    def summary(self) -> Summary:
        """What the run comes to; reads its calls unless that was done.

        Raises:
            StoreError: the run cannot be read, or its verdicts not written.
        """
        if self._looked_at is None:
            for _ in self.calls():
                pass
        assert self._looked_at is not None
        return summarise(
            read_run_info(self.run_folder),
            self._looked_at,
            gates=self._verdicts,
            flows=read_flows(self.run_folder),
        )


def exit_status(summary: Summary) -> int:
    """What was seen to fail comes first; a gate without enough data is not seen to hold, so that is no 0 either."""
    return gate.exit_status(summary.gates) if summary.holds else 1


def _without_its_events(call: FinishedCall) -> FinishedCall:
    """What judging keeps of a call: with its events and its words, thousands would not fit in memory."""
    told = ("title", "tags")
    scenario = {name: call.record.scenario[name] for name in told if name in call.record.scenario}
    return replace(
        call,
        record=replace(call.record, scenario=scenario, events=(), utterances=(), wire=()),
    )
