"""A flow's examples teach the dispatcher and the ear; a suite's callers are what they are examined with.

So no caller line of a corpus that is longer than three words may stand among any flow's examples.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from agent.cognitive.flow_file import BUILT_IN_FLOWS, load_flow
from agent.cognitive.spoken_words import spoken_form
from evals.synth.caller_voice import reference_text

CORPORA = Path(__file__).parents[3] / "corpora"
SHORT_WORDS = 3
VARIABLES = {"first_name": "Alex"}


def caller_lines(folder: Path) -> Iterator[tuple[str, str]]:
    for path in sorted(folder.glob("**/*.yaml")):
        document = YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))
        scenarios = document.get("scenarios", []) if isinstance(document, dict) else []
        for step in (step for scenario in scenarios for step in scenario.get("caller", [])):
            yield from ((path.name, line) for line in _said(step))


def _said(step: dict[str, Any]) -> Iterator[str]:
    for key in ("says", "interrupts", "text"):
        if isinstance(step.get(key), str):
            yield reference_text(step[key])


@pytest.mark.parametrize("flow_path", sorted(BUILT_IN_FLOWS.glob("*.json")), ids=lambda path: path.stem)
def test_no_callers_line_of_a_corpus_is_an_example_of_a_flow(flow_path: Path) -> None:
    lines = list(caller_lines(CORPORA))
    assert lines, f"no caller says anything in {CORPORA}: nothing was compared"
    flow = load_flow(flow_path)
    examples = {spoken_form(phrase) for names in ({}, VARIABLES) for phrase in flow.example_phrases(names)}
    long = [(where, line) for where, line in lines if len(spoken_form(line).split()) > SHORT_WORDS]
    assert [(where, line) for where, line in long if spoken_form(line) in examples] == []


def test_the_comparison_finds_a_line_that_was_given_away(tmp_path: Path) -> None:
    suite = 'scenarios: [{caller: [{says: "Can I speak to [pause 300] a human?"}]}]'
    (tmp_path / "leak.yaml").write_text(suite, encoding="utf-8")
    assert [spoken_form(line) for _, line in caller_lines(tmp_path)] == ["can i speak to a human"]
