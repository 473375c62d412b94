"""How a flow wants a tool called: for how long, how often, and what the caller hears meanwhile."""

from __future__ import annotations

from dataclasses import dataclass

DEFAULT_DEADLINE_MS = 2000
"""Longer than this without a word, and a caller asks whether anybody is there."""
DEFAULT_FILLER_AFTER_MS = 800
"""Our choice: a pause that a caller still takes for thinking, and well before the deadline."""
DEFAULT_ATTEMPTS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolRules:
    """What a flow says of one of its tools.

    Attributes:
        deadline_ms: after this the call has failed, all its attempts and waits included.
        filler: said to the caller when the answer is slow; nothing when empty.
        filler_after_ms: how slow that is.
        attempts: a call that failed in passing is made so often at most; only where repeating it is harmless.
    """

    deadline_ms: int = DEFAULT_DEADLINE_MS
    filler: str = ""
    filler_after_ms: int = DEFAULT_FILLER_AFTER_MS
    attempts: int = DEFAULT_ATTEMPTS
