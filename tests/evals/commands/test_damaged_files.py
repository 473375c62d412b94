"""Damaged and lying files as their owner meets them: one clear line each, the right status, and nothing lost."""

from __future__ import annotations

import json
import shutil
import struct
import subprocess
from pathlib import Path

import numpy as np
import pytest
import soundfile

from evals.store.duck import query
from evals.store.parts import read_parts
from tests.cli import SMOKE, milliwatt

REPEATS = 3
GATES = "schema: 1\nregression:\n  - {name: done, metric: task_success, margin: 0, min_sample: 1}\n"


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of three calls, its store, and a baseline of it."""
    reports = tmp_path_factory.mktemp("reports")
    only = ("--only", "books_first_slot", "--repeat", str(REPEATS))
    done = milliwatt("run", SMOKE, "--level", "text", *only, "--reports", reports)
    assert done.returncode in (0, 3), done.stderr
    assert milliwatt("baseline", "set", "main", "latest", "--reports", reports).returncode == 0
    return reports


@pytest.fixture
def reports(played: Path, tmp_path: Path) -> Path:
    """A copy of it to be damaged."""
    return Path(shutil.copytree(played, tmp_path / "reports"))


def the_run(reports: Path) -> Path:
    [folder] = (reports / "runs").iterdir()
    return folder


def one_line_of(done: subprocess.CompletedProcess[str], status: int) -> str:
    assert (done.returncode, "Traceback" in done.stderr) == (status, False), done.stderr
    [line] = [line for line in done.stderr.splitlines() if line.startswith("milliwatt: ")]
    return line


def test_corrupt_database_is_one_line_and_made_again_from_the_parts(reports: Path) -> None:
    db = reports / "milliwatt.duckdb"
    db.write_bytes(b"\x00" * 4096 + db.read_bytes()[4096:])
    line = one_line_of(milliwatt("store", "export", reports / "parquet", "--reports", reports), 3)
    assert "milliwatt.duckdb" in line
    rebuilt = milliwatt("store", "rebuild", "--reports", reports)
    assert rebuilt.returncode == 0, rebuilt.stderr
    assert query(db, "SELECT count(*) FROM calls").values.tolist() == [[REPEATS]]


def test_half_written_part_is_read_up_to_the_tear_and_the_run_goes_on_from_there(reports: Path) -> None:
    folder = the_run(reports)
    before = {call.record.case_id: call.record for call in read_parts(folder, tracks=False)}
    [part] = (folder / "parts").glob("*.jsonl")
    lines = part.read_bytes().splitlines(keepends=True)
    part.write_bytes(b"".join(lines[:-1]) + lines[-1][: len(lines[-1]) // 2])
    shown = milliwatt(
        "report", "latest", "--to", "json", "--output", reports / "r.json", "--reports", reports
    )
    assert (shown.returncode, "Traceback" in shown.stderr) == (0, False), shown.stderr
    assert len(list(read_parts(folder, tracks=False))) == REPEATS - 1
    only = ("--only", "books_first_slot", "--repeat", str(REPEATS))
    resumed = milliwatt("run", SMOKE, "--level", "text", *only, "--resume", folder.name, "--reports", reports)
    assert resumed.returncode in (0, 3), resumed.stderr
    assert {call.record.case_id: call.record for call in read_parts(folder, tracks=False)} == before


def test_baseline_of_another_metric_version_is_one_line_and_too_little_to_say(reports: Path) -> None:
    path = reports / "baselines" / "main.json"
    fields = json.loads(path.read_text())
    version, unit = fields["metrics"]["task_success"]
    fields["metrics"]["task_success"] = [version - 1, unit]
    path.write_text(json.dumps(fields))
    (reports / "gates.yaml").write_text(GATES)
    done = milliwatt(
        "gate", "latest", "--baseline", "main", "--gates", reports / "gates.yaml", "--reports", reports
    )
    assert (done.returncode, done.stderr) == (3, "")
    told = f"task_success is of version {version - 1} in the baseline and {version} now: measure again"
    assert [line for line in done.stdout.splitlines() if told in line] != []
    assert len(done.stdout.splitlines()) == 1, done.stdout


@pytest.mark.parametrize(
    ("claimed", "told"),
    [
        (0x7FFFFFFF, "claims 2147483647 bytes of audio and holds 320"),
        (160, "after the audio that its header tells of"),
    ],
)
def test_wav_that_lies_about_its_length_is_one_line(tmp_path: Path, claimed: int, told: str) -> None:
    path = tmp_path / "call.wav"
    samples = np.random.default_rng(1).integers(-9000, 9000, (80, 2)).astype(np.int16)
    soundfile.write(path, samples, 8000)
    content = bytearray(path.read_bytes())
    at = content.index(b"data")
    content[at + 4 : at + 8] = struct.pack("<I", claimed)
    path.write_bytes(content)
    # A file's size is all that it may write: what a header claims is never allocated, on the disk or elsewhere.
    line = one_line_of(milliwatt("score", path, file_bytes=1_000_000), 2)
    assert told in line
    assert path.read_bytes() == bytes(content)
