"""What a dialogue keeps of the lines that must have been heard (`guard/disclosures.py` says what these are). Pure.

The memory of a call forgets old lines, so what was heard is noted when the caller's next turn tells it: all of the last
reply, or what the caller had heard of it when they spoke over it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from agent.cognitive.dialogue import Dialogue
from agent.cognitive.guard.disclosures import Disclosure, was_heard
from agent.cognitive.guard.rules import Guard
from agent.cognitive.memory import AGENT, heard_so_far
from agent.turn import TurnInput


def with_heard_lines(
    guard: Guard, dialogue: Dialogue, turn: TurnInput, filled: Callable[[str], str]
) -> Dialogue:
    """The dialogue with the names of lines that the caller has heard by now.

    Args:
        filled: a line with its placeholders filled, as it was spoken.
    """
    said = heard_so_far(dialogue, turn).said if guard.must_hear else ()
    if not said or said[-1].who != AGENT:
        return dialogue
    heard = [
        disclosure.name
        for disclosure in guard.must_hear
        if disclosure.name not in dialogue.disclosed and was_heard(filled(disclosure.say), said[-1].text)
    ]
    return replace(dialogue, disclosed=(*dialogue.disclosed, *heard)) if heard else dialogue


def unheard(guard: Guard, dialogue: Dialogue, state: str) -> tuple[Disclosure, ...]:
    """The lines that must have been heard before this state and were not."""
    return tuple(
        disclosure
        for disclosure in guard.must_hear
        if state in disclosure.before and disclosure.name not in dialogue.disclosed
    )


def with_lines_said(dialogue: Dialogue, owed: Sequence[Disclosure]) -> Dialogue:
    """The dialogue with these lines said once more."""
    counts = {disclosure.name: dialogue.disclosing.get(disclosure.name, 0) + 1 for disclosure in owed}
    return replace(dialogue, disclosing={**dialogue.disclosing, **counts})


def too_often(dialogue: Dialogue, owed: Sequence[Disclosure]) -> str:
    """The state to go to because a line was said as often as it may be; empty for none."""
    return next(
        (
            disclosure.otherwise
            for disclosure in owed
            if disclosure.otherwise and dialogue.disclosing.get(disclosure.name, 0) >= disclosure.tries
        ),
        "",
    )
