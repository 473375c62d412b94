"""Runs killed at random moments and gone on with, on one, two and four workers: the rows of the run undisturbed."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from agent.clock import pause, stopwatch_ns
from agent.units import NS_PER_S
from evals.record import Level
from evals.rng import rng_for
from evals.shards import Shard
from evals.store.merging import merge_shards
from evals.store.parts import finished_cases
from evals.suite import RunRequest, plan
from tests.canonical import canonical_rows
from tests.cli import PATIENCE_S, ROOT, SMOKE, start

MOMENTS = 50


@dataclass(frozen=True, kw_only=True)
class Calls:
    """What is played, as the command is told and as it is asked for in this process."""

    level: Level
    repeat: int | None = None
    only: tuple[str, ...] = ()

    def arguments(self, reports: Path, workers: int = 1) -> list[str | Path]:
        repeat = ["--repeat", str(self.repeat)] if self.repeat else []
        only = [text for pattern in self.only for text in ("--only", pattern)]
        return [
            "run",
            SMOKE,
            "--level",
            self.level,
            *repeat,
            *only,
            "--workers",
            str(workers),
            "--reports",
            reports,
        ]

    def play(
        self, reports: Path, *, workers: int = 1, shard: Shard | None = None, resume: Path | None = None
    ) -> Path:
        """Plays them here, to the end, or goes on with a run of them."""
        planned = plan(
            RunRequest(
                suites=(Path(SMOKE),), level=self.level, repeat=self.repeat, only=self.only, workers=workers,
                shard=shard, resume=resume, reports=reports, cache=reports / ".cache",
            )
        )  # fmt: skip
        for _ in planned.play():
            pass
        return planned.folder


TEXT = Calls(level=Level.TEXT, repeat=40)
AUDIO = Calls(level=Level.AUDIO, only=("hangs_up_mid_speech", "handoff_asked"))


def undisturbed(calls: Calls, reports: Path) -> tuple[bytes, int]:
    """The rows of a run that nobody killed, and the bytes of its parts."""
    folder = calls.play(reports)
    return canonical_rows(folder), _bytes_of(folder)


def killed(calls: Calls, reports: Path, after_bytes: float, and_s: float, *, workers: int) -> Path:
    """A run that was killed when it had written so much, and so much later."""
    known = set(reports.glob("runs/*"))
    process = start(calls.arguments(reports, workers), output=subprocess.DEVNULL)
    deadline_ns = stopwatch_ns() + PATIENCE_S * NS_PER_S
    while not any(_bytes_of(folder) > after_bytes for folder in set(reports.glob("runs/*")) - known):
        assert process.poll() is None and stopwatch_ns() < deadline_ns
        pause(0.005)
    pause(and_s)
    process.kill()
    process.wait(timeout=60)
    (folder,) = set(reports.glob("runs/*")) - known
    _workers_gone(folder)
    return folder


def _bytes_of(folder: Path) -> int:
    return sum(part.stat().st_size for part in folder.glob("parts/*"))


def _workers_gone(folder: Path) -> None:
    """Waits until nobody writes: a killed run's workers notice and end, perhaps after the call they are in."""
    for _ in range(200):
        before = _bytes_of(folder)
        pause(0.3)
        if _bytes_of(folder) == before:
            return
    raise AssertionError("somebody goes on writing")


def rows_gone_on_with(calls: Calls, folder: Path) -> bytes:
    """The killed run's rows, once it was played on; what was finished before is kept as it was."""
    before = finished_cases(folder)
    calls.play(folder.parent.parent, resume=folder)
    after = finished_cases(folder)
    assert {case: after[case] for case in before} == before
    return canonical_rows(folder)


@pytest.fixture(autouse=True)
def at_the_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)  # suites are named, and scorecards found, from where the command runs


@pytest.mark.parametrize("moments", [3, pytest.param(MOMENTS, marks=pytest.mark.soak)])
def test_run_killed_at_any_moment_and_gone_on_with_has_the_rows_of_the_run_undisturbed(
    tmp_path: Path, moments: int
) -> None:
    rows, whole = undisturbed(TEXT, tmp_path / "whole")
    rng = rng_for(moments, "moments")
    in_the_middle = 0
    for number in range(moments):
        moment = rng.uniform(0.0, 0.7 * whole), rng.uniform(0.0, 0.02)
        folder = killed(TEXT, tmp_path / str(number), *moment, workers=(1, 2, 1, 4)[number % 4])
        in_the_middle += len(finished_cases(folder)) < rows.count(b"\n")
        assert rows_gone_on_with(TEXT, folder) == rows, f"moment {number}"
    assert in_the_middle >= 0.6 * moments, "most were killed before their end"


@pytest.mark.soak
def test_audio_run_killed_at_any_moment_has_the_same_rows_over_the_cache_that_killed_ones_left(
    tmp_path: Path,
) -> None:
    rows, whole = undisturbed(AUDIO, tmp_path / "whole")
    rng = rng_for(1, "moments.audio")
    for number in range(6):
        # One folder of reports, so that each run finds the cache as the killed ones before it left it.
        moment = rng.uniform(0.0, 0.7 * whole), rng.uniform(0.0, 0.5)
        folder = killed(AUDIO, tmp_path / "killed", *moment, workers=1 + number % 2)
        assert rows_gone_on_with(AUDIO, folder) == rows, f"moment {number}"


@pytest.mark.soak
def test_two_audio_runs_that_share_a_cache_at_the_same_time_have_the_rows_of_each_alone(
    tmp_path: Path,
) -> None:
    rows, _ = undisturbed(AUDIO, tmp_path / "alone")
    both = [start(AUDIO.arguments(tmp_path / "shared", 2), output=subprocess.DEVNULL) for _ in range(2)]
    assert all(process.wait(timeout=PATIENCE_S) in (0, 1, 3) for process in both)
    assert [canonical_rows(folder) for folder in (tmp_path / "shared").glob("runs/*")] == [rows, rows]


@pytest.mark.soak
@pytest.mark.parametrize("calls", [TEXT, AUDIO], ids=["text", "audio"])
def test_one_two_and_four_workers_and_eight_shards_merged_give_the_same_rows(
    tmp_path: Path, calls: Calls
) -> None:
    rows, _ = undisturbed(calls, tmp_path / "1")
    for workers in (2, 4):
        assert canonical_rows(calls.play(tmp_path / f"{workers}", workers=workers)) == rows, workers
    shards = [calls.play(tmp_path / "shards", shard=Shard(number=number, of=8)) for number in range(1, 9)]
    assert canonical_rows(merge_shards(shards, tmp_path / "merged").folder) == rows
