from __future__ import annotations

import re
from pathlib import Path

import pytest

from evals.errors import BadInput
from evals.scoring.gate_file import kept_gates, load_gates
from evals.scoring.gates import DEFAULT_GATES, PASSED, AbsoluteGate, Gates, RegressionGate, Statistic

ROOT = Path(__file__).parents[3]


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "gates.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_gates_as_values(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        """
schema: 1
alpha: 0.1
absolute:
  - {metric: response_latency, statistic: p95, at_most: 1600, min_sample: 30}
  - {name: passes, metric: passed, at_least: 0.9}
regression:
  - {metric: word_error_rate, margin: 0.05, alpha: 0.01, min_sample: 12}
  - {metric: talk_ratio, better: lower}
  - {metric: passed}
""",
    )
    assert load_gates(path) == Gates(
        absolute=(
            AbsoluteGate(
                name="response_latency p95",
                metric="response_latency",
                statistic=Statistic.P95,
                at_most=1600,
                min_sample=30,
            ),
            AbsoluteGate(name="passes", metric=PASSED, at_least=0.9),
        ),
        regression=(
            RegressionGate(
                name="word_error_rate",
                metric="word_error_rate",
                better="lower",
                margin=0.05,
                alpha=0.01,
                min_sample=12,
            ),
            RegressionGate(name="talk_ratio", metric="talk_ratio", better="lower", alpha=0.1),
            RegressionGate(name="passed", metric=PASSED, better="higher", alpha=0.1),
        ),
        alpha=0.1,
    )


def test_without_regression_gates_the_usual_ones_are_in_force(tmp_path: Path) -> None:
    assert load_gates(written(tmp_path, "schema: 1\n")) == DEFAULT_GATES
    assert load_gates(written(tmp_path, "schema: 1\nregression: []\n")) == Gates()


def test_every_mistake_is_listed_with_its_line(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        """schema: 1
absolut: []
absolute:
  - {metric: response_latencies, at_most: 1}
  - {metric: response_latency, statistic: p42, at_most: 1}
  - {metric: response_latency, at_most: 1, at_least: 2}
  - {metric: word_error_rate, statistic: max, at_most: 1}
  - {metric: dead_air_max, at_most: "much"}
  - {metric: dead_air_max, at_most: 1, alpha: 0.9}
regression:
  - {metric: talk_ratio}
  - {metric: passed, better: up}
  - {metric: passed, margin: -1}
  - {margin: 1}
  - {metric: passed}
  - {name: lax, metric: passed, alpha: 0.1}
""",
    )
    with pytest.raises(BadInput) as caught:
        load_gates(path)
    lines = [int(re.match(r"line (\d+)", mistake)[1]) for mistake in caught.value.mistakes]  # type: ignore[index]
    assert lines == [2, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 16]
    assert "did you mean `response_latency`?" in caught.value.mistakes[1]
    assert "above the 0.05 of all regression gates together" in caught.value.mistakes[-1]


def test_usual_gates_take_the_alpha_of_the_file(tmp_path: Path) -> None:
    gates = load_gates(written(tmp_path, "schema: 1\nalpha: 0.01\n"))
    assert gates.alpha == 0.01
    assert {gate.alpha for gate in gates.regression} == {0.01}


def test_gates_of_the_booking_suites_load() -> None:
    gates = load_gates(ROOT / "corpora" / "booking" / "gates.yaml")
    assert {gate.metric for gate in gates.regression} >= {PASSED, "response_latency", "word_error_rate"}
    assert gates.absolute


def test_the_gates_kept_with_a_run_are_taken_and_the_products_own_without(tmp_path: Path) -> None:
    assert kept_gates(tmp_path) == DEFAULT_GATES
    written(tmp_path, "schema: 1\nregression: []\n")
    assert kept_gates(tmp_path).regression == ()
