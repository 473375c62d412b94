"""Days out of words, seen from the day of the call: "next Tuesday", "the third of June", "in a fortnight". Pure.

A day and month without a year is the next such day. "Next Tuesday" is next week's; where this week's is still to come
some mean that one, so the reading is not sure of itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache

from agent.cognitive.number_reading import ZEROS, read_below_hundred, read_quantity
from agent.cognitive.spoken_time import MONTHS, WEEKDAYS
from agent.cognitive.spoken_words import UNITS
from agent.number_words import ordinal

_MONTH = {name.lower(): number for number, name in enumerate(MONTHS, start=1)}
_WEEKDAY = {name.lower(): number for number, name in enumerate(WEEKDAYS)}
_RELATIVE = {"today": 0, "tonight": 0, "tomorrow": 1, "yesterday": -1}
_UNIT_DAYS = {"day": 1, "days": 1, "week": 7, "weeks": 7, "fortnight": 14}
_NOT_A_DATE = frozenset("one of time floor slot option choice thing".split())
_BEFORE_A_DAY = frozenset({"on", "by", "from", "until", "till", "before"})
_FIRST_YEAR, _LAST_YEAR = 1900, 2099
_YEARS_AHEAD = 8  # the 29th of February may be so far away: 1896, 1904


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """A day that was named: whether it can be only this one, and the places of its first word and after its last."""

    day: date
    sure: bool
    start: int = 0
    end: int


def days(words: Sequence[str], today: date | None) -> list[Day]:
    """Every day named in the words, in their order; without `today` only those said with their year."""
    found: list[Day] = []
    place = 0
    while place < len(words):
        day = _calendar_day(words, place, today) or (_seen_from(today, words, place) if today else None)
        if day is not None:
            found.append(replace(day, start=place))
        place = day.end if day is not None else place + 1
    return found


def _calendar_day(words: Sequence[str], start: int, today: date | None) -> Day | None:
    """The third of June, June the third, May third, with or without its weekday and year."""
    place = start
    weekday = _WEEKDAY.get(words[start])
    if weekday is not None:
        place += 1
    place += _at(words, place) == "the"
    month, rank = _MONTH.get(_at(words, place)), None
    if month is not None:
        rank = _rank(words, place + 1 + (_at(words, place + 1) == "the"))
    elif (rank := _rank(words, place)) is not None:
        after = rank[1] + (_at(words, rank[1]) == "of")
        month = _MONTH.get(_at(words, after))
        if month is not None:
            rank = (rank[0], after + 1)
        elif weekday is not None and today is not None:
            return _weekday_and_rank(weekday, rank, today)
    if month is None or rank is None:
        return None
    number, end = rank
    year = _year(words, end + (_at(words, end) in ("in", "of")))
    if year is not None:
        made = _made(year[0], month, number)
        return None if made is None else Day(day=made, sure=_agrees(made, weekday), end=year[1])
    if today is None:
        return None
    coming = (_made(today.year + ahead, month, number) for ahead in range(_YEARS_AHEAD + 1))
    made = next((day for day in coming if day is not None and day >= today), None)
    return None if made is None else Day(day=made, sure=_agrees(made, weekday), end=end)


def _weekday_and_rank(weekday: int, rank: tuple[int, int], today: date) -> Day | None:
    """Tuesday the ninth: the next ninth that is a Tuesday."""
    ahead = (today + timedelta(days=n) for n in range(366))
    fitting = next((day for day in ahead if day.day == rank[0] and day.weekday() == weekday), None)
    return None if fitting is None else Day(day=fitting, sure=True, end=rank[1])


def _agrees(day: date, weekday: int | None) -> bool:
    return weekday is None or day.weekday() == weekday


def _seen_from(today: date, words: Sequence[str], start: int) -> Day | None:
    word = words[start]
    if tuple(words[start : start + 3]) == ("day", "after", "tomorrow"):
        return _later(today, 2, start + 3)
    if word in _RELATIVE:
        week = _at(words, start + 1) == "week" and word in ("today", "tomorrow")
        return _later(today, _RELATIVE[word] + 7 * week, start + 1 + week)
    if word in ("in", "a") and (counted := _counted(words, start)) is not None:
        return _counted_from(today, words, *counted)
    if word.removesuffix("'s") in _WEEKDAY:
        return _weekday(today, words, start)
    if word == "the" and (rank := _rank(words, start + 1)) and _at(words, rank[1]) not in _NOT_A_DATE:
        # "The ninth": this month's, or the next one's that has it.
        # "The first" is a place in a list, unless it is said as a day or as one of two.
        of_two = _at(words, rank[1]) in ("or", "and") and _rank(words, rank[1] + 2) is not None
        if rank[0] <= 3 and not of_two and _at(words, start - 1) not in _BEFORE_A_DAY:
            return None
        ahead = (today + timedelta(days=n) for n in range(62))
        made = next((day for day in ahead if day.day == rank[0]), None)
        return None if made is None else Day(day=made, sure=True, end=rank[1])
    return None


def _counted(words: Sequence[str], start: int) -> tuple[int, int] | None:
    """How many days "in three days", "in a fortnight" and "a week" are, and the place after them."""
    place = start + (words[start] == "in")
    if _at(words, place) in ("a", "an"):
        number, place = 1, place + 1
    else:
        read = read_below_hundred(words, place)
        if read is None:
            return None
        number, place = read
    size = _UNIT_DAYS.get(_at(words, place))
    return None if size is None else (number * size, place + 1)


def _counted_from(today: date, words: Sequence[str], count: int, end: int) -> Day | None:
    """In a week; a week today, a week tomorrow, a week on Tuesday."""
    place = end + (_at(words, end) in ("on", "from"))
    follows = _at(words, place)
    if follows in ("today", "tomorrow", "now"):
        return _later(today, count + (follows == "tomorrow"), place + 1)
    if follows in _WEEKDAY:
        coming = (_WEEKDAY[follows] - today.weekday()) % 7 or 7
        return _later(today, coming + count, place + 1)
    in_that = _at(words, end - 3) == "in" or _at(words, end - 2) == "in"
    return _later(today, count, end) if in_that else None


def _weekday(today: date, words: Sequence[str], start: int) -> Day:
    """Tuesday, this Tuesday, next Tuesday, Tuesday week, Tuesday next week, last Tuesday."""
    wanted = _WEEKDAY[words[start].removesuffix("'s")]
    coming = (wanted - today.weekday()) % 7 or 7
    before, after = _at(words, start - 1), tuple(words[start + 1 : start + 3])
    if after[:1] == ("week",):
        return _later(today, coming + 7, start + 2)
    of_next_week = 7 - today.weekday() + wanted
    if after in (("next", "week"), ("of", "next")):
        return _later(today, of_next_week, start + 3)
    if before == "last":
        return _later(today, coming - 7, start + 1)
    if before == "next":
        return Day(day=today + timedelta(days=of_next_week), sure=of_next_week == coming, end=start + 1)
    # Said on a Tuesday, "Tuesday" is mostly the next one and may be today.
    return Day(day=today + timedelta(days=coming), sure=coming < 7, end=start + 1)


def _later(today: date, count: int, end: int) -> Day:
    return Day(day=today + timedelta(days=count), sure=True, end=end)


def _rank(words: Sequence[str], start: int) -> tuple[int, int] | None:
    """A day of the month, "third" or "twenty first" or "three", and the place after it."""
    two = _ranks().get(" ".join(words[start : start + 2]))
    if two is not None:
        return two, start + 2
    one = _ranks().get(_at(words, start))
    if one is not None:
        return one, start + 1
    read = read_below_hundred(words, start)
    follows = _at(words, read[1]) if read is not None else ""
    # "Three May" is a date; "three" alone is none, and "nine" of "nine o'clock" neither.
    if read is None or not 1 <= read[0] <= 31 or not (follows in _MONTH or _at(words, start - 1) in _MONTH):
        return None
    return read


def _year(words: Sequence[str], start: int) -> tuple[int, int] | None:
    """Twenty twenty six, two thousand and six, nineteen eighty four, nineteen oh five."""
    century = read_below_hundred(words, start)
    if century is not None and century[0] in (19, 20):
        place = century[1]
        if _at(words, place) in ZEROS and (unit := UNITS.get(_at(words, place + 1), 0)):
            return century[0] * 100 + unit, place + 2
        rest = read_below_hundred(words, place)
        if rest is not None and rest[0] >= 10:
            return century[0] * 100 + rest[0], rest[1]
    read = read_quantity(words, start)
    if read is None or read[0] != int(read[0]) or not _FIRST_YEAR <= read[0] <= _LAST_YEAR:
        return None
    return int(read[0]), read[1]


@cache
def _ranks() -> dict[str, int]:
    return {ordinal(number): number for number in range(1, 32)}


def _made(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _at(words: Sequence[str], place: int) -> str:
    return words[place] if 0 <= place < len(words) else ""
