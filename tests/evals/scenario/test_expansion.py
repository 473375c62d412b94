from pathlib import Path

import pytest

from evals.scenario.expansion import expand
from evals.scenario.file import load_suite
from evals.scenario.model import Suite
from tests.evals.scenario.suite_files import HEAD, write_suite


@pytest.fixture
def suite(tmp_path: Path) -> Suite:
    text = (
        HEAD
        + """\
defaults: {repeat: 2}
matrix: {voice: [en-us, en-gb], line: [wifi, clean]}
scenarios:
  - {id: z_first, tags: [smoke], caller: [{sound: silence}]}
  - {id: a_second, voice: en-gb-scotland, line: quiet, caller: [{sound: silence}]}
"""
    )
    return load_suite(write_suite(tmp_path, text))


def test_cases_stand_in_the_order_of_the_file(suite: Suite) -> None:
    assert [case.id for case in expand(suite, seed=7)] == [
        "shop/z_first/en-us/wifi/0",
        "shop/z_first/en-us/wifi/1",
        "shop/z_first/en-us/clean/0",
        "shop/z_first/en-us/clean/1",
        "shop/z_first/en-gb/wifi/0",
        "shop/z_first/en-gb/wifi/1",
        "shop/z_first/en-gb/clean/0",
        "shop/z_first/en-gb/clean/1",
        "shop/a_second/en-gb-scotland/quiet/0",
        "shop/a_second/en-gb-scotland/quiet/1",
    ]


def test_scenario_pinned_to_a_voice_and_line_leaves_the_matrix_aside(suite: Suite) -> None:
    [case] = expand(suite, seed=7, repeat=1, only=["a_second"])
    assert (case.voice, case.line.name, case.seed) == ("en-gb-scotland", "quiet", 7)


@pytest.mark.parametrize(
    ("only", "ids"),
    [
        (["smoke"], ["z_first"]),
        (["*_second"], ["a_second"]),
        (["smoke", "a_*"], ["z_first", "a_second"]),
        (["none"], []),
        ([], []),
        (None, ["z_first", "a_second"]),
    ],
)
def test_scenarios_are_chosen_by_id_or_tag(suite: Suite, only: list[str] | None, ids: list[str]) -> None:
    cases = expand(suite, seed=1, repeat=1, only=only)
    assert list(dict.fromkeys(case.scenario.id for case in cases)) == ids


def test_ids_of_cases_are_distinct(suite: Suite) -> None:
    ids = [case.id for case in expand(suite, seed=1, repeat=3)]
    assert len(set(ids)) == len(ids) == 15
