from __future__ import annotations

import dataclasses
import json
from datetime import datetime

import pytest

from evals.record import Divergence
from evals.scoring.verdict import GateOutcome, GateVerdict
from evals.store.rows import call_rows, run_row, verdict_rows
from evals.store.schema import TABLES
from tests.store_builders import a_finished_call, a_record, a_run

COLUMNS = {table.name: [column.name for column in table.columns] for table in TABLES}


def test_every_row_has_exactly_the_columns_of_its_table() -> None:
    left = Divergence(
        step=2, seq=1, did="skipped", recorded="Which day?", replied="Bye.", reason="shares none"
    )
    verdict = GateVerdict(gate="wer", outcome=GateOutcome.PASS, reason="equal")
    tables = {
        "runs": [run_row(a_run(), folder="runs/x")],
        "verdicts": verdict_rows("x", {"": [verdict]}),
        **call_rows("x", a_finished_call(record=a_record(divergences=(left,))), audio="runs/x/audio/a.wav"),
    }
    assert set(tables) == set(COLUMNS)
    for name, rows in tables.items():
        assert rows, name
        assert all(set(row) == set(COLUMNS[name]) for row in rows), name


@pytest.mark.parametrize(
    "iso",
    ["2026-11-21T10:58:30+00:00", "2026-11-21T11:58:30+01:00", "2026-11-21T10:58:30", "2026-11-21T10:58:30Z"],
)
def test_runs_are_dated_in_utc(iso: str) -> None:
    assert run_row(a_run(started_iso=iso), folder="")["started"] == datetime(2026, 11, 21, 10, 58, 30)


def test_events_keep_what_else_they_say_as_json() -> None:
    rows = call_rows("x", a_finished_call(), audio="")["events"]
    assert [row["seq"] for row in rows] == list(range(len(rows)))
    assert rows[1]["kind"] == "state_changed"
    assert json.loads(rows[1]["fields"]) == {"old": "listening", "new": "processing", "cause": "answered"}


def test_a_sound_without_a_voice_has_no_bounds_of_speech() -> None:
    call = a_finished_call()
    silent = dataclasses.replace(call.record.utterances[0], speech=())
    call = dataclasses.replace(call, record=dataclasses.replace(call.record, utterances=(silent,)))
    (turn,) = call_rows("x", call, audio="")["turns"]
    assert (turn["speech_start_ns"], turn["speech_end_ns"]) == (None, None)


def test_verdicts_are_numbered_within_what_they_were_compared_with() -> None:
    verdict = GateVerdict(gate="wer", outcome=GateOutcome.FAIL, reason="worse")
    rows = verdict_rows("x", {"": [verdict], "base": [verdict, verdict]})
    assert [(row["baseline"], row["seq"], row["outcome"]) for row in rows] == [
        ("", 0, "fail"),
        ("base", 0, "fail"),
        ("base", 1, "fail"),
    ]
