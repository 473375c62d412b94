"""Reading two stored runs and comparing them: what `milliwatt compare` and the dashboard's page show.

A run is read once for its rows and figures, and a second time for the calls that changed, so that runs of thousands of
calls fit in memory.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from evals.errors import BadInput, HarnessError
from evals.record import Level
from evals.report.comparison.cause import TextPair, cause
from evals.report.comparison.exchanges import exchanges, first_difference, paired
from evals.report.comparison.model import (
    CallSide,
    ChangedCall,
    Comparison,
    Side,
    content_of,
    flipped_calls,
    went_otherwise,
)
from evals.report.summary import reasons_of, summarise
from evals.rng import rng_for
from evals.scoring.case_changes import case_changes
from evals.scoring.case_rows import CallRow, mismatches, pair
from evals.scoring.gate import judge
from evals.scoring.gates import Gates
from evals.scoring.metric_changes import metric_changes, unlike_versions
from evals.store.baselines import read_baseline
from evals.store.finished import FinishedCall
from evals.store.gate_rows import case_row
from evals.store.parts import read_calls, read_parts, read_run_info

MANY_CALLS = 100
"""Changed calls that are read turn by turn, of each kind; a report of more is read by nobody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TextRuns:
    """The text-level runs of the same two agents, by folder."""

    before: Path
    after: Path


def side_of_run(run_folder: Path) -> Side:
    """A stored run as one side of a comparison.

    Raises:
        StoreError: the run cannot be read.
    """
    info = read_run_info(run_folder)
    rows: list[CallRow] = []
    contents: dict[str, bytes] = {}

    def noted() -> Iterator[FinishedCall]:
        for call in read_parts(run_folder, tracks=False):
            rows.append(case_row(call))
            contents[call.record.case_id] = content_of(call.record)
            yield call

    summary = summarise(info, noted())
    return Side(name=info.run_id, rows=tuple(rows), contents=contents, run=info, summary=summary)


def side_of_baseline(path: Path) -> Side:
    """A committed baseline as one side of a comparison.

    Raises:
        BadInput: it is no whole baseline.
        StoreError: the file cannot be read.
    """
    kept = read_baseline(path)
    return Side(name=kept.name, rows=kept.rows, contents={})


def compare(
    before: Side,
    after: Side,
    *,
    gates: Gates,
    folders: tuple[Path | None, Path | None] = (None, None),
    text: TextRuns | None = None,
    notes: Sequence[str] = (),
    among: Sequence[Path] = (),
) -> Comparison:
    """The two sides, compared.

    Args:
        before, after: the sides.
        gates: whose regression gates judge.
        folders: where the two runs lie; None of a baseline.
        text: the same agents' text-level runs.
        notes: lines to stand beside the comparison.
        among: folders of further runs, for the trade-off of delay against cutting in.

    Raises:
        HarnessError: no case of the two can be compared; the message lists every mismatch.
        BadInput: `text` are no text-level runs.
        StoreError: a run cannot be read.
    """
    pairing = pair(before.rows, after.rows)
    unlike = mismatches(before.rows, after.rows)
    if not pairing.pairs:
        raise HarnessError(_incomparable(before, after, [str(mismatch) for mismatch in unlike]))
    seed = after.run.seed if after.run else before.run.seed if before.run else 0
    cases = case_changes(pairing.pairs)
    flipped = flipped_calls(cases)
    otherwise = went_otherwise(before, after, cases) if before.contents and after.contents else []
    shown = [*flipped[:MANY_CALLS], *otherwise[:MANY_CALLS]]
    changed = _changed(shown, folders, _text_pairs(text))
    return Comparison(
        before=before,
        after=after,
        verdicts=tuple(judge(before.rows, after.rows, gates, rng_for(seed, "gate"))),
        metrics=metric_changes(pairing.pairs, rng_for(seed, "compare.metrics")),
        cases=cases,
        changed=tuple(call for call in changed if call.flipped),
        otherwise=tuple(
            call for call in changed if not call.flipped and first_difference(call.pairs) is not None
        ),
        mismatches=unlike,
        only_before=pairing.only_baseline,
        only_after=pairing.only_candidate,
        versions=unlike_versions(pairing.pairs),
        flipped=len(flipped),
        went_otherwise=len(otherwise),
        notes=tuple(notes),
        among=tuple(summarise(read_run_info(folder), read_parts(folder, tracks=False)) for folder in among),
    )


def _incomparable(before: Side, after: Side, reasons: list[str]) -> str:
    levels = [side.run.level for side in (before, after) if side.run is not None]
    if len(set(levels)) > 1:
        reasons.insert(0, f"level: {levels[0]} before, {levels[1]} now; compare runs of one level, and give those of "
                          "text level with --text")  # fmt: skip
    if not {row.case_id for row in before.rows} & {row.case_id for row in after.rows}:
        reasons.append(f"they share no case: {_some(before.rows)} before, {_some(after.rows)} now")
    lines = "".join(f"\n  - {reason}" for reason in reasons)
    return f"{before.name} and {after.name}: no case of the two can be compared:{lines}"


def _some(rows: Sequence[CallRow]) -> str:
    ids = sorted(row.case_id for row in rows)
    return f"{ids[0]}{f' and {len(ids) - 1} more' if len(ids) > 1 else ''}" if ids else "none"


def _changed(
    case_ids: Sequence[str], folders: tuple[Path | None, Path | None], texts: dict[tuple[str, str], TextPair]
) -> list[ChangedCall]:
    first, second = folders
    if first is None or second is None:
        return []
    before, after = (read_calls(folder, case_ids, tracks=False) for folder in (first, second))
    return [_changed_call(before[case_id], after[case_id], texts) for case_id in case_ids]


def _changed_call(
    before: FinishedCall, after: FinishedCall, texts: dict[tuple[str, str], TextPair]
) -> ChangedCall:
    pairs = paired(exchanges(before.record, before.measurements), exchanges(after.record, after.measurements))
    record = after.record
    return ChangedCall(
        case_id=record.case_id,
        title=str(record.scenario.get("title", "")),
        before=_call_side(before),
        after=_call_side(after),
        pairs=pairs,
        cause=cause(
            pairs,
            level=record.level,
            passed=(before.passed, after.passed),
            text=texts.get((record.suite, record.scenario_id)),
        ),
    )


def _call_side(call: FinishedCall) -> CallSide:
    return CallSide(
        passed=call.passed,
        reasons=reasons_of(call),
        record=call.record,
        record_sha256=call.record_sha256,
        measurements=call.measurements,
    )


def _text_pairs(text: TextRuns | None) -> dict[tuple[str, str], TextPair]:
    """By suite and scenario, how it came out at text level in both runs, where it is the same scenario in both.

    Raises:
        BadInput: they are no text-level runs.
    """
    if text is None:
        return {}
    wrong = [folder.name for folder in (text.before, text.after) if read_run_info(folder).level != Level.TEXT]
    if wrong:
        raise BadInput("--text", [f"{name} was not played at text level" for name in wrong])
    sides = []
    for folder in (text.before, text.after):
        found: dict[tuple[str, str], bool] = {}
        for call in read_parts(folder, tracks=False):
            key = (call.record.suite, call.record.scenario_id)
            found[key] = found.get(key, True) and call.passed
        sides.append(found)
    before, after = sides
    return {key: TextPair(before=before[key], after=after[key]) for key in before.keys() & after.keys()}
