"""Which of the times offered the caller means: by its place in the list, its day, its date or its time of day.

Every sign in the words must fit: "Tuesday at four" is no answer to "Tuesday at ten thirty". A day or an hour that is
turned down ("I can't do Tuesday") speaks against its slot.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from agent.cognitive.clock_reading import ClockTime, clock_times
from agent.cognitive.spoken_time import MONTHS, WEEKDAYS, local_time
from agent.number_words import cardinal, ordinal

_DAYS = tuple(day.lower() for day in WEEKDAYS)
_MONTHS = frozenset(month.lower() for month in MONTHS)
_ANY_MONTH = "|".join(sorted(_MONTHS))
_HOUR_NAMES = tuple(cardinal(hour) for hour in range(13))
_HOURS = frozenset(_HOUR_NAMES[1:])

# Before a day or an hour, or shortly after it, these turn it down ("I can't do Tuesday", "Tuesday won't work").
_DENIALS = frozenset({"not", "can't", "cannot", "don't", "won't", "isn't", "doesn't", "couldn't"})
_DENIAL_REACH = 3
_PLACES = {"first": 0, "former": 0, "earlier": 0, "earliest": 0, "second": 1, "third": 2}
_DENIABLE = {*_DAYS, *_HOURS, "morning", "afternoon", "evening", "first", "second"}
_EITHER = frozenset({"either", "any", "whichever", "both"})
_LAST_PLACES = frozenset({"last", "latter", "later", "latest"})
_PARTS = {"morning": (0, 12), "afternoon": (12, 18), "evening": (18, 24)}


def chosen_slot(
    words: Sequence[str], offered: Sequence[str], *, now_iso: str = "", time_zone: str = ""
) -> str | None:
    """The one of the slots offered (ISO 8601) that the words fit; None when none does, or several do."""
    now = local_time(now_iso, time_zone)
    fitting = [iso for iso in offered if _fits(words, local_time(iso, time_zone), now)]
    by_place = _place(words, len(offered))
    if by_place is not None and (not fitting or offered[by_place] in fitting):
        return offered[by_place]
    return fitting[0] if len(fitting) == 1 else None


def has_no_preference(words: Sequence[str]) -> bool:
    """Whether the caller leaves the choice to us."""
    text = f" {' '.join(words)} "
    if any(f" {said} " in text for said in ("don't mind", "not fussy", "not bothered", "no preference")):
        return True
    # "I'm not about for either of those" turns both down.
    return any(
        word.removesuffix("'s") in _EITHER
        and not _DENIALS & set(words[max(0, place - _DENIAL_REACH - 1) : place])
        for place, word in enumerate(words)
    )


def _place(words: Sequence[str], count: int) -> int | None:
    """Which of `count` offers is meant by its place in the list; None when none or several are."""
    named: set[int] = set()
    for position, word in enumerate(words):
        # "The first of June" is a date, "the first of those" is not.
        is_date = bool(_MONTHS & set(words[position + 2 : position + 3]))
        if not is_date and not _denied(words, position):
            named |= {_PLACES[word]} if word in _PLACES else {count - 1} if word in _LAST_PLACES else set()
    place = named.pop() if len(named) == 1 else None
    return place if place is not None and place < count else None


def _fits(words: Sequence[str], moment: datetime | None, now: datetime | None) -> bool:
    """Whether the words say something of days and times, and all that they say is true of this moment."""
    if moment is None:
        return False
    signs = [
        _day_sign(words, moment),
        _relative_day_sign(words, moment, now),
        _date_sign(words, moment),
        _hour_sign(words, moment),
        _part_sign(words, moment),
    ]
    given = [sign for sign in signs if sign is not None]
    return bool(given) and all(given)


def _day_sign(words: Sequence[str], moment: datetime) -> bool | None:
    named = {
        word
        for place, word in enumerate(words)
        if word.removesuffix("'s") in _DAYS and not _denied(words, place)
    }
    denied = {word for word in words if word in _DAYS} - named
    if _DAYS[moment.weekday()] in denied:
        return False
    return _DAYS[moment.weekday()] in {word.removesuffix("'s") for word in named} if named else None


def _relative_day_sign(words: Sequence[str], moment: datetime, now: datetime | None) -> bool | None:
    named = {word: offset for word, offset in (("today", 0), ("tomorrow", 1)) if word in words}
    if now is None or not named:
        return None
    return (moment.date() - now.date()).days in named.values()


def _date_sign(words: Sequence[str], moment: datetime) -> bool | None:
    text = f" {' '.join(words)} "
    # "the second" alone is a place in the list; with a month, or above the third, it is a date.
    dates = [day for day in range(31, 0, -1) if re.search(rf" {ordinal(day)} of | the {ordinal(day)} ", text)]
    dates = [day for day in dates if day > 3 or re.search(rf" {ordinal(day)} of (?:{_ANY_MONTH}) ", text)]
    return moment.day in dates[:1] if dates else None


def _hour_sign(words: Sequence[str], moment: datetime) -> bool | None:
    times = [time for time in clock_times(words) if not _denied(words, time.start)]
    if times:
        return any(_is_then(words, time, moment) for time in times)
    # "The ten one", "ten, please": a bare number is an hour here, where hours were offered.
    named = [word for place, word in enumerate(words) if word in _HOURS and _is_hour(words, place)]
    return _HOUR_NAMES[moment.hour % 12 or 12] in named if named else None


def _is_then(words: Sequence[str], time: ClockTime, moment: datetime) -> bool:
    # "At ten" may be short for ten thirty, "ten o'clock" is not.
    loose = time.minute == 0 and not {"o'clock", "noon", "midday", "midnight"} & set(
        words[time.start : time.end]
    )
    return moment.hour in time.hours and (loose or moment.minute == time.minute)


def _is_hour(words: Sequence[str], place: int) -> bool:
    # "the second one", "that one", "one of those": a pronoun more often than an hour.
    before = words[place - 1] if place else ""
    after = words[place + 1] if place + 1 < len(words) else ""
    sure = before in ("at", "around", "about") or after in ("o'clock", "am", "pm", "thirty", "fifteen")
    if _denied(words, place):
        return False
    # The "ten" of "ten thirty" is the hour and the "thirty" is none, so tens never get here.
    return (
        sure
        or words[place] not in ("one", "two")
        or (words[place] == "two" and after in ("", "in", "please"))
    )


def _part_sign(words: Sequence[str], moment: datetime) -> bool | None:
    named = {word for place, word in enumerate(words) if word in _PARTS and not _denied(words, place)}
    named -= {"morning"} if list(words[:2]) == ["good", "morning"] else set()
    if not named:
        return None
    return any(low <= moment.hour < high for low, high in (_PARTS[word] for word in named))


def _denied(words: Sequence[str], place: int) -> bool:
    before = range(max(0, place - _DENIAL_REACH), place)
    # In "Tuesday won't work so Wednesday" the denial is Tuesday's.
    denied_before = any(words[at] in _DENIALS and not (at and words[at - 1] in _DENIABLE) for at in before)
    return denied_before or bool(_DENIALS & set(words[place + 1 : place + 3]))
