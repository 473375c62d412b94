from dataclasses import replace

import pytest

from evals.errors import BadInput
from evals.scenario.file import load_suite
from evals.scenario.heard import NOTHING_HEARD, as_heard
from evals.scenario.model import Sound, StepKind
from tests.evals.scenario.suite_files import HEAD, write_suite
from tests.scenarios import a_case, says


def test_at_text_level_the_agent_is_told_what_was_heard() -> None:
    case = a_case(replace(says("Tuesday at ten."), heard="tuesday at tan"), says("Yes."))
    first, second = as_heard(case).scenario.caller
    assert (first.text, first.said, first.heard) == ("tuesday at tan", "Tuesday at ten.", "")
    assert second == says("Yes.")


def test_a_line_of_which_nothing_was_heard_is_a_silence() -> None:
    (step,) = as_heard(a_case(replace(says("Yes."), heard=NOTHING_HEARD))).scenario.caller
    assert (step.kind, step.sound, step.said) == (StepKind.SOUND, Sound.SILENCE, "Yes.")


def test_a_case_that_says_nothing_of_it_stays_as_it_is() -> None:
    case = a_case(says("Yes."))
    assert as_heard(case) is case


def test_heard_is_read_from_a_suite(tmp_path) -> None:
    text = HEAD + 'scenarios:\n  - id: a\n    caller:\n      - says: "Yes, two."\n        heard: "yes to"\n'
    assert load_suite(write_suite(tmp_path, text)).scenarios[0].caller[0].heard == "yes to"


@pytest.mark.parametrize("step", ["says: Hi\n        heard: '[pause 300]'", "dtmf: '1'\n        heard: one"])
def test_heard_must_be_words_of_a_spoken_line(tmp_path, step: str) -> None:
    text = f"{HEAD}scenarios:\n  - id: a\n    caller:\n      - {step}\n"
    with pytest.raises(BadInput, match="heard"):
        load_suite(write_suite(tmp_path, text))
