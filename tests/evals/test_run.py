"""`milliwatt run` as CI jobs and laptops meet it: bad input, full disks, Ctrl-C, kill -9, and the same bytes again."""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path

import pytest

from agent.clock import pause, stopwatch_ns
from evals.store.parts import finished_cases, read_parts, read_run_info
from evals.store.runs import resolve_run
from tests.cli import PATIENCE_S, SMOKE, milliwatt, start

FIVE_MISTAKES = """\
schema: 1
suite: broken
flow: booking
now: "2026-05-18T09:00:00"
time_zone: Europe/Lundon
scenarios:
  - id: first
    title: A caller
    caller:
      - says: "Yes."
      - {says: "No!", shouts: "yes"}
      - interrupts: "Wait."
    expect:
      outcome: bookd
      states: [greeting, nowhere]
"""


LONG = "40"  # so many repeats that a run of them can be stopped in the middle


def text_run(reports: Path, *more: str) -> subprocess.CompletedProcess[str]:
    return milliwatt("run", SMOKE, "--level", "text", "--reports", reports, *more)


def run_folder(reports: Path) -> Path:
    return resolve_run(reports, "latest")


def test_file_with_five_mistakes_gets_one_message_with_all_five_lines_and_nothing_is_run(
    tmp_path: Path,
) -> None:
    suite = tmp_path / "broken.yaml"
    suite.write_text(FIVE_MISTAKES, encoding="utf-8")
    done = milliwatt("run", suite, "--reports", tmp_path / "reports")
    assert done.returncode == 2
    assert "5 mistakes" in done.stderr
    for line, word in ((5, "Lundon"), (11, "shouts"), (12, "after_ms"), (14, "bookd"), (15, "nowhere")):
        assert any(f"line {line}" in told and word in told for told in done.stderr.splitlines()), (line, word)
    assert not (tmp_path / "reports" / "runs").exists()
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("flow", "told"), [("bookin", "booking"), ("./none.json", "none.json")], ids=["misspelt", "missing"]
)
def test_missing_flow_is_told_by_name(tmp_path: Path, flow: str, told: str) -> None:
    suite = tmp_path / "suite.yaml"
    suite.write_text(FIVE_MISTAKES.replace("flow: booking", f"flow: {flow}"), encoding="utf-8")
    done = milliwatt("run", suite, "--reports", tmp_path / "reports")
    assert (done.returncode, told in done.stderr) == (2, True)


def test_unreadable_clip_is_told_by_name_and_nothing_is_run(tmp_path: Path) -> None:
    (tmp_path / "clips").mkdir()
    (tmp_path / "clips" / "caller.wav").write_bytes(b"RIFF and then nothing")
    suite = tmp_path / "suite.yaml"
    suite.write_text(
        'schema: 1\nsuite: clips\nflow: booking\nnow: "2026-05-18T09:00:00"\ntime_zone: Europe/London\n'
        "scenarios:\n  - id: one\n    title: t\n    caller:\n"
        '      - {plays: clips/caller.wav, text: "Yes."}\n    expect: {outcome: booked}\n',
        encoding="utf-8",
    )
    done = milliwatt("run", suite, "--reports", tmp_path / "reports")
    assert (done.returncode, "caller.wav" in done.stderr) == (2, True)
    assert not (tmp_path / "reports" / "runs").exists()


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--set", "agent.voise=en-gb"], "agent.voise"),
        (["--set", "voice=en-gb"], "agent.KEY=VALUE"),
        (["--target", "known:soon"], "known:answer=MS"),
        (["--latency", "fast"], "reference, networked"),
        (["--only", "no_such_scenario"], "no_such_scenario"),
        (["--resume", "2020"], "2020"),
        (["--workers", "0"], "--workers"),
    ],
)
def test_bad_option_is_told_and_nothing_is_run(tmp_path: Path, options: list[str], told: str) -> None:
    done = text_run(tmp_path, *options)
    assert done.returncode == 2
    assert told in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "runs").exists()


def test_store_that_cannot_be_written_is_one_line_and_status_3(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    done = text_run(tmp_path / "file" / "reports")
    assert done.returncode == 3
    assert [line for line in done.stderr.splitlines() if line.startswith("milliwatt: ")]
    assert "Traceback" not in done.stderr


def test_database_that_cannot_be_written_loses_no_call(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    done = text_run(tmp_path / "reports", "--db", str(tmp_path / "file" / "x.duckdb"))
    assert done.returncode == 3
    assert len(finished_cases(run_folder(tmp_path / "reports"))) == 8
    assert "Traceback" not in done.stderr


def test_full_disk_is_one_line_and_keeps_the_calls_that_were_finished(tmp_path: Path) -> None:
    done = milliwatt(
        "run", SMOKE, "--level", "text", "--repeat", "30", "--reports", tmp_path, file_bytes=400_000
    )
    assert done.returncode == 3
    assert "Traceback" not in done.stderr
    told = [line for line in done.stderr.splitlines() if line.startswith("milliwatt: ")]
    assert len(told) == 1
    assert "cannot write" in told[0]
    folder = run_folder(tmp_path)
    kept = finished_cases(folder)
    assert 0 < len(kept) < len(read_run_info(folder).cases)
    assert len(list(read_parts(folder))) == len(kept)


def _stopped_in_the_middle(reports: Path, how: signal.Signals, *, workers: int) -> tuple[int, Path]:
    """Starts a long run, stops it once some calls are finished, and says how it exited."""
    process = start(
        ["run", SMOKE, "--level", "text", "--repeat", LONG, "--workers", str(workers), "--reports", reports]
    )
    deadline_ns = stopwatch_ns() + PATIENCE_S * 1_000_000_000
    while process.poll() is None and stopwatch_ns() < deadline_ns:
        folders = list((reports / "runs").glob("*")) if (reports / "runs").exists() else []
        if folders and len(finished_cases(folders[0])) >= 20:
            break
        pause(0.05)
    assert process.poll() is None, process.communicate()
    os.kill(process.pid, how)
    process.communicate(timeout=60)
    return process.returncode, run_folder(reports)


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize(("how", "status"), [(signal.SIGINT, 130), (signal.SIGKILL, -9)])
def test_run_that_was_stopped_keeps_what_was_finished_and_goes_on_to_the_same_end(
    tmp_path: Path, how: signal.Signals, status: int, workers: int
) -> None:
    returncode, folder = _stopped_in_the_middle(tmp_path, how, workers=workers)
    assert returncode == status
    pause(0.5)  # workers of a killed run notice and end
    before = finished_cases(folder)
    everything = read_run_info(folder).cases
    assert 20 <= len(before) < len(everything)
    resumed = text_run(tmp_path, "--repeat", LONG, "--resume", folder.name)
    assert resumed.returncode in (0, 1)
    after = finished_cases(folder)
    assert set(after) == set(everything)
    assert {case: after[case] for case in before} == before
    played = [call.record.case_id for call in read_parts(folder)]
    assert sorted(played) == sorted(set(played))


def test_resuming_with_another_seed_is_refused(tmp_path: Path) -> None:
    text_run(tmp_path, "--seed", "1")
    done = text_run(tmp_path, "--seed", "2", "--resume", run_folder(tmp_path).name)
    assert (done.returncode, "another seed" in done.stderr) == (2, True)


SHORT = ["--only", "hangs_up_mid_speech"]
EVERYTHING: list[str] = []


@pytest.mark.parametrize(
    ("chosen", "count"),
    [(SHORT, 3), pytest.param(EVERYTHING, 24, marks=pytest.mark.soak)],
    ids=["short", "smoke"],
)
def test_audio_calls_are_the_same_bytes_whatever_the_workers_caches_order_and_hash_seed(
    tmp_path: Path, chosen: list[str], count: int
) -> None:
    def hashes(name: str, *options: str, hash_seed: str = "0", seed: str = "1") -> dict[str, str]:
        reports = tmp_path / name
        arguments = ["run", SMOKE, "--seed", seed, *chosen, "--reports", reports, *options]
        done = milliwatt(*arguments, hash_seed=hash_seed)
        assert done.returncode in (0, 1, 3), done.stderr  # 3: so few calls decide no gate on delays
        return finished_cases(run_folder(reports))

    cold = hashes("one")
    assert len(cold) == count
    assert hashes("one") == cold, "warm caches"
    assert hashes("two", "--workers", "2", "--shuffle", "7", hash_seed="4242") == cold
    assert hashes("none", "--no-cache") == cold
    other = hashes("other", seed="2")
    assert all(other[case] != cold[case] for case in cold), "another seed"
