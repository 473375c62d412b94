import json
from pathlib import Path

import pytest

from evals.errors import BadInput
from evals.scenario.file import load_suite
from evals.scenario.json_lines import read_json_lines
from evals.scenario.yaml_lines import Mistakes
from tests.evals.scenario.suite_files import HEAD, SCENARIO, write_suite

FIRST = (
    '{"schema": 1, "suite": "shop", "flow": "shop.json", "now": "2026-05-18T09:00:00", '
    '"time_zone": "Europe/London"}'
)
ORDERS = '{"id": "orders", "caller": [{"says": "I\'d like two of those."}]}'


def load(tmp_path: Path, *lines: str):
    return load_suite(write_suite(tmp_path, "\n".join(lines) + "\n", "suite.jsonl"))


def mistakes(tmp_path: Path, *lines: str) -> tuple[str, ...]:
    with pytest.raises(BadInput) as told:
        load(tmp_path, *lines)
    return told.value.mistakes


def test_it_is_the_suite_that_yaml_makes(tmp_path: Path) -> None:
    in_yaml = load_suite(write_suite(tmp_path, HEAD + SCENARIO))
    assert load(tmp_path, FIRST, ORDERS) == in_yaml


def test_every_mistake_has_its_line(tmp_path: Path) -> None:
    found = mistakes(
        tmp_path,
        FIRST,
        ORDERS,
        "",
        '{"id": "orders", "caller": [{"says": 3}]}',
        '{"id": "b", "caler": []}',
        '{"id": "c", "caller": [{"says": "hi"}], "id": "d"}',
        "{nonsense}",
        '{"id": "e", "caller": [{"says": "hi", "after_ms": NaN}]}',
        '{"id": "f", "caller": [{"says": "a\\u0000b"}]}',
        '{"id": "g", "caller": [{"dtmf": 12345678901234567890}]}',
    )
    assert found[:2] == (
        'line 4: scenario `orders`: step 1: `says` must be a text, not the number 3; put it in quotes: "3"',
        "line 4: scenario `orders`: this id was given before, on line 2",
    )
    assert [mistake.partition(":")[0] for mistake in found] == [
        *("line 4", "line 4", "line 5", "line 5", "line 6", "line 7", "line 8", "line 9", "line 10"),
    ]
    assert "`id` stands here for the second time" in found[4]
    assert "this is not JSON" in found[5]


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ((), "must be a mapping"),
        (("[]", ORDERS), "line 1: the first line must be the suite without its scenarios"),
        ((FIRST,), "`scenarios` is empty"),
        ((FIRST[:-1] + ', "scenarios": []}', ORDERS), "each is a line of its own"),
        ((FIRST, "[" * 2000), "line 2"),
        ((FIRST, '{"id": "' + "x" * 17_000 + '"}'), "line 2: longer than 16384 characters"),
        ((FIRST, '{"id": "a", "world": ' + '{"a":' * 30 + "1" + "}" * 31), "nested deeper than 24 levels"),
    ],
)
def test_what_is_no_suite_is_refused(tmp_path: Path, lines: tuple[str, ...], told: str) -> None:
    assert any(told in mistake for mistake in mistakes(tmp_path, *lines))


def test_a_file_of_mistakes_ends_with_the_first_thousand() -> None:
    found = Mistakes()
    read_json_lines("\n".join(["{}", *(["nonsense"] * 5000)]), found)
    assert len(found.found) == 1000


def test_a_text_may_hold_what_other_readers_take_for_a_new_line(tmp_path: Path) -> None:
    row = {"id": "orders", "caller": [{"says": "Two of\u2028those."}]}
    suite = load(tmp_path, FIRST, json.dumps(row, ensure_ascii=False))
    assert suite.scenarios[0].caller[0].text == "Two of those."
