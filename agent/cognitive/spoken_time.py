"""Dates and times in words, in the caller's own time zone: "Tuesday at ten thirty in the morning".

A slot travels as ISO 8601 with its offset and is turned into words only where it is said. Where the call names the
caller's zone the slot is moved there first; else it is said as its calendar wrote it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from agent.cognitive.spoken_words import spoken_minute
from agent.number_words import cardinal, ordinal

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_WEEK_DAYS = 7


def local_time(iso: str, time_zone: str = "") -> datetime | None:
    """The moment `iso` on the clock of `time_zone`; None when `iso` is no date and time."""
    try:
        moment = datetime.fromisoformat(iso)
    except ValueError:
        return None
    if not time_zone or moment.tzinfo is None:
        return moment
    try:
        return moment.astimezone(ZoneInfo(time_zone))
    except (ZoneInfoNotFoundError, ValueError):
        return moment


def spoken_day(day: date, today: date | None) -> str:
    """The weekday alone within the coming week, with its date beyond: "Tuesday the second of June"."""
    weekday = WEEKDAYS[day.weekday()]
    if today is not None and 0 <= (day - today).days < _WEEK_DAYS:
        return weekday
    return f"{weekday} the {ordinal(day.day)} of {MONTHS[day.month - 1]}"


def spoken_clock(hour: int, minute: int) -> str:
    """The time of day: "ten thirty in the morning", "noon", "five in the afternoon"."""
    if minute == 0 and hour in (0, 12):
        return "noon" if hour == 12 else "midnight"
    part = "in the morning" if hour < 12 else "in the afternoon" if hour < 18 else "in the evening"
    name = cardinal(hour % 12 or 12)
    return f"{name} {part}" if minute == 0 else f"{name} {spoken_minute(minute)} {part}"


def spoken_time(iso: str, *, now_iso: str = "", time_zone: str = "") -> str:
    """A moment in words; `iso` itself where it is no date and time."""
    moment = local_time(iso, time_zone)
    if moment is None:
        return iso
    now = local_time(now_iso, time_zone)
    day = spoken_day(moment.date(), now.date() if now else None)
    return f"{day} at {spoken_clock(moment.hour, moment.minute)}"


def spoken_choice(isos: Sequence[str], *, now_iso: str = "", time_zone: str = "") -> str:
    """Several moments offered: "A", "A or B", "A, B or C"."""
    said = [spoken_time(iso, now_iso=now_iso, time_zone=time_zone) for iso in isos]
    return said[0] if len(said) == 1 else f"{', '.join(said[:-1])} or {said[-1]}" if said else ""
