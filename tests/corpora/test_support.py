"""The support corpus loads whole, holds what it promises, and passes at text level without a key."""

from pathlib import Path

import pytest

from agent.cognitive.flow_file import built_in_flow
from evals.player import Player, PlaySpec
from evals.record import Level
from evals.scenario.expansion import expand
from evals.scenario.file import load_suite
from evals.scenario.model import Scenario, Suite
from evals.sim.world import check_world
from evals.targets.registry import TargetSpec

FOLDER = Path(__file__).parents[2] / "corpora" / "support"
SUITES = {path.stem: path for path in sorted(FOLDER.glob("*.yaml"))}


def load(name: str) -> Suite:
    return load_suite(SUITES[name], check_world=check_world)


@pytest.fixture(scope="module")
def scenarios() -> list[Scenario]:
    return [scenario for name in SUITES for scenario in load(name).scenarios]


def test_suites_are_named_after_their_files() -> None:
    assert [load(name).name for name in SUITES] == [f"support_{name}" for name in SUITES]


def test_corpus_holds_at_least_24_scenarios_whose_ids_are_distinct(scenarios: list[Scenario]) -> None:
    ids = [scenario.id for scenario in scenarios]
    assert len(set(ids)) == len(ids) >= 24


def test_every_scenario_expects_a_path_and_has_a_title(scenarios: list[Scenario]) -> None:
    assert [s.id for s in scenarios if not (s.expect.states and s.title != s.id)] == []


def test_every_outcome_of_the_flow_and_every_tool_is_expected_somewhere(scenarios: list[Scenario]) -> None:
    flow = built_in_flow("support")
    assert {s.expect.outcome for s in scenarios} - {None} == set(flow.outcomes())
    assert {tool.name for s in scenarios for tool in s.expect.tools if tool.times != 0} == set(flow.tools)


@pytest.mark.parametrize("name", SUITES)
def test_every_call_meets_its_expectations_at_text_level(name: str) -> None:
    spec = PlaySpec(
        target=TargetSpec(latency="none"), level=Level.TEXT, run_folder=None, cache_folder=None, scorecards={}
    )
    with Player(spec, worker=0) as player:
        finished = [player.finish(case) for case in expand(load(name), seed=1)]
    failed = {
        call.record.case_id: [check.detail for check in call.checks if not check.passed]
        for call in finished
        if not call.passed
    }
    assert failed == {}
