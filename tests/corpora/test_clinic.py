"""The clinic's corpus loads whole, and holds what it promises."""

from pathlib import Path

import pytest

from agent.cognitive.flow_file import built_in_flow
from evals.scenario.file import load_suite
from evals.scenario.model import Scenario, Suite
from evals.sim.world import check_world

FOLDER = Path(__file__).parents[2] / "corpora" / "clinic"
SUITES = {path.stem: path for path in sorted(FOLDER.glob("*.yaml"))}


def load(name: str) -> Suite:
    return load_suite(SUITES[name], check_world=check_world)


@pytest.fixture(scope="module")
def scenarios() -> list[Scenario]:
    return [scenario for name in SUITES for scenario in load(name).scenarios]


@pytest.mark.parametrize("name", SUITES)
def test_suite_is_named_after_its_file(name: str) -> None:
    assert load(name).name == name


def test_corpus_holds_at_least_24_scenarios_whose_ids_are_distinct(scenarios: list[Scenario]) -> None:
    ids = [scenario.id for scenario in scenarios]
    assert len(set(ids)) == len(ids) >= 24


def test_every_scenario_expects_an_outcome_and_has_a_title(scenarios: list[Scenario]) -> None:
    assert [s.id for s in scenarios if not (s.expect.outcome and s.title != s.id)] == []


def test_every_outcome_of_the_flow_is_reached(scenarios: list[Scenario]) -> None:
    assert {scenario.expect.outcome for scenario in scenarios} == set(built_in_flow("clinic").outcomes())
