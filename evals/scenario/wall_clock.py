"""When a call takes place: the caller's wall clock and the zone it is read in."""

from __future__ import annotations

import re
import zoneinfo
from datetime import UTC, datetime

from evals.scenario.fields import Fields, did_you_mean

_WALL_CLOCK = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?")


def read_time_zone(fields: Fields) -> str:
    """The zone under `time_zone`; empty when it is missing or there is none of that name."""
    name = fields.text("time_zone")
    if not name:
        return ""
    try:
        zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        near = did_you_mean(name, zoneinfo.available_timezones()) or ", such as Europe/London"
        fields.wrong(fields.line_of("time_zone"), f"there is no time zone `{name[:40]}`{near}")
        return ""
    return name


def read_now(fields: Fields, zone: str, default: str = "") -> str:
    """The wall clock under `now`, with seconds; `default` when it is missing.

    Once a year clocks go forward, and an hour is never shown: a call cannot begin then.
    """
    text = fields.text("now", default)
    if not text:
        return ""
    try:
        if not _WALL_CLOCK.fullmatch(text):
            raise ValueError(text)
        now = datetime.fromisoformat(text)
    except ValueError:
        wanted = 'a wall clock such as "2026-05-18T09:00:00"'
        fields.wrong(fields.line_of("now"), f'`now` must be {wanted}, not "{text[:40]}"')
        return ""
    if zone and not is_shown(now, zone):
        fields.wrong(fields.line_of("now"), f"`now` is a time that clocks in {zone} never show")
    return now.isoformat()


def is_shown(now: datetime, zone: str) -> bool:
    """Whether clocks in the zone ever show this wall time."""
    there = now.replace(tzinfo=zoneinfo.ZoneInfo(zone))
    try:
        return there.astimezone(UTC).astimezone(there.tzinfo).replace(tzinfo=None) == now
    except OverflowError:  # the first and last days of the calendar
        return False
