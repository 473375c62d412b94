"""Two runs side by side, case by case: what a comparison says, before it is printed. Values in, values out.

The rules of what may be compared are `case_rows`', the verdicts are the gates', the rest is arranged here: which cases
got worse, better or flaky, which went otherwise though they came out alike, and where each change comes from.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from evals.metrics.measurement import Measurement
from evals.metrics.timeline import events_of
from evals.record import CallRecord, canonical_json
from evals.report.comparison.cause import Cause, Layer
from evals.report.comparison.exchanges import ExchangePair, Part, first_difference
from evals.report.summary import Summary
from evals.run_info import RunInfo
from evals.scoring.case_changes import CaseChange, Change
from evals.scoring.case_rows import CallRow, Mismatch
from evals.scoring.metric_changes import MetricChange
from evals.scoring.verdict import GateOutcome, GateVerdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One of the two runs.

    Attributes:
        name: a run's id, or a baseline's name.
        rows: its calls as gates see them.
        contents: by case, a hash of what was heard, done and said in it; empty of a baseline, which keeps no words.
        run: what it was; None of a baseline.
        summary: its figures; None of a baseline.
    """

    name: str
    rows: tuple[CallRow, ...]
    contents: dict[str, bytes]
    run: RunInfo | None = None
    summary: Summary | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CallSide:
    """A call of a pair, as it stands in one of the runs."""

    passed: bool
    reasons: tuple[str, ...]
    record: CallRecord
    record_sha256: str
    measurements: tuple[Measurement, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedCall:
    """A call that passed in one run and failed in the other, or that went otherwise though it came out alike.

    Attributes:
        pairs: its exchanges, turn by turn.
        cause: where the change comes from.
    """

    case_id: str
    title: str
    before: CallSide
    after: CallSide
    pairs: tuple[ExchangePair, ...]
    cause: Cause

    @property
    def first(self) -> int | None:
        """Which exchange is the first that differs; None when none does."""
        return first_difference(self.pairs)

    @property
    def flipped(self) -> bool:
        """Whether it passed in one run and failed in the other."""
        return self.before.passed is not self.after.passed

    @property
    def parts(self) -> tuple[Part, ...]:
        """What differs in the first exchange that does."""
        return () if self.first is None else self.pairs[self.first].differs


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Two runs, compared.

    Attributes:
        before, after: the runs.
        verdicts: what the regression gates say.
        metrics: every metric in both.
        cases: every case that was compared, its repeats together.
        changed: calls that flipped, with their turns; as many as were asked for.
        otherwise: calls that came out alike but went otherwise, likewise.
        mismatches: why cases that both have were not compared.
        only_before, only_after: cases that one run has alone.
        versions: metrics that were not compared, one line each.
        flipped, went_otherwise: how many calls there are of either kind, shown or not.
        notes: what a reader should know beside it, such as that one is a shard.
        among: further runs, for the trade-off between delay and cutting in.
    """

    before: Side
    after: Side
    verdicts: tuple[GateVerdict, ...]
    metrics: tuple[MetricChange, ...]
    cases: tuple[CaseChange, ...]
    changed: tuple[ChangedCall, ...] = ()
    otherwise: tuple[ChangedCall, ...] = ()
    mismatches: tuple[Mismatch, ...] = ()
    only_before: tuple[str, ...] = ()
    only_after: tuple[str, ...] = ()
    versions: tuple[str, ...] = ()
    flipped: int = 0
    went_otherwise: int = 0
    notes: tuple[str, ...] = ()
    among: tuple[Summary, ...] = ()

    def of_kind(self, kind: Change) -> tuple[CaseChange, ...]:
        """The cases that this became of."""
        return tuple(case for case in self.cases if case.kind is kind)

    @property
    def flaky(self) -> tuple[CaseChange, ...]:
        """Cases that passed in some repeats only, in either run."""
        return tuple(case for case in self.cases if case.flaky)

    @property
    def turn_by_turn(self) -> bool:
        """Whether the words of both runs are there; a baseline keeps none."""
        return self.before.run is not None and self.after.run is not None

    @property
    def layers(self) -> dict[Layer, int]:
        """Of the calls that got worse and are shown, how many are put down to each layer."""
        counts = Counter(call.cause.layer for call in self.changed if not call.after.passed)
        return {layer: counts[layer] for layer in Layer if counts[layer]}

    @property
    def outcome(self) -> GateOutcome:
        """What the gates say, taken together."""
        outcomes = {verdict.outcome for verdict in self.verdicts}
        for outcome in (GateOutcome.FAIL, GateOutcome.TOO_LITTLE_DATA):
            if outcome in outcomes:
                return outcome
        return GateOutcome.PASS


def content_of(record: CallRecord) -> bytes:
    """A hash of what was heard, done and said, without when: calls of one hash do not differ turn by turn."""
    heard = [[row["kind"], row.get("text") or row.get("transcript")] for row in events_of(
        record, "final_heard", "turn_opened")]  # fmt: skip
    told = [
        heard,
        [[row.get("path"), row.get("captured")] for row in events_of(record, "turn_answered")],
        [[tool.name, tool.arguments, tool.ok] for tool in record.tools],
        [[word.text, word.seq, word.complete] for word in record.agent_words],
        [[said.step, said.text, said.offered] for said in record.utterances],
        [record.path, record.outcome, record.transferred_to, record.ended_by, record.status],
    ]
    return hashlib.sha256(canonical_json(told).encode()).digest()


def flipped_calls(cases: Iterable[CaseChange]) -> list[str]:
    """The ids of calls that flipped: those of cases that got worse first, then flaky ones, then the better."""
    order = (Change.WORSE, Change.FLAKY, Change.BETTER, Change.PASSES, Change.FAILS)
    ranked = sorted(cases, key=lambda case: (order.index(case.kind), case.name))
    return [call for case in ranked for call in case.flipped]


def went_otherwise(before: Side, after: Side, cases: Sequence[CaseChange]) -> list[str]:
    """The ids of calls that came out alike, though what was heard, done or said in them is not the same."""
    return [
        call
        for case in cases
        for call in case.calls
        if call not in case.flipped and before.contents.get(call) != after.contents.get(call)
    ]
