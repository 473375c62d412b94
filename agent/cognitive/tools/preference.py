"""Which free times suit what a caller said: "thursday afternoon", "tomorrow after five", "early next week". Pure.

Only what is understood narrows the choice: days, parts of the day, and a clock time after `after`, `before` or `at`.
Words that say none of these leave it as wide as it was, and where nothing fits at all the flow is told so, not offered
what the caller has just ruled out.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from agent.cognitive.spoken_time import WEEKDAYS

_PARTS = {"morning": (0, 12), "noon": (12, 14), "lunch": (12, 14), "afternoon": (12, 18), "evening": (17, 24)}
_AROUND_NOON = {
    "before noon": (0, 12),
    "before lunch": (0, 12),
    "after lunch": (13, 18),
    "after noon": (12, 18),
}
_HOURS = ("one two three four five six seven eight nine ten eleven twelve").split()
_CLOCK = re.compile(rf"\b(after|before|at|around|by|from)\s+(half past\s+)?({'|'.join(_HOURS)}|\d{{1,2}})\b")
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """Days from `first` up to `last` (both included; None: no limit), weekdays, and hours of the day, in decimals."""

    first: date | None = None
    last: date | None = None
    weekdays: frozenset[int] = frozenset()
    from_hour: float = 0.0
    to_hour: float = 24.0

    def takes(self, moment: datetime) -> bool:
        """Whether a time, on the caller's own clock, is one of those wished for."""
        hour = moment.hour + moment.minute / 60
        return (
            (self.first is None or moment.date() >= self.first)
            and (self.last is None or moment.date() <= self.last)
            and (not self.weekdays or moment.weekday() in self.weekdays)
            and self.from_hour <= hour < self.to_hour
        )


def wish_of(words: str, today: date) -> Wish:
    """What the words ask for; a wish without limits when they say nothing about time."""
    text = " ".join(words.lower().split())
    first, last = _days(text, today)
    weekdays = frozenset(place for place, name in enumerate(WEEKDAYS) if name.lower() in text)
    if "weekend" in text:
        weekdays |= {5, 6}
    if weekdays and first is None and "next" not in text:
        # "Thursday" is the coming one; "next Thursday" is that one to some and the one after to others.
        first, last = today, today + 7 * _DAY
    from_hour, to_hour = _hours(text)
    return Wish(first=first, last=last, weekdays=weekdays, from_hour=from_hour, to_hour=to_hour)


def offer(free: Sequence[datetime], count: int) -> list[datetime]:
    """Of the free times, earliest first, those to offer: the first, then the first of each later day, then any."""
    ordered = sorted(set(free))
    days: dict[date, datetime] = {}
    for moment in ordered:
        days.setdefault(moment.date(), moment)
    chosen = list(days.values())[:count]
    chosen += [moment for moment in ordered if moment not in chosen][: count - len(chosen)]
    return sorted(chosen)


def _days(text: str, today: date) -> tuple[date | None, date | None]:
    monday = today - today.weekday() * _DAY
    if "day after tomorrow" in text:
        return today + 2 * _DAY, today + 2 * _DAY
    if "tomorrow" in text:
        return today + _DAY, today + _DAY
    if "today" in text or "tonight" in text:
        return today, today
    if "week after next" in text:
        return monday + 14 * _DAY, monday + 20 * _DAY
    if "next week" in text:
        return monday + 7 * _DAY, monday + 13 * _DAY
    if "this week" in text:
        return today, monday + 6 * _DAY
    return None, None


def _hours(text: str) -> tuple[float, float]:
    for phrase, (first, last) in _AROUND_NOON.items():
        if phrase in text:
            return float(first), float(last)
    named = [hours for word, hours in _PARTS.items() if word in text]
    # "afternoon" holds "noon".
    if "afternoon" in text:
        named = [hours for hours in named if hours != _PARTS["noon"]] + [_PARTS["afternoon"]]
    start, end = (min(h[0] for h in named), max(h[1] for h in named)) if named else (0, 24)
    low, high = float(start), float(end)
    for link, half, said in _CLOCK.findall(text):
        hour = float(_HOURS.index(said) + 1 if said in _HOURS else int(said)) + (0.5 if half else 0.0)
        # Nobody is called at five in the night: hours below eight are those of the afternoon.
        hour += 12 if hour < 8 and "morning" not in text else 0
        if hour >= 24:
            continue
        if link in ("after", "from"):
            low = max(low, hour)
        elif link in ("before", "by"):
            high = min(high, hour)
        else:
            low, high = max(low, hour - 0.5), min(high, hour + 1.0)
    return (low, high) if low < high else (float(start), float(end))
