"""Days as ISO 8601: "the third of May", 3/5/2026, "next Tuesday" and "tomorrow", seen from the day of the call.

Where the words leave the day open, all that they may mean are candidates, the likeliest first: a day and month
without a year is the next such day, or the last; "next Tuesday" is next week's, or the coming one. Without the day of
the call a day and month is --05-03, as ISO 8601:2000 writes it, and a weekday is no day.
"""

from __future__ import annotations

import re
from datetime import date, timedelta

from evals.metrics.entities.context import EntityContext
from evals.metrics.entities.numbers import read_below_hundred, read_ordinal, read_year
from evals.metrics.entities.words import at, folded, spoken_tokens

_MONTHS = "january february march april may june july august september october november december".split()
_MONTH = {name: month for month, name in enumerate(_MONTHS, 1)}
_MONTH |= {name[:3]: month for name, month in _MONTH.items()} | {"sept": 9}
_WEEKDAYS = "monday tuesday wednesday thursday friday saturday sunday".split()
_WEEKDAY = {name: day for day, name in enumerate(_WEEKDAYS)}
_WEEKDAY |= {name[:3]: day for name, day in _WEEKDAY.items()} | {"tues": 1, "weds": 2, "thur": 3, "thurs": 3}
_UNIT_DAYS = {"day": 1, "days": 1, "week": 7, "weeks": 7, "fortnight": 14}
_RELATIVE = {"today": 0, "tonight": 0, "tomorrow": 1, "yesterday": -1}

_ISO = re.compile(r"\b([0-9]{4})-([0-9]{2})-([0-9]{2})(?![0-9])")
_NUMERIC = re.compile(
    r"(?<![0-9/.:-])([0-9]{1,2})([/.-])([0-9]{1,2})(?:\2([0-9]{4}|[0-9]{2}))?(?![0-9/:-]|\.[0-9])"
)

_Found = tuple[list[str], int]


def dates(text: str, context: EntityContext) -> tuple[str, ...]:
    """The days that may be meant in a text, in order."""
    text = folded(text)
    found: dict[str, None] = {}
    for match in _ISO.finditer(text):
        for day in _day(int(match[3]), int(match[2]), int(match[1]), context):
            found.setdefault(day)
    text = re.sub(r"\s*\bslash\b\s*", "/", _ISO.sub(" ", text))
    for match in _NUMERIC.finditer(text):
        for day in _numeric(match, context):
            found.setdefault(day)
    words = spoken_tokens(_NUMERIC.sub(" ", text))
    place = 0
    while place < len(words):
        read = _month_date(words, place, context) or _seen_from_today(words, place, context)
        for day in read[0] if read is not None else []:
            found.setdefault(day)
        place = read[1] if read is not None else place + 1
    return tuple(found)


def _numeric(match: re.Match[str], context: EntityContext) -> list[str]:
    """3/5/2026 in the order of the country; the other order where only that one is a day."""
    if match[4] is None and match[2] != "/":
        return []  # 10.30 is a time, and 3-5 a range
    first, second = int(match[1]), int(match[3])
    year = None if match[4] is None else int(match[4]) + (2000 if len(match[4]) == 2 else 0)
    orders = [(first, second), (second, first)]
    for day, month in orders if context.day_first else reversed(orders):
        found = _day(day, month, year, context)
        if found:
            return found
    return []


def _month_date(words: list[str], start: int, context: EntityContext) -> _Found | None:
    """The third of May 2026, 3 May, May the third, the third of the fifth; a weekday before it changes nothing."""
    if at(words, start) in _MONTH:
        place = start + 1 + (at(words, start + 1) == "the")
        rank = read_ordinal(words, place) or _day_number(words, place)
        if rank is None:
            return None
        return _with_year(words, rank[0], _MONTH[words[start]], rank[1], context)
    rank = read_ordinal(words, start) or _day_number(words, start)
    if rank is None:
        return None
    day, place = rank
    linked = at(words, place) == "of"
    place += linked
    if at(words, place) in _MONTH:
        return _with_year(words, day, _MONTH[words[place]], place + 1, context)
    month = read_ordinal(words, place + 1) if linked and at(words, place) == "the" else None
    return None if month is None else _with_year(words, day, month[0], month[1], context)


def _with_year(words: list[str], day: int, month: int, place: int, context: EntityContext) -> _Found | None:
    linked = place + (at(words, place) in ("of", "in"))
    year = read_year(words, linked)
    if year is not None:
        found = _day(day, month, year[0], context)
        return (found, year[1]) if found else None
    found = _day(day, month, None, context)
    return (found, place) if found else None


def _day_number(words: list[str], start: int) -> tuple[int, int] | None:
    word = at(words, start)
    if word.isdigit() and word.isascii() and len(word) <= 2:
        return int(word), start + 1
    return read_below_hundred(words, start)


def _seen_from_today(words: list[str], start: int, context: EntityContext) -> _Found | None:
    today = context.today
    if today is None:
        return None
    word = at(words, start)
    if words[start : start + 3] == ["day", "after", "tomorrow"]:
        return _days(today, 2), start + 3
    if words[start : start + 3] == ["day", "before", "yesterday"]:
        return _days(today, -2), start + 3
    if word in _RELATIVE:
        return _days(today, _RELATIVE[word]), start + 1
    if word == "in":
        return _in_some_days(words, start + 1, today)
    if word in _WEEKDAY and not (
        word in ("sun", "sat", "wed") and at(words, start - 1) in ("the", "we", "i")
    ):
        return _weekday(words, start, today)
    if word == "the" and at(words, start - 1) in ("on", "by", "until", "till", "for"):
        rank = read_ordinal(words, start + 1)
        if rank is not None and at(words, rank[1]) not in ("of", "one", "time", "floor", "day", "slot"):
            return _days_of_month(rank[0], today), rank[1]
    return None


def _in_some_days(words: list[str], start: int, today: date) -> _Found | None:
    """In three days, in a fortnight, in two weeks."""
    number = (1, start + 1) if at(words, start) in ("a", "one") else _day_number(words, start)
    if number is None or at(words, number[1]) not in _UNIT_DAYS:
        return None
    return _days(today, number[0] * _UNIT_DAYS[words[number[1]]]), number[1] + 1


def _weekday(words: list[str], start: int, today: date) -> _Found:
    """Tuesday, next Tuesday, Tuesday week, a week on Tuesday, Tuesday the sixteenth."""
    wanted = _WEEKDAY[words[start]]
    coming = (wanted - today.weekday()) % 7 or 7
    place = start + 1
    the = place + (at(words, place) == "the")
    rank = read_ordinal(words, the) if the > place or at(words, place)[:1].isdigit() else None
    if rank is not None and at(words, rank[1]) != "of" and at(words, rank[1]) not in _MONTH:
        fitting = [day for day in _days_of_month(rank[0], today, months=12) if _weekday_of(day) == wanted]
        return fitting[:1] or _days_of_month(rank[0], today), rank[1]
    if rank is not None or at(words, place) in _MONTH or _day_then_month(words, place):
        return [], place  # the day and month that follow say it
    before = at(words, start - 1)
    if at(words, place) == "week" or words[max(start - 2, 0) : start] == ["week", "on"]:
        return _days(today, coming + 7), place + (at(words, place) == "week")
    if before == "last":
        return _days(today, coming - 7), place
    if before == "next":
        of_next_week = 7 - today.weekday() + wanted
        return _days(today, *dict.fromkeys((of_next_week, coming))), place
    # On a Tuesday "Tuesday" is mostly the next one, and may be today.
    return _days(today, *([7, 0] if coming == 7 else [coming])), place


def _day_then_month(words: list[str], start: int) -> bool:
    """Whether a number and a month stand here: "3 May"."""
    number = _day_number(words, start)
    return number is not None and at(words, number[1]) in _MONTH


def _day(day: int, month: int, year: int | None, context: EntityContext) -> list[str]:
    """The day; without a year the next one from the day of the call and the last one before; [] if there is none."""
    if year is not None:
        return [made.isoformat()] if (made := _made(year, month, day)) else []
    if _made(2024, month, day) is None:  # a leap year has every day there is
        return []
    if context.today is None:
        return [f"--{month:02d}-{day:02d}"]
    # The 29th of February may be eight years away: 1896, 1904.
    nearby = range(context.today.year - 8, context.today.year + 9)
    days = [found for near in nearby if (found := _made(near, month, day)) is not None]
    later = [found for found in days if found >= context.today]
    before = [found for found in days if found < context.today]
    return [later[0].isoformat(), before[-1].isoformat()]


def _days_of_month(day: int, today: date, months: int = 2) -> list[str]:
    """The next days with this number, from today."""
    found = []
    for ahead in range(months + 1):
        year, month = divmod(today.year * 12 + today.month - 1 + ahead, 12)
        made = _made(year, month + 1, day)
        if made is not None and made >= today:
            found.append(made.isoformat())
    return found if months > 2 else found[:1]


def _made(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _weekday_of(iso: str) -> int:
    return date.fromisoformat(iso).weekday()


def _days(today: date, *ahead: int) -> list[str]:
    return [(today + timedelta(days=days)).isoformat() for days in ahead]
