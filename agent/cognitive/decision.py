"""Branches taken by what is known already, with nothing asked: "gold customers go to their own desk". Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from agent.cognitive.wording import Value


class Test(StrEnum):
    """What a condition asks of a variable; for one that has no value only `known: false` holds."""

    __test__ = False  # not one of pytest's

    IS = "is"  # it has this value, in whatever letters
    AMONG = "among"  # it has one of these values
    AT_LEAST = "at_least"  # it is a number, no less than this
    AT_MOST = "at_most"  # it is a number, no more than this
    KNOWN = "known"  # whether it has a value at all


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """A test of one variable; `value` is a text, several, a number or a truth, as the test wants."""

    variable: str
    test: Test
    value: str | tuple[str, ...] | float | bool

    def holds(self, variables: Mapping[str, Value]) -> bool:
        """Whether it is so."""
        held = variables.get(self.variable, "")
        text = held if isinstance(held, str) else ", ".join(held)
        match self.test:
            case Test.KNOWN:
                return bool(text) is self.value
            case Test.IS | Test.AMONG:
                wanted = self.value if isinstance(self.value, tuple) else (str(self.value),)
                return bool(text) and _folded(text) in map(_folded, wanted)
            case Test.AT_LEAST | Test.AT_MOST:
                number = _number(text)
                if number is None or isinstance(self.value, str | tuple):
                    return False
                return number >= self.value if self.test is Test.AT_LEAST else number <= self.value

    def __str__(self) -> str:
        match self.test:
            case Test.KNOWN:
                return f"{self.variable} is {'known' if self.value else 'not known'}"
            case Test.AMONG if isinstance(self.value, tuple):
                return f"{self.variable} is {' or '.join(self.value)}"
            case Test.IS:
                return f"{self.variable} is {self.value}"
            case _:
                return f"{self.variable} is {self.test.replace('_', ' ')} {self.value:g}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Conditions that must all hold, and the branch that is then taken."""

    conditions: tuple[Condition, ...]
    branch: str


def decided(rules: Sequence[Rule], variables: Mapping[str, Value]) -> str | None:
    """The branch of the first rule whose conditions hold; None when there is none."""
    for rule in rules:
        if all(condition.holds(variables) for condition in rule.conditions):
            return rule.branch
    return None


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if number == number else None  # not a number is no number
