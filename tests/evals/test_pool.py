"""Workers that cannot start, and Ctrl-C while they do."""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path

import pytest

from agent.clock import pause
from evals.errors import BadInput, HarnessError, StoreError
from evals.player import PlaySpec
from evals.pool import play_all
from evals.record import Level
from evals.suite import RunRequest, plan
from evals.targets.registry import TargetSpec
from evals.worker import MOST_TOLD, _as_ours
from tests.cli import ROOT, SMOKE, command, environment


def spec(folder: Path, **changes: object) -> PlaySpec:
    fields = {
        "target": TargetSpec(),
        "level": Level.TEXT,
        "run_folder": folder,
        "cache_folder": None,
        "scorecards": {},
    }
    return PlaySpec(**{**fields, **changes})  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def cases(tmp_path_factory: pytest.TempPathFactory) -> tuple:
    reports = tmp_path_factory.mktemp("reports")
    return plan(RunRequest(suites=(ROOT / SMOKE,), level=Level.TEXT, reports=reports)).cases


@pytest.mark.parametrize(
    ("kind", "told", "changes"),
    [
        (StoreError, r"cannot make the folder .*: .*file", {"in_the_way": True}),
        (BadInput, "no such profile", {"target": TargetSpec(latency="fast")}),
        (HarnessError, "a worker could not start: FileNotFoundError: .*gone.yaml|gone.yaml", {"gone": True}),
    ],
    ids=["store", "target", "scorecard"],
)
def test_worker_that_cannot_start_ends_the_run_with_its_own_reason(
    tmp_path: Path,
    cases: tuple,
    capfd: pytest.CaptureFixture[str],
    kind: type[Exception],
    told: str,
    changes: dict,
) -> None:
    if changes.pop("in_the_way", False):
        (tmp_path / "file").write_text("in the way")
        changes["run_folder"] = tmp_path / "file" / "run"
    if changes.pop("gone", False):
        changes["scorecards"] = {"smoke": (tmp_path / "gone.yaml",)}
    with pytest.raises(kind, match=told):
        list(play_all(spec(tmp_path / "run", **changes), cases, workers=2))
    assert capfd.readouterr().err == ""


def test_error_of_another_kind_is_told_in_one_line_that_fits_into_a_pipe() -> None:
    told = _as_ours(MemoryError("no room\nfor more"))
    assert (type(told), str(told)) == (
        HarnessError,
        "a worker could not start: MemoryError: no room",
    )
    assert len(str(_as_ours(ValueError("x" * 100_000)))) < MOST_TOLD + 100
    assert str(_as_ours(KeyboardInterruptLike())) == "a worker could not start: KeyboardInterruptLike"


class KeyboardInterruptLike(Exception):
    pass


@pytest.mark.parametrize("after_s", [0.2, 1.0])
def test_ctrl_c_while_workers_start_shows_no_traceback(tmp_path: Path, after_s: float) -> None:
    arguments = ["run", SMOKE, "--level", "text", "--repeat", "40", "--workers", "2", "--reports"]
    process = subprocess.Popen(
        command(*arguments, str(tmp_path)),
        cwd=ROOT,
        env=environment("0"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,  # a group of its own: Ctrl-C in a terminal goes to parent and workers alike
    )
    assert process.stderr is not None
    first = process.stderr.readline()
    assert first.startswith("run "), first + process.stderr.read()
    pause(after_s)
    os.killpg(process.pid, signal.SIGINT)
    _, told = process.communicate(timeout=240)
    assert process.returncode == 130, told
    assert "Traceback" not in told
    assert "--resume" in told
