"""Faults that were put right stay so: every regression scenario passes at text level."""

from pathlib import Path

import pytest

from tests.cli import milliwatt

SUITES = sorted((Path(__file__).parents[2] / "corpora" / "regressions").glob("*.yaml"))


@pytest.mark.parametrize("suite", SUITES, ids=lambda path: path.stem)
def test_what_was_put_right_stays_right(suite: Path, tmp_path: Path) -> None:
    ran = milliwatt(
        "run", suite, "--level", "text", "--seed", "1", "--workers", "1", "--reports", tmp_path / "runs",
        "--db", tmp_path / "store.duckdb",
    )  # fmt: skip
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_there_are_regressions_to_play() -> None:
    assert [path.stem for path in SUITES] == ["booking"]
