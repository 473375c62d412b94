"""`milliwatt run --executor ray`: the rows of any other run, from a real cluster of two nodes, one of which may die."""

from __future__ import annotations

import importlib.util
import subprocess
from pathlib import Path

import pytest

from agent.clock import pause, stopwatch_ns
from agent.units import NS_PER_S
from evals.errors import BadInput, HarnessError
from evals.executors import Executor, executing
from evals.player import PlaySpec
from evals.ray_pool import RayPool, _look_for
from evals.ray_worker import RayJob, code_sha256, files_of, play_batch
from evals.record import Level
from evals.store.parts import finished_cases, read_parts, read_run_info
from evals.store.runs import resolve_run
from evals.suite import RunRequest, plan
from evals.targets.registry import TargetSpec
from tests.canonical import canonical_rows
from tests.cli import PATIENCE_S, ROOT, SMOKE, milliwatt, start
from tests.fakes.silent_ray import SilentRay
from tests.ray_cluster import two_nodes

needs_ray = pytest.mark.skipif(importlib.util.find_spec("ray") is None, reason="needs the extra `ray`")


def rows_alone(reports: Path, repeat: int) -> bytes:
    """The rows of the same calls, played in this process."""
    planned = plan(RunRequest(suites=(ROOT / SMOKE,), level=Level.TEXT, repeat=repeat, reports=reports))
    assert len(list(planned.play())) == 8 * repeat
    return canonical_rows(planned.folder)


def finished_in(reports: Path) -> int:
    return sum(len(finished_cases(folder)) for folder in reports.glob("runs/*"))


def calls(repeat: int, address: str, reports: Path, *more: str) -> list[str | Path]:
    options = ["--executor", "ray", "--ray-address", address, "--reports", reports, *more]
    return ["run", SMOKE, "--level", "text", "--repeat", str(repeat), *options]


def until_some_are_finished(reports: Path, running: subprocess.Popen[str]) -> int:
    deadline_ns = stopwatch_ns() + PATIENCE_S * NS_PER_S
    while not (finished := finished_in(reports)):
        assert running.poll() is None, running.communicate()
        assert stopwatch_ns() < deadline_ns
        pause(0.02)
    return finished


@needs_ray
def test_two_nodes_give_the_rows_of_one_process(tmp_path: Path) -> None:
    with two_nodes() as cluster:
        done = milliwatt(*calls(8, cluster.address, tmp_path / "ray"))
    assert done.returncode == 0, done.stderr
    folder = resolve_run(tmp_path / "ray", "latest")
    assert read_run_info(folder).workers == 2, "as many as the cluster has processors"
    assert {call.worker for call in read_parts(folder)} == {0, 1}, "both nodes played"
    assert canonical_rows(folder) == rows_alone(tmp_path / "alone", 8)
    assert [path.name for path in (folder / "parts").iterdir()] == ["000-000.jsonl"]


@needs_ray
@pytest.mark.soak
def test_rows_are_the_same_though_a_node_dies_and_the_run_is_killed_and_gone_on_with(tmp_path: Path) -> None:
    expected = rows_alone(tmp_path / "alone", 100)
    with two_nodes() as cluster:
        running = start(calls(100, cluster.address, tmp_path / "killed"), output=subprocess.DEVNULL)
        until_some_are_finished(tmp_path / "killed", running)
        running.kill()
        running.wait(timeout=60)
        killed = resolve_run(tmp_path / "killed", "latest")
        assert 0 < len(finished_cases(killed)) < 800, "killed in the middle"
        done = milliwatt(*calls(100, cluster.address, tmp_path / "killed", "--resume", killed.name))
        assert done.returncode == 0, done.stderr

        running = start(calls(100, cluster.address, tmp_path / "bereft"))
        until_some_are_finished(tmp_path / "bereft", running)
        cluster.kill_second()
        assert finished_in(tmp_path / "bereft") < 800, "the node died in the middle"
        _, told = running.communicate(timeout=PATIENCE_S)
        assert running.returncode == 0, told
    for reports in ("killed", "bereft"):
        assert canonical_rows(resolve_run(tmp_path / reports, "latest")) == expected, reports


@needs_ray
@pytest.mark.soak
def test_audio_calls_on_two_nodes_are_the_rows_of_one_process(tmp_path: Path) -> None:
    audio = ["run", SMOKE, "--only", "hangs_up_mid_speech", "--only", "handoff_asked"]
    with two_nodes() as cluster:
        ray = ["--executor", "ray", "--ray-address", cluster.address, "--no-cache"]
        played = milliwatt(*audio, *ray, "--reports", tmp_path / "ray")
    alone = milliwatt(*audio, "--reports", tmp_path / "alone")
    assert played.returncode == alone.returncode in (0, 1, 3), played.stderr
    folders = [resolve_run(tmp_path / reports, "latest") for reports in ("ray", "alone")]
    assert len(finished_cases(folders[0])) == 6
    assert canonical_rows(folders[0]) == canonical_rows(folders[1])


def test_a_node_with_other_files_or_another_milliwatt_says_which(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # restores the directory that the worker changes
    flow = tmp_path / "flow.json"
    flow.write_text("{}")
    job = RayJob(spec=b"", folder=str(tmp_path), files=files_of([flow]), code_sha256="another")
    flow.write_text("{ }")
    with pytest.raises(BadInput) as raised:
        play_batch(job, [])
    code, file = raised.value.mistakes
    assert "is not the one that the run was started with" in code
    assert file == f"{flow} is missing or another file there"
    gone = RayJob(spec=b"", folder=str(tmp_path / "gone"), files=(), code_sha256=code_sha256())
    with pytest.raises(BadInput, match="there is no folder .*gone"):
        play_batch(gone, [])


def test_options_that_contradict_each_other_are_refused() -> None:
    with (
        pytest.raises(BadInput, match=r"(?s)only `--executor ray`.*64 processes at most"),
        executing(Executor.PROCESSES, 65, "127.0.0.1:1"),
    ):
        pass


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("127.0.0.1:1", "there is no cluster: Connection refused"),
        ("localhost", "write it as HOST:PORT"),
        ("ray://localhost:10001", "write it as HOST:PORT"),
        ("127.0.0.1:99999", "there is no cluster: "),
    ],
)
def test_an_address_where_no_cluster_is_is_refused_at_once(address: str, told: str) -> None:
    with pytest.raises(BadInput, match=told):
        _look_for(address)


@pytest.mark.parametrize(
    ("lost", "told"),
    [
        (False, "nothing came back from Ray for 0.05 s, with 4 batch.* and 0 processors; finished calls are stored"),
        (True, r"died 4 times over the same calls.*\(node 1234 went away\)"),
    ],
)  # fmt: skip
def test_a_cluster_that_falls_silent_or_loses_calls_again_and_again_ends_the_run_with_a_reason(
    tmp_path: Path, lost: bool, told: str
) -> None:
    cases = plan(
        RunRequest(suites=(ROOT / SMOKE,), level=Level.TEXT, repeat=20, reports=tmp_path / "reports")
    ).cases
    spec = PlaySpec(
        target=TargetSpec(), level=Level.TEXT, run_folder=tmp_path / "run", cache_folder=None, scorecards={}
    )
    ray = SilentRay(lost=lost)
    with pytest.raises(HarnessError, match=told):
        list(RayPool(ray=ray, cpus=2, silence_s=0.05).play_all(spec, cases, workers=2))
    assert len(ray.cancelled) == (3 if lost else 4), "what is still there is called off"
