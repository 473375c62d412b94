"""Reading a mapping of a suite file, key by key, with every mistake noted under its line.

pydantic would do this in fewer lines, but once a field is wrong it checks nothing across fields; here a wrong type
in one scenario must not hide an unknown line in another.
"""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Iterable, Iterator, Sequence

from agent.turn import Json
from evals.scenario.yaml_lines import BROKEN, Broken, Mistakes, Node

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_+-]*")
MAX_TEXT = 2000


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`; did you mean `x`?` for the nearest known word, or nothing."""
    close = difflib.get_close_matches(word, list(known), n=1)
    return f"; did you mean `{close[0]}`?" if close else ""


def unknown(what: str, word: str, known: Iterable[str]) -> str:
    """One sentence for a name that is not among the known ones: the nearest of them, or all when there are few."""
    names = sorted(known)
    hint = did_you_mean(word, names)
    if not hint and 0 < len(names) <= 20:
        hint = "; known: " + ", ".join(names)
    return f"unknown {what} `{_shown(word)}`{hint}"


def kind_of(node: Node) -> str:
    """What a value is, in the words of someone who wrote it."""
    match node.value:
        case None:
            return "nothing"
        case bool():
            return f"the truth value {node.source}"
        case int() | float():
            return f"the number {node.source}"
        case str():
            return f'the text "{_shown(node.value)}"'
        case list():
            return "a list"
        case dict():
            return "a mapping"
        case Broken():
            return "unusable"


def to_json(node: Node) -> Json:
    """The value as plain JSON, lines forgotten."""
    match node.value:
        case list():
            return [to_json(item) for item in node.value]
        case dict():
            return {key: to_json(item) for key, item in node.value.items()}
        case Broken():
            return None
        case _:
            return node.value


class Fields:
    """A mapping that is being read.

    Args:
        node: the mapping; anything else is noted as a mistake and reads as empty.
        place: where it stands, for the messages: "scenario `x`: step 2".
        known: its keys, or None when they are free names.
        mistakes: takes what is wrong.
    """

    def __init__(self, node: Node, place: str, known: Sequence[str] | None, mistakes: Mistakes) -> None:
        self.line = node.line
        self.place = place
        self.mistakes = mistakes
        self.usable = isinstance(node.value, dict)
        self._items: dict[str, Node] = node.value if isinstance(node.value, dict) else {}
        if not self.usable and node.value is not BROKEN:
            keys = f" ({', '.join(known)})" if known else ""
            self.wrong(node.line, f"must be a mapping{keys}, not {kind_of(node)}")
        if known is not None:
            for key, item in self._items.items():
                if mistakes.full:
                    break
                if key not in known:
                    self.wrong(item.line, unknown("key", key, known))

    def wrong(self, line: int, text: str) -> None:
        """Notes a mistake of this mapping."""
        self.mistakes.add(line, f"{self.place}: {text}" if self.place else text)

    def __contains__(self, key: str) -> bool:
        return key in self._items

    def node(self, key: str) -> Node | None:
        """The key's value as it stands, or None."""
        return self._items.get(key)

    def items(self) -> Iterator[tuple[str, Node]]:
        """Every key with its value."""
        yield from self._items.items()

    def line_of(self, key: str) -> int:
        """The key's line, or the mapping's when it is missing."""
        return self._items[key].line if key in self._items else self.line

    def require(self, *keys: str) -> None:
        """Notes each of `keys` that is missing."""
        for key in keys:
            if self.usable and key not in self._items:
                self.wrong(self.line, f"`{key}` is missing")

    def text(self, key: str, default: str = "", *, limit: int = MAX_TEXT) -> str:
        """A text; numbers and truth values are refused with a call for quotes."""
        node = self._items.get(key)
        if node is None:
            return default
        return as_text(node, f"`{key}`", self, limit=limit) or default

    def name(self, key: str, default: str = "") -> str:
        """A text that may stand in a case's id: letters, digits, `_`, `-`, `+`."""
        text = self.text(key)
        if text and not NAME.fullmatch(text):
            self.wrong(
                self.line_of(key), f'`{key}` must be of letters, digits, _ and -, not "{_shown(text)}"'
            )
            return default
        return text or default

    def integer(self, key: str, low: int, high: int) -> int | None:
        """A whole number from `low` to `high`."""
        node = self._items.get(key)
        if node is None or node.value is BROKEN:
            return None
        if isinstance(node.value, int) and not isinstance(node.value, bool) and low <= node.value <= high:
            return node.value
        self.wrong(node.line, f"`{key}` must be a whole number from {low} to {high}, not {kind_of(node)}")
        return None

    def number(self, key: str, low: float, high: float) -> float | None:
        """A number from `low` to `high`."""
        node = self._items.get(key)
        if node is None or node.value is BROKEN:
            return None
        value = node.value
        if isinstance(value, int | float) and not isinstance(value, bool) and low <= value <= high:
            return float(value)
        top = "" if math.isinf(high) else f" to {high:g}"
        self.wrong(node.line, f"`{key}` must be a number from {low:g}{top}, not {kind_of(node)}")
        return None

    def mapping(self, key: str, known: Sequence[str] | None, place: str = "") -> Fields:
        """The mapping under `key`, empty when it is missing."""
        node = self._items.get(key, Node(self.line, {}))
        inner = place or f"`{key}`"
        return Fields(node, f"{self.place}: {inner}" if self.place else inner, known, self.mistakes)

    def sequence(self, key: str) -> list[Node]:
        """The items of the list under `key`."""
        node = self._items.get(key)
        if node is None or node.value is BROKEN:
            return []
        if not isinstance(node.value, list):
            self.wrong(node.line, f"`{key}` must be a list, not {kind_of(node)}")
            return []
        return node.value

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts; those that are none are noted and left out."""
        found = []
        for number, node in enumerate(self.sequence(key), start=1):
            text = as_text(node, f"item {number} of `{key}`", self)
            if text:
                found.append(text)
        return tuple(found)

    def text_mapping(self, key: str) -> dict[str, str]:
        """A mapping from free names to texts."""
        inner = self.mapping(key, None)
        return {name: as_text(node, f"`{name}`", inner) or "" for name, node in inner.items()}


def as_text(node: Node, what: str, fields: Fields, *, limit: int = MAX_TEXT) -> str | None:
    """The node's text with its white space made single; None, and a mistake in `fields`, when it is none."""
    match node.value:
        case str():
            text = " ".join(node.value.split())
            if not text:
                fields.wrong(node.line, f"{what} is empty")
            elif len(text) > limit:
                fields.wrong(node.line, f"{what} has {len(text)} characters; {limit} is the most")
            else:
                return text
        case bool() | int() | float():
            fields.wrong(
                node.line,
                f'{what} must be a text, not {kind_of(node)}; put it in quotes: "{_shown(node.source)}"',
            )
        case Broken():
            pass
        case _:
            fields.wrong(node.line, f"{what} must be a text, not {kind_of(node)}")
    return None


def _shown(text: str) -> str:
    return text if len(text) <= 40 else text[:37] + "..."
