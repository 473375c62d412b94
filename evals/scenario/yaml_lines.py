"""YAML 1.2 with line numbers, and nothing of it that a scenario file has no need of.

Under YAML 1.1 `07700700123` is an octal number, `9:30` is 570 and `no` is false; under 1.2 they stay what was typed,
except that a phone number without quotes is still a number. Such a number is refused here, since digits would be
lost. Anchors and aliases are refused because 300 bytes of them can unfold into millions of nodes; tags, merge keys,
directives and second documents because nobody who reads a suite should have to know them.

The tree is built from a parser's events, without a constructor: only plain values come out, and each knows its line.
Whatever is wrong is noted in `Mistakes` and reading goes on, so that one run shows them all.

libyaml parses twenty times as quickly as ruamel, which matters to suites of thousands of calls, but it is of YAML 1.1
and says less of what is wrong. So it gets the files that both read alike, and where it, or the tree, finds anything
wrong ruamel reads the file again and has the word (`evals.scenario.yaml_events`).
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Final

from ruamel.yaml.error import MarkedYAMLError, YAMLError

from evals.scenario.yaml_events import EventKind, NotQuick, events, kind_of_event, quick_events

MAX_DEPTH = 24
MAX_LINE = 16_384  # characters; longer ones cost ruamel seconds, and nobody reads them
MAX_VALUES = 100_000  # a suite of 500 scenarios has a third of that
MAX_MISTAKES = 1_000  # whoever has more has given us another kind of file
MAX_DIGITS = 18  # more is no quantity; Python itself refuses to read 4300 digits

# YAML 1.2.2 §10.3.2, the core schema's plain scalars.
_NULL = frozenset({"", "~", "null", "Null", "NULL"})
_TRUE = frozenset({"true", "True", "TRUE"})
_FALSE = frozenset({"false", "False", "FALSE"})
_INT = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_NOT_FINITE = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_FIRST_OF_NUMBER = frozenset("-+.0123456789")
# Numbers that lose nothing by being read as numbers.
_PLAIN_INT = re.compile(r"-?(0|[1-9][0-9]*)")


class Broken(Enum):
    """Stands where something was refused, so that nobody complains about it twice."""

    BROKEN = "broken"


BROKEN: Final = Broken.BROKEN

Scalar = None | bool | int | float | str


@dataclass(frozen=True, slots=True)
class Node:
    """A value of the file and the line where a reader looks for it: its key's, or its own in a list."""

    line: int
    value: Scalar | list[Node] | dict[str, Node] | Broken
    source: str = ""


@dataclass(slots=True)
class Mistakes:
    """What is wrong with a file, by line; a mistake noted twice counts once, and `MAX_MISTAKES` are enough."""

    found: dict[tuple[int, str], None] = field(default_factory=dict)

    @property
    def full(self) -> bool:
        """Whether no more will be noted."""
        return len(self.found) >= MAX_MISTAKES

    def add(self, line: int, text: str) -> None:
        """Notes a mistake on `line`."""
        if not self.full:
            self.found[line, text] = None

    def sentences(self) -> list[str]:
        """All of them in the order of the file: `line 12: ...`."""
        found = [f"line {line}: {text}" for line, text in sorted(self.found, key=lambda found: found[0])]
        return [*found, f"these are the first {MAX_MISTAKES}; there may be more"] if self.full else found


def read_yaml(text: str, mistakes: Mistakes) -> Node:
    """The file's one document; what cannot be used is noted in `mistakes` and stands as `BROKEN`."""
    for number, line in enumerate(text.split("\n"), start=1):
        if len(line) > MAX_LINE:
            mistakes.add(number, f"longer than {MAX_LINE} characters")
            return Node(1, BROKEN)
    quick = _read_quickly(text)
    return quick if quick is not None else _read_carefully(text, mistakes)


def _read_quickly(text: str) -> Node | None:
    """The document of a file without a mistake; None where there is one, or might be."""
    mistakes = Mistakes()
    tree = _Tree(mistakes)
    try:
        for event in quick_events(text):
            if not tree.take(event) or mistakes.found:
                return None
    except NotQuick:
        return None
    return tree.root if tree.root is not None else Node(1, None)


def _read_carefully(text: str, mistakes: Mistakes) -> Node:
    tree = _Tree(mistakes)
    try:
        for event in events(text):
            if not tree.take(event):
                return Node(1, BROKEN)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        what = " ".join(str(error.problem or error.context or "cannot be read").split())
        mistakes.add(mark.line + 1 if mark is not None else 1, f"this is not YAML: {what}")
        return Node(1, BROKEN)
    except (YAMLError, ValueError) as error:
        # ruamel reports characters that YAML forbids without a mark, and some bad escapes as plain ValueError.
        mistakes.add(_line_of_forbidden(text), f"this is not YAML: {' '.join(str(error).split())}")
        return Node(1, BROKEN)
    return tree.root if tree.root is not None else Node(1, None)


def _line_of_forbidden(text: str) -> int:
    for number, line in enumerate(text.split("\n"), start=1):
        if any(not allowed(character) for character in line):
            return number
    return 1


def allowed(character: str) -> bool:
    """Whether a suite's texts may hold the character."""
    return character in "\t\r\n\x85" or (
        character >= " " and (character.isprintable() or character.isspace())
    )


@dataclass(slots=True)
class _Open:
    """A mapping or list whose end has not come; `key` is the key that waits for its value."""

    line: int
    items: list[Node] | dict[str, Node]
    key: str | None = None
    key_line: int = 0
    expects_key: bool = True
    broken_key: bool = False


class _Tree:
    """Puts parse events together into nodes."""

    def __init__(self, mistakes: Mistakes) -> None:
        self.root: Node | None = None
        self._mistakes = mistakes
        self._open: list[_Open] = []
        self._values = 0

    def take(self, event: Any) -> bool:
        """Takes the next event; False when there is no sense in going on."""
        line = event.start_mark.line + 1 if event.start_mark is not None else 1
        self._values += 1
        if self._values > MAX_VALUES:
            self._mistakes.add(line, f"more than {MAX_VALUES} values; split the suite")
        if self._values > MAX_VALUES or self._mistakes.full:
            return False
        match kind_of_event(event):
            case EventKind.SCALAR:
                self._refuse_decoration(event, line)
                self._scalar(event, line)
            case EventKind.MAPPING | EventKind.SEQUENCE as kind:
                self._refuse_decoration(event, line)
                if len(self._open) >= MAX_DEPTH:
                    self._mistakes.add(line, f"nested deeper than {MAX_DEPTH} levels")
                    return False
                self._open.append(_Open(line, {} if kind is EventKind.MAPPING else []))
            case EventKind.END:
                closed = self._open.pop()
                self._place(Node(closed.line, closed.items))
            case EventKind.ALIAS:
                self._mistakes.add(
                    line, f"the alias *{event.anchor[:40]} is not allowed; write the value out"
                )
                self._place(Node(line, BROKEN))
            case EventKind.DOCUMENT:
                if event.version is not None or event.tags:
                    self._mistakes.add(line, "a directive (%YAML, %TAG) is not allowed")
                if self.root is not None:
                    self._mistakes.add(line, "a second document begins; one file is one suite")
                    return False
            case EventKind.OTHER:
                pass
        return True

    def _refuse_decoration(self, event: Any, line: int) -> None:
        if event.anchor is not None:
            self._mistakes.add(line, f"the anchor &{event.anchor[:40]} is not allowed; write the value out")
        if event.tag is not None:
            self._mistakes.add(line, f"the tag {event.tag[:80]} is not allowed; quotes make a text")

    def _scalar(self, event: Any, line: int) -> None:
        text: str = event.value
        plain = not event.style  # ruamel says None, libyaml an empty text
        bad = None
        if not text.isprintable():
            bad = next(
                (character for character in text if character != "\n" and not allowed(character)), None
            )
        if bad is not None:
            self._mistakes.add(
                line, f"a text holds the character U+{ord(bad):04X}, which cannot be spoken or stored"
            )
            self._place(Node(line, BROKEN))
        elif self._open and isinstance(self._open[-1].items, dict) and self._open[-1].expects_key:
            self._key(text, line, plain=plain)
        else:
            self._place(Node(line, self._resolve(text, line) if plain else text, text))

    def _resolve(self, text: str, line: int) -> Scalar | Broken:
        if text in _NULL:
            return None
        if text in _TRUE or text in _FALSE:
            return text in _TRUE
        if text[0] not in _FIRST_OF_NUMBER:
            return text
        if not any(number.fullmatch(text) for number in (_INT, _FLOAT, _NOT_FINITE)):
            return text
        if _INT.fullmatch(text) and not _PLAIN_INT.fullmatch(text):
            self._mistakes.add(line, f'{text} would lose its digits as a number; put it in quotes: "{text}"')
            return BROKEN
        if len(text) > MAX_DIGITS or _NOT_FINITE.fullmatch(text) or not math.isfinite(float(text)):
            self._mistakes.add(line, f"{text[:40]} is no usable number; if it is a text, put it in quotes")
            return BROKEN
        return int(text) if _INT.fullmatch(text) else float(text)

    def _key(self, text: str, line: int, *, plain: bool) -> None:
        mapping = self._open[-1]
        mapping.expects_key, mapping.key_line, mapping.broken_key = False, line, True
        assert isinstance(mapping.items, dict)
        if plain and text == "<<":
            self._mistakes.add(line, "the merge key << is not allowed; write the keys out")
        elif plain and (text in _NULL or text in _TRUE or text in _FALSE or _FLOAT.fullmatch(text)):
            self._mistakes.add(
                line, f'the key {text[:40] or "(nothing)"} is no text; put it in quotes: "{text[:40]}"'
            )
        elif text in mapping.items:
            first = mapping.items[text].line
            self._mistakes.add(
                line, f"`{text[:40]}` stands here for the second time; the first is on line {first}"
            )
        else:
            mapping.key, mapping.broken_key = text, False

    def _place(self, node: Node) -> None:
        if not self._open:
            self.root = node
            return
        parent = self._open[-1]
        if isinstance(parent.items, list):
            parent.items.append(node)
        elif parent.expects_key:
            if node.value is not BROKEN:
                self._mistakes.add(node.line, "a key must be a plain text")
            parent.expects_key, parent.broken_key, parent.key_line = False, True, node.line
        else:
            if not parent.broken_key and parent.key is not None:
                parent.items[parent.key] = Node(parent.key_line, node.value, node.source)
            parent.expects_key = True
