"""What a reader makes of the caller's words: a value, and whether it can be only that one."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A value as it is kept.

    Attributes:
        value: the value.
        sure: false where the caller should be asked whether it is right.
        repaired: whether it stands after words that take back what stood before them.
    """

    value: str
    sure: bool = True
    repaired: bool = field(default=False, compare=False)
