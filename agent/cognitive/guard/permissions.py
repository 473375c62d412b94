"""What a tool may be asked to do, and to whom a call may be given: by lists of the flow, whatever anybody says. Pure.

Which tools a flow may call stands under its `tools`. Here an argument is bound to a list, so that a caller who talks a
model into `{"to": "+882 …"}` gets nowhere (toll fraud; OWASP LLM06, excessive agency).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from agent.turn import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class ArgumentRule:
    """The values that an argument of a tool may have; `argument` may lead inside by dots ("contact.owner")."""

    tool: str
    argument: str
    allowed: tuple[str, ...]


def refusals(rules: Sequence[ArgumentRule], tool: str, arguments: Mapping[str, Json]) -> list[str]:
    """Why a call of the tool must not be made, one sentence a reason; none when it may.

    An argument that a rule names and the call leaves out is no reason: the tool has its own default.
    """
    reasons = []
    for rule in rules:
        if rule.tool != tool:
            continue
        for value in _values(arguments, rule.argument.split(".")):
            if not _allowed(value, rule.allowed):
                reasons.append(f"{tool}: {rule.argument} may not be {str(value)[:60]!r}")
    return reasons


def transfer_allowed(target: str, allowed: Sequence[str] | None) -> bool:
    """Whether a call may be given to `target`; None stands for a flow that has no such list.

    Telephone numbers are compared by their digits, everything else as it is.
    """
    return allowed is None or _allowed(target, allowed)


def _allowed(value: Json, allowed: Sequence[str]) -> bool:
    return isinstance(value, str | int) and _same_form(str(value)) in {_same_form(item) for item in allowed}


def _same_form(target: str) -> str:
    digits = re.sub(r"[\s().-]", "", target)
    if re.fullmatch(r"\+?[0-9]+", digits):
        return digits
    return target.strip()


def _values(holder: Json, path: Sequence[str]) -> list[Json]:
    """What stands at a path, in every item of a list on the way."""
    if isinstance(holder, list | tuple):
        return [value for item in holder for value in _values(item, path)]
    if not path:
        return [holder]
    if isinstance(holder, Mapping):
        return _values(holder[path[0]], path[1:]) if path[0] in holder else []
    return []
