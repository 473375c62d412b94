"""What must come of a generated call: the scenario's expectation with its values replaced by the call's own. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from agent.cognitive.spoken_time import MONTHS, WEEKDAYS, spoken_time
from evals.generating.values import replaced
from evals.scenario.model import Expectation, Scenario

# A phrase with one of these speaks of a time, and may be true of no other.
_TIME_WORDS = frozenset(
    word.lower()
    for word in (
        *WEEKDAYS,
        *MONTHS,
        "today",
        "tomorrow",
        "tonight",
        "morning",
        "afternoon",
        "evening",
        "noon",
        "o'clock",
    )
)


@dataclass(slots=True)
class Changes:
    """How a call's values differ from its scenario's.

    Attributes:
        exact: texts that are a value, old to new.
        slot: the slot that the call ends with, old and new; the old one empty where the scenario names none.
        captured: what an agent must hold whether the scenario asked for it or not, since the caller said it.
        captured_if_asked: what it must hold in the caller's own words, where the scenario asks for it.
        when: times to ring back or to be offered others, as the caller put them.
    """

    exact: dict[str, str] = field(default_factory=dict)
    slot: tuple[str, str] | None = None
    captured: dict[str, str] = field(default_factory=dict)
    captured_if_asked: dict[str, str] = field(default_factory=dict)
    when: list[str] = field(default_factory=list)

    def renamed(self, text: str, old: str, new: str) -> str:
        """The text with another name in it."""
        return re.sub(rf"\b{re.escape(old)}\b", new, text)


def expectation(scenario: Scenario, changes: Changes, *, now: str) -> Expectation:
    """What must come of the call.

    Args:
        scenario: as it was written.
        changes: the call's values.
        now: the call's wall clock.
    """
    expect = scenario.expect
    tools = tuple(
        replace(
            tool, arguments={name: replaced(value, changes.exact) for name, value in tool.arguments.items()}
        )
        for tool in expect.tools
    )
    captured = {name: changes.exact.get(value, value) for name, value in expect.captured.items()}
    captured |= {name: value for name, value in changes.captured_if_asked.items() if name in captured}
    captured |= changes.captured
    return replace(expect, tools=tools, captured=captured, says=_says(scenario, changes, now=now))


def _says(scenario: Scenario, changes: Changes, *, now: str) -> tuple[str, ...]:
    """What must be heard: a slot in the words for the new one, a time to ring back in the caller's own."""
    told = []
    for phrase in scenario.expect.says:
        words = set(phrase.lower().split())
        if not words & _TIME_WORDS:
            told.append(_renamed(phrase, scenario, changes))
            continue
        new = _spoken_anew(phrase, scenario, changes, now=now)
        if new is None and not changes.slot and not changes.when:
            new = phrase
        if new is not None:
            told.append(new)
    return tuple(dict.fromkeys(told))


def _spoken_anew(phrase: str, scenario: Scenario, changes: Changes, *, now: str) -> str | None:
    """The phrase with the call's time in place of the scenario's; None where that cannot be told."""
    if changes.slot is not None:
        old, new = changes.slot
        zone = scenario.time_zone
        before = spoken_time(old, now_iso=scenario.now_iso, time_zone=zone).lower()
        after = spoken_time(new, now_iso=now, time_zone=zone).lower()
        if old and before in phrase.lower():
            return phrase.lower().replace(before, after)
        return None
    return changes.when[-1] if changes.when else None


def _renamed(phrase: str, scenario: Scenario, changes: Changes) -> str:
    old = scenario.variables.get("first_name", "")
    return changes.renamed(phrase, old, changes.exact[old]) if old in changes.exact else phrase
