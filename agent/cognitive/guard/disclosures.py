"""Lines that a caller must have heard before the conversation may go on: "this call is recorded". Pure.

Said is not heard: a caller who interrupts has heard what came before (`TurnInput.heard`). `disclosing.py` keeps
what was heard, the walk says a line again that was not, and a caller who talks over it `tries` times goes `otherwise`.
"""

from __future__ import annotations

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


def was_heard(line: str, heard: str) -> bool:
    """Whether the whole line is in what the caller heard of a reply, whatever its capitals and signs."""
    wanted = locate(line).plain.strip()
    return bool(wanted) and f" {wanted} " in locate(heard).plain
