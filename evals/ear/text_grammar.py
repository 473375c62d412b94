"""A small grammar of sentences: rules by name, each a choice of templates with slots.

A rule is a text: its lines are alternatives (an indented one continues the line before), and so are the parts between
bars. `{name}` stands for the rule of that name and `{a|b|}` for one of these, or nothing; slots nest. A rule may also
be a function of the dice.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

import numpy as np

T = TypeVar("T")

_CONTINUED = re.compile(r"\n[ ]+")


class Dice:
    """Draws from one random stream."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._random = rng.random

    def share(self) -> float:
        """A number from 0 to 1."""
        return self._random()

    def below(self, count: int) -> int:
        """One of 0, 1, ... count - 1."""
        return int(self._random() * count)

    def between(self, low: int, high: int) -> int:
        """One of low, ... high, both included."""
        return low + int(self._random() * (high - low + 1))

    def chance(self, probability: float) -> bool:
        """True with this probability."""
        return self._random() < probability

    def pick(self, members: Sequence[T]) -> T:
        """One of the members."""
        return members[int(self._random() * len(members))]


Maker = Callable[[Dice], str]
Rules = Mapping[str, str | Maker]


class Grammar:
    """Rules made ready to speak."""

    def __init__(self, *rules: Rules) -> None:
        self._makers: dict[str, Maker] = {}
        self._wanted: set[str] = set()
        for name, rule in (pair for part in rules for pair in part.items()):
            if name in self._makers:
                raise ValueError(f"two rules have the name {name!r}")
            self._makers[name] = self._lines(rule) if isinstance(rule, str) else rule
        if missing := sorted(self._wanted - self._makers.keys()):
            raise ValueError(f"slots without a rule: {', '.join(missing)}")

    def say(self, name: str, dice: Dice) -> str:
        """A sentence of the rule, words parted by single spaces."""
        return " ".join(self._makers[name](dice).split())

    def _lines(self, rule: str) -> Maker:
        return _one_of([self._choice(line) for line in _lines(rule)])

    def _choice(self, text: str) -> Maker:
        return _one_of([self._sequence(part) for part in _split(text)])

    def _sequence(self, text: str) -> Maker:
        parts: list[str | Maker] = []
        while text:
            before, brace, rest = text.partition("{")
            parts.append(before)
            if not brace:
                break
            end = _closing(rest)
            parts.append(self._slot(rest[:end]))
            text = rest[end + 1 :]
        if len(parts) <= 1:
            words = text
            return lambda dice: words
        return lambda dice: "".join([part if isinstance(part, str) else part(dice) for part in parts])

    def _slot(self, text: str) -> Maker:
        if "|" in text:
            return self._choice(text)
        self._wanted.add(text)
        return lambda dice: self._makers[text](dice)


def alternatives(rule: str) -> list[str]:
    """The templates of a rule, those between its bars apart.

    Raises:
        ValueError: its braces do not match.
    """
    return [part.strip() for line in _lines(rule) for part in _split(line) if part.strip()]


def _lines(rule: str) -> list[str]:
    return _CONTINUED.sub(" ", rule.strip()).splitlines()


def _one_of(makers: list[Maker]) -> Maker:
    if len(makers) == 1:
        return makers[0]
    return lambda dice: dice.pick(makers)(dice)


def _split(text: str) -> list[str]:
    """The parts between the bars that stand in no braces."""
    parts, depth, start = [], 0, 0
    for at, char in enumerate(text):
        depth += (char == "{") - (char == "}")
        if char == "|" and depth == 0:
            parts.append(text[start:at])
            start = at + 1
    return [*parts, text[start:]]


def _closing(text: str) -> int:
    """Where the brace closes that opened before the text."""
    depth = 1
    for at, char in enumerate(text):
        depth += (char == "{") - (char == "}")
        if depth == 0:
            return at
    raise ValueError(f"a brace stays open before {text!r}")
