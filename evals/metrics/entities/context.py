"""What must be known of a call to read what is said in it: its day, its country, its way with dates."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class EntityContext:
    """Where and when something was said.

    Attributes:
        today: the day of the call, for "tomorrow" and dates without a year; None when it is not known.
        country: ISO 3166 code such as `GB`, for numbers said without a country's code; empty when it is not known.
        day_first: whether 3/5/2026 is in May.
    """

    today: date | None = None
    country: str = ""
    day_first: bool = True
