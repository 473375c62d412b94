"""Faults that were put right stay so: every regression scenario passes at text level."""

from pathlib import Path

import pytest

from evals.scenario.file import load_suite
from evals.sim.world import Fault, check_world
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
    assert {path.stem for path in SUITES} >= {"booking", "failures"}


def test_every_fault_that_a_world_can_play_has_a_call_to_it() -> None:
    suite = load_suite(SUITES[[path.stem for path in SUITES].index("failures")], check_world=check_world)
    entries = [entry for scenario in suite.scenarios for entry in scenario.world.values()]
    assert {entry["fault"] for entry in entries if isinstance(entry, dict)} == set(Fault)
