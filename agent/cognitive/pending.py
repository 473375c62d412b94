"""What a dialogue keeps of values from one turn to the next: one that awaits the caller's yes, and those just taken."""

from __future__ import annotations

from dataclasses import dataclass

MOST_ATTEMPTS = 2
"""So often a value is asked for again after it was turned down; then a branch of the flow is taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """A value that does not count yet.

    Attributes:
        state: the state whose capture it is.
        variable: what it will be kept as.
        value: the value read back; empty where the caller turned it down and is asked anew.
        other: the value that was said, where `value` was keyed in and differs; else empty.
        branch: the branch to take once it counts; empty where the question that is open stays open.
        attempts: how often the caller has been asked about it in vain.
        by_keys: whether `value` was keyed in.
    """

    state: str
    variable: str
    value: str
    other: str = ""
    branch: str = ""
    attempts: int = 0
    by_keys: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """The values taken last: they can still be put right in the turn after, while the next question is open.

    Attributes:
        state: the state whose captures they are.
        variables: what they are kept as.
        turn: the number of caller turns when they were taken, that turn included.
        by_keys: whether they were keyed in.
    """

    state: str
    variables: tuple[str, ...]
    turn: int
    by_keys: bool = False
