"""`milliwatt compare`, called as the command line calls it."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from evals.commands.baseline import keep_run
from evals.commands.compare import CompareOptions, compare_two
from evals.errors import BadInput, HarnessError
from evals.store.parts import read_verdicts
from tests.evals.commands.test_gate_command import played
from tests.evals.report.comparison.pairs import AFTER, BEFORE, SAID, keep, keep_text


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("reports")
    played(folder, "good")
    played(folder, "bad", failing=8)
    played(folder, "part", shard="1/3")
    keep_run("main", "good", folder, out=Console(file=io.StringIO()))
    return folder


def compared(reports: Path, before: str, after: str, **options: Any) -> tuple[int, str]:
    told = io.StringIO()
    asked = CompareOptions(before=before, after=after, reports=reports, **options)
    status = compare_two(asked, out=Console(file=told, width=200), err=Console(file=io.StringIO()))
    return status, told.getvalue()


def test_a_regression_is_1_too_little_data_3_and_neither_0(reports: Path) -> None:
    status, told = compared(reports, "good", "bad")
    assert status == 1
    assert "FAIL: 1 of 3 gates failed; 2 had too little data; of 25 cases 8 got worse, 0 better" in told
    assert "cognitive layer: played at text level" in told
    assert compared(reports, "good", "good")[0] == 3, "two of the usual gates have nothing to judge"
    gates = reports / "only_passed.yaml"
    gates.write_text("schema: 1\nregression:\n  - {metric: passed}\n")
    assert compared(reports, "good", "good", gates=gates)[0] == 0
    assert "good" in read_verdicts(reports / "runs" / "bad")


def test_a_baseline_stands_for_its_run_without_turns(reports: Path) -> None:
    status, told = compared(reports, "main", "bad")
    assert status == 1
    assert "main is a baseline, which keeps no words" in told


@pytest.mark.parametrize(("form", "suffix"), [("html", "html"), ("md", "md"), ("json", "json")])
def test_reports_lie_beside_the_run_now_and_are_named_after_the_run_before(
    reports: Path, form: str, suffix: str
) -> None:
    status, told = compared(reports, "good", "bad", form=form)
    path = reports / "runs" / "bad" / f"compared-with-good.{suffix}"
    assert (status, told.split()[0]) == (1, "comparison:")
    assert "8 got worse" in path.read_text()


def test_a_report_may_go_to_standard_output(reports: Path) -> None:
    _, told = compared(reports, "good", "bad", form="json", output=Path("-"))
    assert json.loads(told)["flipped"] == 8
    with pytest.raises(BadInput, match="name a file"):
        compared(reports, "good", "bad", form="html", output=Path("-"))


def test_a_shard_is_noted(reports: Path) -> None:
    assert "part is shard 1/3 of a run" in compared(reports, "part", "bad")[1]


def test_an_unknown_name_is_bad_input_and_tells_the_baselines(reports: Path) -> None:
    with pytest.raises(BadInput, match="baselines: main"):
        compared(reports, "mian", "bad")


def test_runs_of_another_harness_are_one_message_and_nothing_to_say(reports: Path) -> None:
    played(reports, "newer", harness="0.2.0")
    with pytest.raises(HarnessError, match="the harness differs in 25 cases") as raised:
        compared(reports, "good", "newer")
    assert raised.value.exit_status == 3


def test_text_level_runs_of_the_same_agents_are_found_by_themselves(tmp_path: Path) -> None:
    for run, commit in ((BEFORE, "aaa"), (AFTER, "bbb")):
        keep(tmp_path, run, commit=commit)
        keep_text(tmp_path, f"text-{commit}", failing={SAID} if commit == "bbb" else set(), commit=commit)
    _, told = compared(tmp_path, BEFORE, AFTER)
    assert "the layers are told apart with the text-level runs text-aaa and text-bbb" in told
    assert "booking/said/en-gb/clean [cognitive layer: same change at text level]" in told
    keep(tmp_path, AFTER + "x", failing={SAID}, commit="bbb+")
    assert "told apart" not in compared(tmp_path, BEFORE, AFTER + "x")[1], "a changed tree is no commit"
