"""What `milliwatt run` exits with when several things go wrong at once."""

from __future__ import annotations

import io
import os
import signal
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn

import duckdb
import pytest
from rich.console import Console

from evals.commands import judged
from evals.commands import run as run_command
from evals.commands.run import RunOptions, run_suites
from evals.errors import BadInput, HarnessError, StoreError
from evals.record import Level
from evals.report.summary import Summary
from evals.scoring.verdict import GateOutcome, GateVerdict
from evals.store.duck import rebuild
from evals.store.schema import TABLES
from evals.suite import PlannedRun
from tests.cli import ROOT, SMOKE


def options(reports: Path) -> RunOptions:
    return RunOptions(
        suites=(ROOT / SMOKE,), level=Level.TEXT, target="reference", seed=1, repeat=None, workers=1,
        only=("books_first_slot",), shard=None, resume=None, shuffle=None, settings=(), latency="reference", html=None,
        reports=reports, db=reports / "milliwatt.duckdb", cache=None,
    )  # fmt: skip


def no_store(*_: Any, **__: Any) -> int:
    raise StoreError("the store is broken")


def test_bad_input_comes_before_a_store_that_fails_and_both_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def play(_: PlannedRun) -> NoReturn:
        raise BadInput("clip.wav", ["gone"])

    monkeypatch.setattr(PlannedRun, "play", play)
    monkeypatch.setattr(run_command, "merge_run", no_store)
    told = io.StringIO()
    with pytest.raises(HarnessError) as raised:
        run_suites(options(tmp_path), out=Console(file=io.StringIO()), err=Console(file=told))
    assert raised.value.exit_status == 2
    assert "the store is broken" in told.getvalue()


def test_store_holds_what_the_parts_say_and_the_rows_beside_them_are_gone(tmp_path: Path) -> None:
    asked = replace(options(tmp_path), workers=2, only=("smoke",))
    run_suites(asked, out=Console(file=io.StringIO()), err=Console(file=io.StringIO()))
    (folder,) = (tmp_path / "runs").iterdir()
    assert "rows" not in {path.name for path in folder.iterdir()}
    rows = all_rows(asked.db)
    rebuild(asked.db, tmp_path / "runs")
    assert all_rows(asked.db) == rows
    assert len(rows["calls"]) > 1


def all_rows(db: Path) -> dict[str, list[tuple[object, ...]]]:
    with duckdb.connect(str(db), read_only=True) as store:
        return {table.name: store.execute(f"SELECT * FROM {table.name}").fetchall() for table in TABLES}


@pytest.mark.parametrize(
    ("outcomes", "status"),
    [
        ((GateOutcome.PASS,), 0),
        ((GateOutcome.PASS, GateOutcome.TOO_LITTLE_DATA), 3),
        ((GateOutcome.TOO_LITTLE_DATA, GateOutcome.FAIL), 1),
    ],
)
def test_gate_without_enough_data_is_no_success(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, outcomes: tuple[GateOutcome, ...], status: int
) -> None:
    verdicts = [GateVerdict(gate=str(outcome), outcome=outcome, reason="") for outcome in outcomes]
    monkeypatch.setattr(judged, "absolute_verdicts", lambda *_: verdicts)
    ended = run_suites(options(tmp_path), out=Console(file=io.StringIO()), err=Console(file=io.StringIO()))
    assert ended == status


@pytest.mark.parametrize(
    ("outcome", "stores", "status"),
    [
        (GateOutcome.PASS, True, 1),
        (GateOutcome.TOO_LITTLE_DATA, True, 1),  # a gate that wants more data hides no failure that was seen
        (GateOutcome.TOO_LITTLE_DATA, False, 3),  # what could not be stored comes before it
        (GateOutcome.PASS, False, 3),
    ],
)
def test_failing_call_is_a_1_unless_something_could_not_be_measured_or_stored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, outcome: GateOutcome, stores: bool, status: int
) -> None:
    verdicts = [GateVerdict(gate="g", outcome=outcome, reason="")]
    monkeypatch.setattr(judged, "absolute_verdicts", lambda *_: verdicts)
    monkeypatch.setattr(Summary, "holds", property(lambda _: False))
    if not stores:
        monkeypatch.setattr(run_command, "merge_run", no_store)
    try:
        ended = run_suites(
            options(tmp_path), out=Console(file=io.StringIO()), err=Console(file=io.StringIO())
        )
    except HarnessError as error:
        ended = error.exit_status
    assert ended == status


def test_interruption_comes_before_all_that_fails_and_what_fails_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def play(_: PlannedRun) -> NoReturn:
        os.kill(os.getpid(), signal.SIGINT)
        raise StoreError("the disk is full")

    def no_verdicts(*_: Any) -> Any:
        raise StoreError("no verdicts either")

    monkeypatch.setattr(PlannedRun, "play", play)
    monkeypatch.setattr(run_command, "merge_run", no_store)
    monkeypatch.setattr(judged, "absolute_verdicts", no_verdicts)
    told = io.StringIO()
    status = run_suites(options(tmp_path), out=Console(file=io.StringIO()), err=Console(file=told))
    assert status == 130
    for reason in ("the disk is full", "the store is broken", "no verdicts either", "--resume"):
        assert reason in told.getvalue()
