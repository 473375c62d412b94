"""`milliwatt corpus import` as its users run it, and what it writes played at text level."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from evals.commands.corpus import pairs
from evals.errors import BadInput
from tests.cli import milliwatt
from tests.evals.importing.transcripts import json_lines

GREETING = "Good morning, is this Alex?"
BUDGET = "Are you looking into this for the coming months, and what budget do you have?"
DAY = "I have Tuesday at ten thirty in the morning, or Wednesday at two. Which would suit you?"
DIGITS = "Can you confirm the last four digits of your account number?"
BOOKS = [
    ("agent", GREETING),
    ("caller", "Yeah, hi, you've got Alex."),
    ("agent", BUDGET),
    ("caller", "We're hoping to sort something out this quarter. We've got about five thousand pounds."),
    ("agent", DAY),
    ("caller", "Tuesday morning would do me nicely."),
    ("agent", "You're booked. Goodbye."),
]


def as_row(identity: str, turns: list[tuple[str, str]]) -> dict[str, object]:
    return {"id": identity, "turns": [{"speaker": who, "text": text} for who, text in turns]}


def played(folder: Path) -> dict[str, dict[str, object]]:
    records = {}
    for part in folder.glob("runs/*/parts/*.jsonl"):
        for line in part.read_text("utf-8").splitlines():
            record = json.loads(line)["record"]
            records[record["scenario_id"]] = record
    return records


def test_transcripts_are_imported_played_and_their_log_is_imported_again(tmp_path: Path) -> None:
    source, suite, again = tmp_path / "calls.jsonl", tmp_path / "calls.yaml", tmp_path / "again.yaml"
    strays = [*BOOKS[:2], ("agent", DIGITS), ("caller", "Four four one nine."), *BOOKS[2:]]
    source.write_text(json_lines(as_row("books", BOOKS), as_row("strays", strays)), "utf-8")
    told = (
        "--variable",
        "first_name=Alex",
        "--variable",
        "email=alex@example.com",
        "--when-diverged",
        "skip",
    )
    done = milliwatt("corpus", "import", source, "--out", suite, *told)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        f"{source}: jsonl (found by its content), 2 conversation(s)",
        "flow booking, 2026-05-18T09:00:00 in Europe/London, when diverged: skip",
        f"{suite}: 2 scenario(s)",
        f"play: milliwatt run {suite} --level text",
    ]
    run = milliwatt("run", suite, "--level", "text", "--reports", tmp_path / "reports")
    assert run.returncode == 0, run.stderr
    records = played(tmp_path / "reports")
    assert [record["outcome"] for record in records.values()] == ["booked", "booked"]
    assert "divergences" not in records["books"]
    (left,) = records["strays"]["divergences"]  # type: ignore[misc]
    assert (left["step"], left["did"], left["recorded"]) == (1, "skipped", DIGITS)

    (part,) = tmp_path.glob("reports/runs/*/parts/*.jsonl")
    done = milliwatt("corpus", "import", part, "--out", again, "--when-diverged", "stop")
    assert done.returncode == 0, done.stderr
    assert f"{part}: turns (found by its content), 2 conversation(s)" in done.stdout
    run = milliwatt("run", again, "--level", "text", "--reports", tmp_path / "second")
    assert run.returncode == 0, run.stdout
    second = played(tmp_path / "second")
    assert [record["path"] for record in second.values()] == [record["path"] for record in records.values()]
    assert not any("divergences" in record for record in second.values())

    refused = milliwatt("run", again, "--level", "audio", "--reports", tmp_path / "third")
    assert refused.returncode == 2
    assert "`when_diverged: stop` needs the agent's words" in refused.stderr


def test_bad_transcripts_end_with_status_2_and_no_suite(tmp_path: Path) -> None:
    source = tmp_path / "calls.jsonl"
    source.write_text('{"id": "a"}\nnot json\n', "utf-8")
    done = milliwatt("corpus", "import", source, "--out", tmp_path / "calls.yaml", "--format", "jsonl")
    assert done.returncode == 2
    assert "2: this is not JSON" in done.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["calls.jsonl"]


def test_disk_that_is_full_leaves_no_half_suite(tmp_path: Path) -> None:
    source = tmp_path / "calls.jsonl"
    source.write_text(json_lines(*(as_row(f"c{number}", BOOKS) for number in range(20))), "utf-8")
    done = milliwatt("corpus", "import", source, "--out", tmp_path / "calls.yaml", file_bytes=4096)
    assert done.returncode == 3
    assert sorted(path.name for path in tmp_path.iterdir()) == ["calls.jsonl"]


@pytest.mark.parametrize(
    ("options", "mistake"),
    [
        (["speaker"], "--column speaker: write it as NAME=VALUE"),
        (["=x"], "--column =x: write it as NAME=VALUE"),
        (["speker=x"], "--column speker=x: there are speaker, text"),
        (["text=a", "text=b"], "--column text=b: `text` is given twice"),
    ],
)
def test_options_of_names_and_values_are_checked(options: list[str], mistake: str) -> None:
    with pytest.raises(BadInput) as caught:
        pairs(options, "--column", ("speaker", "text"))
    assert caught.value.mistakes == (mistake,)
