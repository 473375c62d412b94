"""Two stored runs that differ in known ways, for tests of the comparison."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Set
from pathlib import Path
from typing import Any

from evals.metrics.registry import measure
from evals.record import CallRecord, HeardWord
from evals.scoring.verdict import Check
from evals.store.finished import FinishedCall
from evals.store.part_writer import PartWriter
from evals.store.parts import write_run_info
from tests.store_builders import a_finished_call, a_record, a_run, a_text_record

BEFORE, AFTER = "20261121-105830-smoke-1a2b3c", "20261122-105830-smoke-4d5e6f"
SAME, HEARD, DID, SAID, CUT, BETTER = (
    f"booking/{name}/en-gb/clean/0" for name in ("same", "heard", "did", "said", "cut", "better")
)
CASES = (SAME, HEARD, DID, SAID, CUT, BETTER)
FAILING = {BEFORE: {BETTER}, AFTER: {HEARD, DID, SAID, CUT}}


def with_event(record: CallRecord, kind: str, seq: int | None = None, **changes: Any) -> CallRecord:
    """The record with the fields of its first such event changed."""
    events: list[Mapping[str, Any]] = [dict(row) for row in record.events]
    at = next(
        at for at, row in enumerate(events) if row["kind"] == kind and (seq is None or row.get("seq") == seq)
    )
    events[at] = {**events[at], **changes}
    return dataclasses.replace(record, events=tuple(events))


def with_last_word(record: CallRecord, text: str, *, complete: bool = True) -> CallRecord:
    """The record whose agent's last word is another."""
    *words, last = record.agent_words
    changed: HeardWord = dataclasses.replace(last, text=text, complete=complete)
    return dataclasses.replace(record, agent_words=(*words, changed))


def the_call(case: str, run: str, failing: Set[str] | None = None) -> FinishedCall:
    record = a_record(case)
    if run == AFTER:
        if case == HEARD:
            record = with_event(record, "final_heard", text="yes this is Palace")
        if case == DID:
            record = with_event(record, "turn_answered", 1, path=("greeting", "objection"))
        if case == SAID:
            record = with_last_word(record, "tomorrow")
        if case == CUT:
            record = dataclasses.replace(record, agent_words=record.agent_words[:-2])
            record = with_last_word(record, record.agent_words[-1].text, complete=False)
    check = Check(
        name="outcome",
        passed=case not in (FAILING[run] if failing is None else failing),
        detail="expected booked; came none",
    )
    return a_finished_call(record=record, measurements=measure(record), checks=[check])


def keep(
    reports: Path,
    run: str,
    *,
    cases: tuple[str, ...] = CASES,
    failing: Set[str] | None = None,
    **changes: Any,
) -> Path:
    """The run, stored; `failing` cases instead of those that the run's name stands for."""
    folder = reports / "runs" / run
    write_run_info(folder, a_run(run, cases=cases, **changes))
    with PartWriter(folder, 0) as writer:
        for case in cases:
            writer.append(the_call(case, run, failing))
    return folder


def keep_text(reports: Path, run: str, *, failing: Set[str], **changes: Any) -> Path:
    """The same scenarios at text level, stored."""
    folder = reports / "runs" / run
    cases = tuple(f"booking/{case.split('/')[1]}/text/text/0" for case in CASES)
    write_run_info(folder, a_run(run, level="text", cases=cases, **changes))
    with PartWriter(folder, 0) as writer:
        for case, of in zip(cases, CASES, strict=True):
            check = Check(name="outcome", passed=of not in failing)
            writer.append(a_finished_call(record=a_text_record(case), measurements=[], checks=[check]))
    return folder
