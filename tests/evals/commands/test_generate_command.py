"""`milliwatt corpus generate` as its users run it, and what it writes played at text level."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from evals.commands.confusions import ConfusionOptions, fit_confusions
from evals.commands.generate import GenerateOptions, generate
from evals.errors import BadInput
from tests.cli import ROOT, milliwatt

PATHS = "corpora/booking/paths.yaml"


def test_two_hundred_generated_conversations_are_played(tmp_path: Path) -> None:
    suite, again = tmp_path / "many.jsonl", tmp_path / "again.jsonl"
    made = milliwatt("corpus", "generate", PATHS, "--count", "200", "--seed", "7", "--out", suite)
    assert made.returncode == 0, made.stderr
    assert f"{suite}: 200 conversations from 27 scenarios" in made.stdout
    other = milliwatt(
        "corpus", "generate", PATHS, "--count", "200", "--seed", "7", "--out", again, hash_seed="9"
    )
    assert other.returncode == 0
    assert suite.read_bytes().partition(b"\n")[2] == again.read_bytes().partition(b"\n")[2]
    played = milliwatt("run", suite, "--level", "text", "--reports", tmp_path / "reports")
    assert played.returncode in (0, 1), played.stderr
    parts = (tmp_path / "reports").glob("runs/*/parts/*.jsonl")
    calls = [json.loads(line) for part in parts for line in part.read_text("utf-8").splitlines()]
    assert len(calls) == 200
    assert all(call["record"]["status"] == "completed" for call in calls)
    # Every call has a path and an end; how many are right is the agent's affair, but not a handful only.
    right = sum(all(check["passed"] for check in call["checks"]) for call in calls)
    assert right >= 140
    confusions = ConfusionOptions(runs=("latest",), out=tmp_path / "ear.json", reports=tmp_path / "reports")
    with pytest.raises(BadInput, match="nothing that was said and heard"):  # for there was no sound
        fit_confusions(confusions, out=Console())
    assert any("from:paths/crm_down" in call["record"]["scenario"]["tags"] for call in calls)


def options(out: Path, *, suite: Path = Path(PATHS), **changes: Any) -> GenerateOptions:
    return GenerateOptions(suites=(ROOT / suite,), out=out, **{"count": 1, **changes})


def made(asked: GenerateOptions) -> tuple[int, str]:
    told = Console(file=io.StringIO(), width=200)
    status = generate(asked, out=told, err=Console(file=io.StringIO()))
    assert isinstance(told.file, io.StringIO)
    return status, told.file.getvalue()


def test_fewer_than_asked_for_is_no_success(tmp_path: Path) -> None:
    status, told = made(options(tmp_path / "few.jsonl", count=50, vary=("none",)))
    assert status == 1
    assert "only 27 of 50 are to be had" in told


def test_every_mistake_of_the_options_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(BadInput) as told:
        made(
            options(
                tmp_path / "many.yaml",
                vary=("pharaphrase",),
                confusions="nowhere.json",
                lines=("moon",),
                name="a b",
            )
        )
    for part in (
        "ends in .jsonl",
        "did you mean `paraphrase`?",
        "nowhere.json: cannot be read",
        "no such line",
        "a b",
    ):
        assert any(part in mistake for mistake in told.value.mistakes), part
    assert len(told.value.mistakes) == 5
    assert not list(tmp_path.iterdir())


def test_a_file_that_is_there_stays_unless_that_is_forced(tmp_path: Path) -> None:
    out = tmp_path / "few.jsonl"
    out.write_text("mine", "utf-8")
    with pytest.raises(BadInput, match="is there already; --force writes it anew"):
        made(options(out))
    assert out.read_text("utf-8") == "mine"
    assert made(options(out, force=True))[0] == 0


def test_a_suite_that_no_run_would_read_is_not_written(tmp_path: Path) -> None:
    suite = tmp_path / "long.yaml"
    says = "".join(f'      - says: "Yes, it is, {number}, {"and so on " * 150}"\n' for number in range(12))
    head = 'schema: 1\nsuite: long\nflow: booking\nnow: "2026-05-18T09:00:00"\ntime_zone: Europe/London\n'
    suite.write_text(f"{head}scenarios:\n  - id: long\n    caller:\n{says}", "utf-8")
    with pytest.raises(BadInput, match="line 2 would be longer than the 16384 characters"):
        made(options(tmp_path / "out.jsonl", suite=suite))
    assert not (tmp_path / "out.jsonl").exists()
