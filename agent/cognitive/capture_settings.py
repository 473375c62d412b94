"""How a value is taken from the caller beyond its type: confirmation, bounds, choices, keys. Values only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Confirm(StrEnum):
    """When a value is read back to the caller before it counts."""

    LOW = "low"  # where the recogniser or the reader is not sure of it
    ALWAYS = "always"
    NEVER = "never"


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptureSettings:
    """The settings of one capture; `docs/slots.md` says which type takes which.

    Attributes:
        confirm: when the value is read back; None for the type's own habit.
        unconfirmed: the branch taken when the caller has turned it down too often; empty for `unclear`.
        choices: of a closed list, the synonyms by choice.
        keys: the choice that telephone keys stand for.
        least: the lower bound: a number, a time `HH:MM`, or the fewest signs; empty for none.
        most: the upper bound.
        currency: the currency of a sum said without one, ISO 4217.
    """

    confirm: Confirm | None = None
    unconfirmed: str = ""
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    keys: Mapping[str, str] = field(default_factory=dict)
    least: str = ""
    most: str = ""
    currency: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueTexts:
    """What the agent says about a value that was taken: `{{value}}` and `{{other}}` are its spoken form.

    Attributes:
        read_back: asks whether a value is right.
        which: asks which of two is, `value` from the keys and `other` from the words.
        sorry: said before the question is asked again because a value was wrong.
        corrected: said once a value has been put right.
    """

    read_back: str = "I have {{value}}. Is that right?"
    which: str = (
        "I have {{value}} from your keypad, and {{other}} from what you said. Which of them is right?"
    )
    sorry: str = "Sorry about that."
    corrected: str = "{{value}}, then."
