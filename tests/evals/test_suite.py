"""Planning a run: what is refused before anything is played or written."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from evals.errors import BadInput
from evals.record import Level
from evals.shards import Shard
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


@pytest.mark.parametrize("target", ["known:answer=700", "planted:clean"])
def test_agent_that_says_nothing_is_refused_at_text_level_before_anything_is_written(
    tmp_path: Path, target: str
) -> None:
    with pytest.raises(BadInput, match="text level"):
        plan(request(tmp_path / "reports", target=target))
    assert not (tmp_path / "reports").exists()


def test_request_with_no_suite_but_gates_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no suite"):
        plan(replace(request(tmp_path), suites=(ROOT / "corpora" / "booking" / "gates.yaml",)))


@pytest.fixture
def suite(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "corpora" / "booking", tmp_path / "booking")
    return tmp_path / "booking" / "smoke.yaml"


def test_run_is_not_resumed_when_its_suites_content_changed_under_the_same_name(
    tmp_path: Path, suite: Path
) -> None:
    asked = replace(request(tmp_path / "reports"), suites=(suite,))
    begun = plan(asked)
    assert plan(replace(asked, resume=begun.folder)).info.run_id == begun.info.run_id
    suite.write_text(suite.read_text(encoding="utf-8") + "\n# a remark\n", encoding="utf-8")
    with pytest.raises(
        BadInput, match=rf"since run {begun.info.run_id} was started, smoke/smoke\.yaml changed \(sha256"
    ):
        plan(replace(asked, resume=begun.folder))


def test_a_flow_and_a_scorecard_are_part_of_what_a_run_was_started_with(
    tmp_path: Path, suite: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copy(ROOT / "agent" / "flows" / "booking.json", suite.parent / "own.json")
    suite.write_text(
        suite.read_text(encoding="utf-8").replace("flow: booking", "flow: own.json"), encoding="utf-8"
    )
    shutil.copytree(ROOT / "scorecards", tmp_path / "scorecards")
    monkeypatch.chdir(tmp_path)
    asked = replace(request(tmp_path / "reports"), suites=(suite,))
    begun = plan(asked)
    with (suite.parent / "own.json").open("a", encoding="utf-8") as file:
        file.write("\n")
    (tmp_path / "scorecards" / "booking_qa.yaml").unlink()
    with pytest.raises(BadInput) as raised:
        plan(replace(asked, resume=begun.folder))
    told = "\n".join(raised.value.mistakes)
    assert "smoke/flow own.json changed" in told
    assert "smoke/scorecards/booking_qa.yaml is gone" in told


def test_shard_of_a_run_holds_its_part_of_the_cases_and_knows_all_of_them(tmp_path: Path) -> None:
    whole = plan(request(tmp_path))
    shards = [plan(replace(request(tmp_path), shard=Shard(number=number, of=11))) for number in range(1, 12)]
    played = [case.id for shard in shards for case in shard.cases]
    assert sorted(played) == sorted(case.id for case in whole.cases)
    assert {shard.info.whole_cases for shard in shards} == {whole.info.cases}
    assert [shard.info.shard for shard in shards] == [f"{number}/11" for number in range(1, 12)]
    assert any(not shard.cases for shard in shards), "a part of a small run may be empty"


def test_shard_is_not_gone_on_with_as_another_or_as_the_whole(tmp_path: Path) -> None:
    asked = replace(request(tmp_path), shard=Shard(number=1, of=2))
    begun = plan(asked)
    assert plan(replace(asked, resume=begun.folder)).folder == begun.folder
    with pytest.raises(BadInput, match='another shard: "1/2" then, "2/2" now'):
        plan(replace(asked, shard=Shard(number=2, of=2), resume=begun.folder))
    with pytest.raises(BadInput, match='another shard: "1/2" then, none now'):
        plan(replace(asked, shard=None, resume=begun.folder))
