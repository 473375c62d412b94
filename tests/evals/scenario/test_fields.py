import pytest

from evals.scenario.fields import Fields, did_you_mean, to_json, unknown
from evals.scenario.yaml_lines import Mistakes, read_yaml


def fields(text: str, *known: str) -> Fields:
    mistakes = Mistakes()
    return Fields(read_yaml(text, mistakes), "here", known or None, mistakes)


def test_nearest_known_name_is_proposed() -> None:
    assert did_you_mean("cogh", ["cough", "silence"]) == "; did you mean `cough`?"
    assert did_you_mean("zzz", ["cough"]) == ""
    assert unknown("sound", "zzz", ["b", "a"]) == "unknown sound `zzz`; known: a, b"


def test_long_values_are_cut_in_messages() -> None:
    assert unknown("sound", "z" * 100, ["a"]) == f"unknown sound `{'z' * 37}...`; known: a"


def test_white_space_of_a_text_is_made_single() -> None:
    assert fields("a: >\n  one\n  two\n\n  three\n").text("a") == "one two three"


def test_missing_keys_are_named_at_the_line_of_their_mapping() -> None:
    found = fields("\n\na: 1")
    found.require("a", "b")
    assert found.mistakes.sentences() == ["line 3: here: `b` is missing"]


def test_text_that_is_too_long_is_refused() -> None:
    found = fields("a: " + "x" * 11)
    assert found.text("a", limit=10) == ""
    assert found.mistakes.sentences() == ["line 1: here: `a` has 11 characters; 10 is the most"]


@pytest.mark.parametrize("text", ["a: x", "a: true", "a: []", "a: 0", "a: 11", "a: 1.0"])
def test_whole_number_has_bounds_and_is_no_truth_value(text: str) -> None:
    found = fields(text)
    assert found.integer("a", 1, 10) is None
    assert len(found.mistakes.sentences()) == 1


def test_refused_value_is_not_complained_about_twice() -> None:
    found = fields("a: *b")
    assert (found.text("a"), found.integer("a", 1, 2), found.number("a", 1, 2)) == ("", None, None)
    assert (found.sequence("a"), found.texts("a"), found.text_mapping("a")) == ([], (), {})
    assert found.mistakes.sentences() == ["line 1: the alias *b is not allowed; write the value out"]


def test_plain_json_forgets_the_lines() -> None:
    node = read_yaml("a: [1, x, {b: null, c: 0.5}]", Mistakes())
    assert to_json(node) == {"a": [1, "x", {"b": None, "c": 0.5}]}
