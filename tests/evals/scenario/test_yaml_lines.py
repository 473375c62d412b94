import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.scenario.yaml_lines import (
    BROKEN,
    MAX_DEPTH,
    MAX_LINE,
    MAX_MISTAKES,
    Mistakes,
    Node,
    read_yaml,
)


def plain(node: Node) -> object:
    """The values of a tree without their lines."""
    match node.value:
        case list():
            return [plain(item) for item in node.value]
        case dict():
            return {key: plain(item) for key, item in node.value.items()}
        case _:
            return node.value


def read(text: str) -> object:
    mistakes = Mistakes()
    node = read_yaml(text, mistakes)
    assert mistakes.sentences() == []
    return plain(node)


def mistakes_of(text: str) -> list[str]:
    mistakes = Mistakes()
    read_yaml(text, mistakes)
    return mistakes.sentences()


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("07700 900123", "07700 900123"),
        ("9:30", "9:30"),
        ("22:30:00", "22:30:00"),
        ("no", "no"),
        ("Off", "Off"),
        ("y", "y"),
        ("2026-05-18", "2026-05-18"),
        ("1_000", "1_000"),
        ('"07700900123"', "07700900123"),
        ("'true'", "true"),
        ("true", True),
        ("12", 12),
        ("-3", -3),
        ("0.5", 0.5),
        ("1e3", 1000.0),
        ("~", None),
        ("", None),
        ("|\n  two\n  lines\n", "two\nlines\n"),
    ],
)
def test_scalars_are_what_yaml_1_2_says(written: str, value: object) -> None:
    assert read(f"a: {written}") == {"a": value}


@pytest.mark.parametrize("number", ["07700900123", "+447700900123", "0x1F", "0o17", "00"])
def test_numbers_that_would_lose_digits_need_quotes(number: str) -> None:
    assert mistakes_of(f"a: {number}") == [
        f'line 1: {number} would lose its digits as a number; put it in quotes: "{number}"'
    ]


@pytest.mark.parametrize("number", [".inf", "-.Inf", ".nan", "1e999", "1" * 5000])
def test_numbers_that_json_cannot_hold_are_refused(number: str) -> None:
    [mistake] = mistakes_of(f"a: {number}")
    assert "is no usable number" in mistake


def test_every_value_knows_the_line_of_its_key() -> None:
    node = read_yaml("a: 1\nb:\n  - c: 2\n\n  - d\n", Mistakes())
    assert node == Node(
        1,
        {
            "a": Node(1, 1, "1"),
            "b": Node(2, [Node(3, {"c": Node(3, 2, "2")}), Node(5, "d", "d")]),
        },
    )


@pytest.mark.parametrize(
    ("text", "mistake"),
    [
        ("a: &x 1", "line 1: the anchor &x is not allowed; write the value out"),
        ("a: 1\nb: *x", "line 2: the alias *x is not allowed; write the value out"),
        (
            "a: !!python/object:os.system x",
            "line 1: the tag tag:yaml.org,2002:python/object:os.system is not allowed",
        ),
        ("a: !!str 5", "line 1: the tag tag:yaml.org,2002:str is not allowed; quotes make a text"),
        ("a:\n  <<: {b: 1}", "line 2: the merge key << is not allowed; write the keys out"),
        ("a: 1\nb: 2\na: 3", "line 3: `a` stands here for the second time; the first is on line 1"),
        ("%YAML 1.1\n---\na: 1", "a directive (%YAML, %TAG) is not allowed"),
        ("a: 1\n---\nb: 2", "line 2: a second document begins; one file is one suite"),
        ("1: x", 'line 1: the key 1 is no text; put it in quotes: "1"'),
        ("true: x", 'line 1: the key true is no text; put it in quotes: "true"'),
        ("? [a, b]\n: x", "line 1: a key must be a plain text"),
        ("? {a: b}\n: x", "line 1: a key must be a plain text"),
        ('a: "nul \\0"', "line 1: a text holds the character U+0000, which cannot be spoken or stored"),
        ('a: "half \\ud800"', "line 1: a text holds the character U+D800, which cannot be spoken or stored"),
        ("a: [1, 2\nb: 3", "this is not YAML"),
        ("a:\n\tb: 1", "line 2: this is not YAML"),
        ("a: 1\n b: 2", "line 2: this is not YAML"),
        ("ok: 1\nbell: \a", "line 2: this is not YAML"),
    ],
)
def test_what_a_suite_has_no_need_of_is_refused_with_its_line(text: str, mistake: str) -> None:
    found = mistakes_of(text)
    assert len(found) == 1
    assert mistake in found[0]


def test_bomb_of_aliases_is_refused_at_once() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 9)]
    found = mistakes_of("\n".join(lines))
    assert "line 1: the anchor &a0 is not allowed; write the value out" in found
    assert "line 9: the alias *a7 is not allowed; write the value out" in found


def test_deep_nesting_stops_the_reading() -> None:
    assert mistakes_of("[" * 5000) == [f"line 1: nested deeper than {MAX_DEPTH} levels"]


def test_line_that_would_cost_minutes_is_not_read() -> None:
    assert mistakes_of("a: 1\nb: [" + "a," * (MAX_LINE // 2)) == [
        f"line 2: longer than {MAX_LINE} characters"
    ]


def test_too_many_values_stop_the_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("evals.scenario.yaml_lines.MAX_VALUES", 100)
    assert mistakes_of("a:\n" + "  - 1\n" * 200) == ["line 97: more than 100 values; split the suite"]


def test_first_thousand_mistakes_are_enough() -> None:
    found = mistakes_of("- &a x\n" * 5000)
    assert found[-2:] == [
        f"line {MAX_MISTAKES}: the anchor &a is not allowed; write the value out",
        f"these are the first {MAX_MISTAKES}; there may be more",
    ]


def test_refused_value_stands_as_broken_so_that_it_is_not_refused_twice() -> None:
    node = read_yaml("a: *x", Mistakes())
    assert node == Node(1, {"a": Node(1, BROKEN)})


@given(
    st.text(
        alphabet=st.sampled_from(list("ab01:-?[]{}&*!|>'\"#%@`,. \t\n\r\\~<\x00\x85\ufeff\ud800é")),
        max_size=40,
    )
)
def test_garbage_is_noted_and_never_raised(text: str) -> None:
    mistakes = Mistakes()
    node = read_yaml(text, mistakes)
    assert isinstance(node, Node)


values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**9), 10**9)
    | st.text(st.characters(min_codepoint=32, max_codepoint=126)),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text("abc", min_size=1), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(values)
def test_json_is_read_as_itself(value: object) -> None:
    assert read(json.dumps(value)) == value
