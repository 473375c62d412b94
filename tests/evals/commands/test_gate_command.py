"""`milliwatt gate` and `milliwatt baseline`, called as the command line calls them."""

from __future__ import annotations

import dataclasses
import io
from pathlib import Path

import pytest
from rich.console import Console

from evals.commands.baseline import keep_run, list_all
from evals.commands.gate import compare_runs
from evals.errors import BadInput, HarnessError
from evals.scoring.verdict import Check
from evals.store.part_writer import PartWriter
from evals.store.parts import read_verdicts, write_run_info
from tests.store_builders import a_finished_call, a_run, a_text_record

CASES = tuple(f"booking/s{number:02}/en-gb/clean/0" for number in range(25))


def played(reports: Path, run_id: str, *, failing: int = 0, harness: str = "0.1.0", shard: str = "") -> None:
    folder = reports / "runs" / run_id
    write_run_info(folder, a_run(run_id, cases=CASES, level="text", harness_version=harness, shard=shard))
    with PartWriter(folder, 0) as writer:
        for number, case in enumerate(CASES):
            record = dataclasses.replace(a_text_record(case), harness_version=harness)
            check = Check(name="outcome", passed=number >= failing)
            writer.append(a_finished_call(record=record, checks=[check], measurements=[]))


def gated(reports: Path, run: str, baseline: str) -> tuple[int, str]:
    told = io.StringIO()
    status = compare_runs(run, baseline, None, reports, out=Console(file=told, width=400))
    return status, told.getvalue()


@pytest.fixture
def reports(tmp_path: Path) -> Path:
    played(tmp_path, "good")
    played(tmp_path, "bad", failing=8)
    keep_run("main", "good", tmp_path, out=Console(file=io.StringIO()))
    return tmp_path


def test_a_baseline_says_what_its_run_says(reports: Path) -> None:
    by_name, by_run = gated(reports, "bad", "main"), gated(reports, "bad", "good")
    assert by_name == by_run
    assert by_name == gated(reports, "bad", str(reports / "baselines" / "main.json"))
    assert by_name[0] == 1
    assert (
        "task success: 100.0% before, 68.0% now, of 25 cases; 8 got worse, 0 better; p = 0.00781"
        in by_name[1]
    )
    assert {"main", "good"} == read_verdicts(reports / "runs" / "bad").keys()


def test_a_baseline_outlives_its_run(reports: Path) -> None:
    for path in (reports / "runs" / "good" / "parts").iterdir():
        path.unlink()
    assert gated(reports, "bad", "main")[0] == 1


def test_a_shard_is_noted_on_either_side_and_beside_a_baseline(reports: Path) -> None:
    played(reports, "part", shard="1/3")
    note = "note: part is shard 1/3 of a run, and only its cases are compared"
    for run, baseline in (("part", "main"), ("part", "good"), ("good", "part")):
        assert gated(reports, run, baseline)[1].startswith(note)
    assert "shard" not in gated(reports, "good", "main")[1]


def test_an_unknown_name_tells_the_baselines(reports: Path) -> None:
    with pytest.raises(BadInput, match=r"newest runs: bad, good; baselines: main") as raised:
        gated(reports, "bad", "mian")
    assert raised.value.exit_status == 2


def test_a_torn_baseline_is_bad_input(reports: Path) -> None:
    path = reports / "baselines" / "main.json"
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(BadInput, match=r"main\.json: torn, or no baseline"):
        gated(reports, "bad", "main")
    told = io.StringIO()
    assert list_all(reports, out=Console(file=io.StringIO()), err=Console(file=told)) == 2
    assert "torn" in told.getvalue()


def test_a_baseline_of_another_harness_is_one_line_and_too_little_to_say(reports: Path) -> None:
    played(reports, "newer", harness="0.2.0")
    with pytest.raises(
        HarnessError, match=r"main was played by milliwatt 0\.1\.0, this run by 0\.2\.0"
    ) as raised:
        gated(reports, "newer", "main")
    assert raised.value.exit_status == 3


def test_baselines_are_listed_with_what_they_are(reports: Path) -> None:
    told = io.StringIO()
    assert list_all(reports, out=Console(file=told, width=400), err=Console(file=io.StringIO())) == 0
    assert told.getvalue() == (
        "main: 2026-11-21, booking at text level, seed 1, reference, 25 of 25 passed, milliwatt 0.1.0, "
        "commit 1a2b3c4+\n"
    )
