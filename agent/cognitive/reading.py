"""What a reader makes of the caller's words: a value, and whether it can be only that one."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A value as it is kept; `sure` is false where the caller should be asked whether it is right."""

    value: str
    sure: bool = True
