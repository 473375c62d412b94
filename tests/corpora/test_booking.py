"""The booking corpus loads whole, and holds what it promises."""

import json
from pathlib import Path

import pytest

from agent.cognitive.flow_file import built_in_flow
from agent.cognitive.spoken_words import spoken_form
from evals.scenario.clips import read_clip
from evals.scenario.expansion import expand
from evals.scenario.file import load_suite
from evals.scenario.model import Scenario, Suite
from evals.sim.world import check_world

FOLDER = Path(__file__).parents[2] / "corpora" / "booking"
SUITES = {path.stem: path for path in sorted(FOLDER.glob("*.yaml")) if path.stem != "gates"}


def load(name: str) -> Suite:
    return load_suite(SUITES[name], check_world=check_world)


@pytest.fixture(scope="module")
def scenarios() -> list[Scenario]:
    return [scenario for name in SUITES for scenario in load(name).scenarios]


@pytest.mark.parametrize("name", SUITES)
def test_suite_is_named_after_its_file(name: str) -> None:
    assert load(name).name == name


def test_smoke_has_eight_scenarios_on_three_lines() -> None:
    suite = load("smoke")
    assert (len(suite.scenarios), len(suite.lines)) == (8, 3)
    assert len(expand(suite, seed=1)) == 24


def test_corpus_holds_at_least_24_scenarios_whose_ids_are_distinct(scenarios: list[Scenario]) -> None:
    ids = [scenario.id for scenario in scenarios]
    assert len(set(ids)) == len(ids) >= 24


def test_every_scenario_expects_an_outcome_a_path_and_has_a_title(scenarios: list[Scenario]) -> None:
    lacking = [s.id for s in scenarios if not (s.expect.outcome and s.expect.states and s.title != s.id)]
    assert lacking == []


def test_every_outcome_of_the_flow_is_reached(scenarios: list[Scenario]) -> None:
    assert {scenario.expect.outcome for scenario in scenarios} == set(built_in_flow("booking").outcomes())


def test_no_longer_line_stands_among_the_examples_the_agent_learned_from(scenarios: list[Scenario]) -> None:
    examples = {
        spoken_form(phrase) for phrase in built_in_flow("booking").example_phrases({"first_name": "Alex"})
    }
    lines = [step.text for scenario in scenarios for step in scenario.caller if step.text]
    assert [line for line in lines if len(line.split()) > 3 and spoken_form(line) in examples] == []


def test_manifest_describes_every_clip() -> None:
    rows = [
        json.loads(line) for line in (FOLDER / "clips" / "manifest.jsonl").read_text("utf-8").splitlines()
    ]
    assert sorted(row["audio"] for row in rows) == sorted(
        path.name for path in (FOLDER / "clips").glob("*.wav")
    )
    for row in rows:
        clip = read_clip(f"clips/{row['audio']}", FOLDER)
        assert (clip.sha256, clip.text) == (row["sha256"], row["text"])
        assert row["licence"]
        assert clip.speech_ms
        assert (FOLDER / "clips" / row["audio"]).stat().st_size < 60_000
