"""libyaml is only asked where it reads a file as ruamel does, and nothing tells which of the two read it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evals.scenario import yaml_events, yaml_lines
from evals.scenario.yaml_events import NotQuick, quick_events
from evals.scenario.yaml_lines import Mistakes, Node, read_yaml
from tests.cli import ROOT

# What YAML is made of: strings of these are near enough to YAML to be read, and odd enough to find differences.
PIECES = (
    "a", "key", "x y", ": ", ":", " ", "\n", "\n  ", "\n    ", "- ", "-", "{", "}", "[", "]", ", ", ",", '"', "'",
    "#", " #", "?", "? ", "!", "&", "*", "%", "@", "`", "\\", "\\n", "\\/", "\\x41", "\\u263a", "é", "😀", "1", "0x1",
    "07", "~", "=", "<<", '"a b"', "'it''s'", "\n\n", "k: v", "\nk2: v", "\u00a0", "\u007f", "{a: b}", "[1, 2]", "a:b",
    '"a":b', '"a": b', "::", "a: b: c", "\ue000", "\u200b", "|", ">", "---", "...", "\t", "\r", "\u0085", "\ufeff",
)  # fmt: skip


def read(text: str) -> tuple[Node, list[str]]:
    mistakes = Mistakes()
    return read_yaml(text, mistakes), mistakes.sentences()


def carefully(text: str) -> tuple[Node, list[str]]:
    mistakes = Mistakes()
    return yaml_lines._read_carefully(text, mistakes), mistakes.sentences()


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=14).map("".join))
def test_every_text_reads_as_ruamel_reads_it(text: str) -> None:
    assert read(text) == carefully(text)


@pytest.mark.parametrize("path", sorted((ROOT / "corpora").rglob("*.yaml")), ids=lambda path: path.name)
def test_suites_read_alike_and_are_read_quickly(path) -> None:
    text = path.read_text(encoding="utf-8")
    assert read(text) == carefully(text)
    assert list(quick_events(text))


@pytest.mark.parametrize(
    "text", ["a: |\n  b", "a: >-\n  b", "---\na: b", "a: b\n...", "%YAML 1.1\n", "a:\tb", "a: b\r\n"]
)
def test_what_the_two_may_read_differently_is_not_for_libyaml(text: str) -> None:
    with pytest.raises(NotQuick):
        next(quick_events(text))


def test_without_libyaml_files_are_read_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "suite: x\nscenarios: [{id: a}]\n"
    quick = read(text)
    monkeypatch.setattr(yaml_events, "CParser", None)
    assert read(text) == quick
