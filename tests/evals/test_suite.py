"""Planning a run: what is refused before anything is played or written."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from evals.errors import BadInput
from evals.record import Level
from evals.suite import RunRequest, plan
from evals.targets.registry import TargetSpec
from tests.cli import ROOT, SMOKE


def request(reports: Path, *, latency: str = "reference", target: str = "reference") -> RunRequest:
    return RunRequest(
        suites=(ROOT / SMOKE,),
        level=Level.TEXT,
        target=TargetSpec(name=target, latency=latency),
        reports=reports,
    )


def test_run_is_not_resumed_with_another_latency_profile(tmp_path: Path) -> None:
    begun = plan(request(tmp_path, latency="none"))
    assert plan(replace(request(tmp_path, latency="none"), resume=begun.folder)).folder == begun.folder
    with pytest.raises(BadInput, match="another latency"):
        plan(replace(request(tmp_path, latency="networked"), resume=begun.folder))


def test_mistake_in_a_scorecard_is_found_before_anything_is_played(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(ROOT / "corpora" / "booking", tmp_path / "booking")
    (tmp_path / "scorecards").mkdir()
    (tmp_path / "scorecards" / "booking_qa.yaml").write_text("schema: 1\ncard: qa\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(BadInput, match="booking_qa"):
        plan(replace(request(tmp_path / "reports"), suites=(tmp_path / "booking" / "smoke.yaml",)))
    assert not (tmp_path / "reports").exists()


def test_agent_that_says_nothing_is_refused_at_text_level_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="text level"):
        plan(request(tmp_path / "reports", target="known:answer=700"))
    assert not (tmp_path / "reports").exists()


def test_request_with_no_suite_but_gates_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no suite"):
        plan(replace(request(tmp_path), suites=(ROOT / "corpora" / "booking" / "gates.yaml",)))
