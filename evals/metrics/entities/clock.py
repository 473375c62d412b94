"""Times of day as HH:MM: "half past ten" is 10:30 or 22:30, since it may be morning or evening.

A time that leaves it open gives both, a time that says it (14:00, 09:30, "in the morning", "pm") gives one.
"""

from __future__ import annotations

from evals.metrics.entities.numbers import UNITS, read_below_hundred
from evals.metrics.entities.words import at, tokens

_BEFORE_HOUR = frozenset("at after before by around about till until from to for past say".split())
_NAMED = {"noon": (12, 0), "midday": (12, 0), "midnight": (0, 0)}
_MORNING, _EVENING = ("am", "morning"), ("pm", "afternoon", "evening")
_UNSPOKEN = frozenset("-,;!?()\"'…–—")
_NOT_AN_HOUR = frozenset(
    "o'clock oclock hundred thousand million pounds dollars pence euros quid people percent % days weeks months "
    "minutes hours years of or st nd rd th".split()
)

_Time = tuple[int, int, bool, int]  # hour, minute, whether it can be only this, place after it


def times(text: str) -> tuple[str, ...]:
    """The times in a text; both halves of the day where it leaves them open."""
    words = [token for token in tokens(text) if token not in _UNSPOKEN]
    found: dict[str, None] = {}
    place = 0
    while place < len(words):
        time = _time(words, place)
        if time is None:
            place += 1
            continue
        hour, minute, exact, place = time
        half, place = _half_of_day(words, place, hour)
        for candidate in _hours(hour, exact=exact, half=half):
            found.setdefault(f"{candidate:02d}:{minute:02d}")
    return tuple(found)


def _time(words: list[str], start: int) -> _Time | None:
    if at(words, start) in _NAMED:
        hour, minute = _NAMED[words[start]]
        return hour, minute, True, start + 1
    return _past_or_to(words, start) or _hour_and_minute(words, start)


def _past_or_to(words: list[str], start: int) -> _Time | None:
    """Half past ten, half ten, quarter to nine, a quarter after seven, twenty five minutes to three."""
    place = start
    minute: int | None
    if at(words, start) == "half":
        minute, place = 30, start + 1
        if at(words, place) != "past":
            hour = _hour(words, place)
            return None if hour is None else (hour[0], 30, False, hour[1])
    elif at(words, start) == "quarter":
        minute, place = 15, start + 1
    else:
        read = _number(words, start)
        minute, place = read if read is not None else (None, start)
        place += at(words, place) in ("minutes", "mins")
    link = at(words, place)
    hour = _hour(words, place + 1)
    if (
        minute is None
        or not 0 < minute < 60
        or hour is None
        or link not in ("past", "after", "to", "till", "of")
    ):
        return None
    # "Ten to twelve thousand" and "two of those" are no times: in words only what a clock face has is said so.
    if link in ("of", "to", "after", "till") and (
        minute % 5 or at(words, hour[1]) in _NOT_AN_HOUR - {"o'clock", "oclock"}
    ):
        return None
    after = hour[1] + (at(words, hour[1]) in ("o'clock", "oclock"))
    if link in ("past", "after"):
        return hour[0], minute, False, after
    # To one o'clock is twelve something; to noon keeps its half of the day.
    return (hour[0] - 1) % 12 or 12, 60 - minute, False, after


def _hour_and_minute(words: list[str], start: int) -> _Time | None:
    """10:30, 10.30, ten thirty, nine oh five, ten o'clock, nine am, fourteen hundred, and after "at" a bare hour."""
    read = _number(words, start)
    if read is None or read[0] > 24:
        return None
    hour, place = read
    written = at(words, start).isdigit()
    exact = hour > 12 or (written and len(words[start]) == 2 and words[start][0] == "0") or hour == 0
    if written and at(words, place) in (":", ".", "h") and len(at(words, place + 1)) == 2:
        minute = words[place + 1]
        if minute.isdigit() and int(minute) < 60 and not _goes_on(words, place + 2) and hour < 24:
            after = place + 2 + (at(words, place + 2) == "hours")
            return hour, int(minute), exact, after
        return None
    if hour > 23:
        return None
    if at(words, place) in ("o'clock", "oclock"):
        return hour, 0, exact, place + 1
    if at(words, place) == "o" and at(words, place + 1) == "clock":
        return hour, 0, exact, place + 2
    if at(words, place) == "hundred" and at(words, place + 1) in ("hours", "hrs"):
        return hour, 0, True, place + 2
    if at(words, place) in ("oh", "o", "zero") and at(words, place + 1) in UNITS:
        return hour, UNITS[words[place + 1]], exact, place + 2
    minutes = _number(words, place)
    if minutes is not None and 10 <= minutes[0] < 60 and at(words, minutes[1]) not in _NOT_AN_HOUR:
        return hour, minutes[0], exact, minutes[1]
    said = _half_of_day(words, place, hour)[1] > place
    if said or (
        at(words, start - 1) in _BEFORE_HOUR and at(words, place) not in _NOT_AN_HOUR and minutes is None
    ):
        return hour, 0, exact, place
    return None


def _goes_on(words: list[str], place: int) -> bool:
    """Whether more figures follow, so that the first two were none of a clock: 3.05.2026."""
    return at(words, place) in (".", ":", "/") and at(words, place + 1).isdigit()


def _number(words: list[str], start: int) -> tuple[int, int] | None:
    word = at(words, start)
    if word.isdigit() and word.isascii() and len(word) <= 2:
        return int(word), start + 1
    return read_below_hundred(words, start)


def _hour(words: list[str], start: int) -> tuple[int, int] | None:
    if at(words, start) in _NAMED:
        return 12, start + 1
    read = _number(words, start)
    return read if read is not None and 1 <= read[0] <= 12 else None


def _half_of_day(words: list[str], start: int, hour: int) -> tuple[str, int]:
    """`am` or `pm` where the words after a time say so, and the place after them; empty where they do not."""
    word = at(words, start)
    if word in ("a", "p") and at(words, start + 1) == "m":
        return word + "m", start + 2
    place = start
    while at(words, place) in ("in", "at", "on", "the", "this", "tomorrow", "o'clock"):
        place += 1
    word = at(words, place)
    if word in _MORNING:
        return "am", place + 1
    if word in _EVENING:
        return "pm", place + 1
    if word in ("night", "tonight"):
        return ("pm" if 5 <= hour < 12 else "am"), place + 1
    return "", start


def _hours(hour: int, *, exact: bool, half: str) -> list[int]:
    if half:
        return [hour % 12 + (12 if half == "pm" else 0)] if hour <= 12 else [hour]
    return [hour] if exact else sorted({hour % 12, hour % 12 + 12})
