"""Lines that a caller must have heard before the conversation may go on: "this call is recorded". Pure.

Said is not heard: a caller who interrupts has heard what came before (`TurnInput.heard`). So the engine keeps the
replies with what of each was heard, asks `due` before it enters a state, and says the lines that come back first. A
caller who talks over the line again and again is not asked for ever: after `tries` the call goes `otherwise`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from agent.cognitive.guard.located_words import locate

DEFAULT_TRIES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Disclosure:
    """A line that must have been heard.

    Attributes:
        name: what it is called in the flow and in the log.
        say: the line; placeholders are filled by the engine before it is compared.
        before: the states that may not be entered unheard.
        tries: how often it is said at most.
        otherwise: the state entered instead when it was said so often and never heard; empty to go on saying it.
    """

    name: str
    say: str
    before: tuple[str, ...]
    tries: int = DEFAULT_TRIES
    otherwise: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SaidReply:
    """A reply of the agent: all that it said, and what the caller heard of it (None: everything)."""

    text: str
    heard: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """What stands between the call and a state: lines to say first, or another state to go to."""

    say: tuple[Disclosure, ...] = ()
    go_to: str = ""

    def __bool__(self) -> bool:
        return bool(self.say or self.go_to)


def due(disclosures: Sequence[Disclosure], state: str, history: Sequence[SaidReply]) -> Due:
    """What must happen before `state` may be entered; a false value when nothing must.

    Args:
        disclosures: the flow's, with their lines filled as they are spoken.
        state: the state about to be entered.
        history: the call's replies, oldest first. A reply that is still being spoken counts as not heard.
    """
    unheard = [
        disclosure
        for disclosure in disclosures
        if state in disclosure.before and not was_heard(disclosure.say, history)
    ]
    for disclosure in unheard:
        if disclosure.otherwise and times_said(disclosure.say, history) >= disclosure.tries:
            return Due(go_to=disclosure.otherwise)
    return Due(say=tuple(unheard))


def was_heard(line: str, history: Sequence[SaidReply]) -> bool:
    """Whether the caller heard the whole line in one reply."""
    return any(_contains(reply.text if reply.heard is None else reply.heard, line) for reply in history)


def times_said(line: str, history: Sequence[SaidReply]) -> int:
    """In how many replies the line was said, heard or not."""
    return sum(_contains(reply.text, line) for reply in history)


def _contains(text: str, line: str) -> bool:
    wanted = locate(line).plain.strip()
    return bool(wanted) and f" {wanted} " in locate(text).plain
