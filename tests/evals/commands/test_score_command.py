"""`milliwatt score` as its users run it."""

import json
from pathlib import Path

import pytest

from evals.store.call_audio import stereo_wav
from tests.builders import a_track
from tests.cli import milliwatt

CALLER, AGENT = [(2000, 3000), (5000, 6500)], [(200, 1500), (3700, 4600)]


@pytest.fixture
def call(tmp_path: Path) -> Path:
    path = tmp_path / "call.wav"
    path.write_bytes(stereo_wav(a_track(CALLER, 8000), a_track(AGENT, 8000)))
    return path


def test_json_holds_the_summary_every_turn_and_what_is_left_out(call: Path) -> None:
    done = milliwatt("score", call, "--json")
    assert (done.returncode, done.stderr) == (0, "")
    told = json.loads(done.stdout)
    assert told["caller"]["spans_ms"] == [[2000.0, 3000.0], [5000.0, 6500.0]]
    assert told["summary"]["response_latency"]["p50_ms"] == 700.0
    assert told["summary"]["answer_latency_ms"] == 200.0
    assert [turn["start_ms"] for turn in told["turns"]] == [2000.0, 5000.0]
    assert "stop_latency" in told["left_out"]


def test_table_is_printed_and_sides_can_be_swapped(call: Path) -> None:
    done = milliwatt("score", call, "--swap")
    assert done.returncode == 0, done.stderr
    assert "the caller spoke first" in done.stdout


def test_bad_file_is_one_line_and_status_2(tmp_path: Path) -> None:
    done = milliwatt("score", tmp_path / "none.wav")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"milliwatt: {tmp_path / 'none.wav'}: there is no such file\n"


def test_help_has_an_example() -> None:
    assert "milliwatt score call.wav --json" in milliwatt("score", "--help").stdout
