"""Whether a value was said: a text by its words, a date and time by the words that people say it in."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from evals.metrics.normaliser import contains_words, normalise
from evals.record import CallRecord

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def says_value(text: str, value: str, record: CallRecord) -> bool:
    """Whether the text says the value.

    Args:
        text: what was heard.
        value: a text, or a date and time in ISO 8601, such as a slot.
        record: gives the caller's time zone, in which a slot must be said, and the day of the call.
    """
    moment = _moment(value, record)
    if moment is None:
        return contains_words(normalise(text), normalise(value))
    heard = normalise(text)
    day = any(contains_words(heard, name) for name in _day_names(moment, record))
    return day and any(contains_words(heard, name) for name in _clock_names(moment))


def _moment(value: str, record: CallRecord) -> datetime | None:
    if "T" not in value:
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    zone = str(record.scenario.get("time_zone") or "")
    if moment.tzinfo is None or not zone:
        return moment
    try:
        return moment.astimezone(ZoneInfo(zone))
    except (ZoneInfoNotFoundError, ValueError):
        return moment


def _day_names(moment: datetime, record: CallRecord) -> list[str]:
    names = [_WEEKDAYS[moment.weekday()]]
    try:
        today = datetime.fromisoformat(str(record.scenario.get("now_iso") or "")).date()
    except ValueError:
        return names
    if moment.date() == today:
        names.append("today")
    elif moment.date() == today + timedelta(days=1):
        names.append("tomorrow")
    return names


def _clock_names(moment: datetime) -> list[str]:
    """The time of day as normalised text has it: "ten thirty" and "10:30" are both 1030."""
    hour, minute = moment.hour, moment.minute
    short = hour % 12 or 12
    spoken = [normalise(f"{short}:{minute:02d}"), normalise(f"{hour}:{minute:02d}")]
    if minute == 0:
        spoken += [normalise(str(short)), *({12: ["noon"], 0: ["midnight"]}.get(hour, []))]
    if minute in (15, 30):
        part = "quarter" if minute == 15 else "half"
        spoken.append(normalise(f"{part} past {short}"))
    if minute == 45:
        spoken.append(normalise(f"quarter to {short % 12 + 1}"))
    return spoken
