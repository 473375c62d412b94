"""Dates, times of day and moments as ISO 8601, in the caller's time zone. Pure.

A time that leaves its half of the day open is the one between `earliest` and `latest`; without those bounds the one of
a working day, 07:00 to 18:59, of which the reading is not sure.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from agent.cognitive.clock_reading import ClockTime, clock_times
from agent.cognitive.day_reading import days
from agent.cognitive.number_reading import read_quantity
from agent.cognitive.reading import Reading
from agent.cognitive.spoken_time import local_time

# These may stand between a time and its half of the day: "at nine tomorrow morning".
_RELATIVE = frozenset({"today", "tonight", "tomorrow"})
_WAKING_HOURS = range(7, 19)
_UNIT_MINUTES = {"minute": 1, "minutes": 1, "hour": 60, "hours": 60}


def date_said(words: Sequence[str], *, now_iso: str = "", time_zone: str = "") -> Reading | None:
    """The one day named, `YYYY-MM-DD`; None where none or several are."""
    now = local_time(now_iso, time_zone)
    named = days(words, now.date() if now else None)
    if len({day.day for day in named}) != 1:
        return None
    return Reading(value=named[0].day.isoformat(), sure=all(day.sure for day in named))


def date_keyed(digits: str) -> Reading | None:
    """The day keyed in as two digits of its day, two of its month, four of its year, as British forms have it."""
    if len(digits) != 8 or not (digits.isascii() and digits.isdigit()):
        return None
    try:
        day = date(int(digits[4:]), int(digits[2:4]), int(digits[:2]))
    except ValueError:
        return None
    return Reading(value=day.isoformat())


def time_said(words: Sequence[str], *, earliest: str = "", latest: str = "") -> Reading | None:
    """The one time of day named, `HH:MM`; None where none or several are, or it lies outside the bounds."""
    made = _time(words, earliest, latest)
    return None if made is None else Reading(value=made[0].isoformat("minutes"), sure=made[1])


def moment_said(
    words: Sequence[str], *, now_iso: str = "", time_zone: str = "", earliest: str = "", latest: str = ""
) -> Reading | None:
    """The one date and time named, ISO 8601 with the caller's offset on that day; "in half an hour" counts from now."""
    now = local_time(now_iso, time_zone)
    zone = _zone(time_zone) or (now.tzinfo if now is not None else None)
    if now is None or zone is None:
        return None
    if (minutes := _minutes_from_now(words)) is not None:
        moment = now + timedelta(minutes=minutes)
        return Reading(value=moment.astimezone(zone).isoformat(timespec="seconds"))
    day = date_said(words, now_iso=now_iso, time_zone=time_zone)
    clock = _time(_without_days(words, now.date()), earliest, latest)
    if day is None or clock is None:
        return None
    moment = datetime.combine(date.fromisoformat(day.value), clock[0], zone)
    there = _is_on_the_clock(moment)
    return Reading(value=moment.isoformat(timespec="seconds"), sure=day.sure and clock[1]) if there else None


def _without_days(words: Sequence[str], today: date) -> list[str]:
    """The words with those of a day blanked: "twenty twenty seven" is a year, and no time of day."""
    spans = {place for day in days(words, today) for place in range(day.start, day.end)}
    return [word if place not in spans or word in _RELATIVE else "" for place, word in enumerate(words)]


def _time(words: Sequence[str], earliest: str, latest: str) -> tuple[time, bool] | None:
    named = clock_times(words)
    if len({(said.hours, said.minute) for said in named}) != 1:
        return None
    fitting = [
        moment
        for moment in _candidates(named[0])
        if (earliest or "00:00") <= f"{moment:%H:%M}" <= (latest or "23:59")
    ]
    if len(fitting) == 1:
        return fitting[0], True
    waking = [moment for moment in fitting if moment.hour in _WAKING_HOURS]
    return (waking[0], False) if len(waking) == 1 else None


def _candidates(said: ClockTime) -> list[time]:
    return [time(hour, said.minute) for hour in said.hours]


def _minutes_from_now(words: Sequence[str]) -> int | None:
    """In half an hour, in an hour and a half, in twenty minutes, in two and a half hours."""
    for start, word in enumerate(words):
        if word != "in":
            continue
        rest = tuple(words[start + 1 : start + 7])
        if rest[:3] == ("half", "an", "hour"):
            return 30
        if rest[:5] == ("an", "hour", "and", "a", "half"):
            return 90
        if rest[:2] == ("an", "hour"):
            return 60
        read = read_quantity(words, start + 1)
        size = _UNIT_MINUTES.get(words[read[1]]) if read is not None and read[1] < len(words) else None
        if read is not None and size is not None and 0 < read[0] * size <= 60 * 24 * 7:
            return int(read[0] * size)
    return None


def _zone(time_zone: str) -> tzinfo | None:
    try:
        return ZoneInfo(time_zone) if time_zone else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def _is_on_the_clock(moment: datetime) -> bool:
    """Whether clocks show this time at all: in the night they go forward an hour is left out."""
    back = datetime.fromtimestamp(moment.timestamp(), moment.tzinfo)
    return back.replace(tzinfo=None) == moment.replace(tzinfo=None)
