"""Times of day out of words: "half past two", "quarter to four", "ten thirty", "nine oh five", "five pm". Pure.

Most times leave open which half of the day is meant. A reading says the hour as it was said and, where the words tell
it, the half; `hours` gives every hour of the day that fits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from agent.cognitive.number_reading import ZEROS, read_below_hundred
from agent.cognitive.spoken_words import NUMBER_WORDS, UNITS

_NAMED = {"noon": (12, "pm"), "midday": (12, "pm"), "midnight": (12, "am")}
_BEFORE_HOUR = frozenset(
    "at around about by before after from until till for past say to between make it's".split()
)
_PARTS = {
    "am": "am", "morning": "am", "pm": "pm", "afternoon": "pm", "evening": "pm", "tonight": "pm", "night": "night",
}  # fmt: skip
_PART_LINKS = frozenset("in at on the this tomorrow o'clock".split())
# After a number these say that it counts something else.
_COUNTED = frozenset(
    "hundred thousand million pounds pound dollars euros quid people percent days day weeks week months month minutes "
    "hours hour years of th".split()
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockTime:
    """A time of day as it was said.

    Attributes:
        hour: 1 to 12 as on a clock face, or 0 and 13 to 23 where it was said so.
        minute: 0 to 59.
        half: "am" or "pm" where the words tell, else empty.
        start: the place of its first word.
        end: the place after its last.
    """

    hour: int
    minute: int
    half: str
    start: int
    end: int

    @property
    def hours(self) -> tuple[int, ...]:
        """The hours of the day, 0 to 23, that it may be."""
        if not 1 <= self.hour <= 12:
            return (self.hour,)
        if self.half:
            return (self.hour % 12 + (12 if self.half == "pm" else 0),)
        return (self.hour % 12, self.hour % 12 + 12)


def clock_times(words: Sequence[str]) -> list[ClockTime]:
    """Every time of day in the words, in their order. A bare number is one only after "at", "around" and the like."""
    found: list[ClockTime] = []
    place = 0
    while place < len(words):
        time = _named(words, place) or _past_or_to(words, place) or _hour_and_minute(words, place)
        if time is not None:
            found.append(time)
        place = time.end if time is not None else place + 1
    parts = _parts(words)
    if len(found) == 1 and not found[0].half and len(parts) == 1:
        # "Tuesday morning at ten": the half of the day may be said before.
        found = [_made(found[0].hour, found[0].minute, parts.pop(), found[0].start, found[0].end)]
    return found


def day_part(words: Sequence[str], place: int) -> str:
    """The half of the day that the word at `place` tells of; empty for a greeting and every other word."""
    part = _PARTS.get(words[place], "")
    return "" if part == "night" or (place and words[place - 1] == "good") else part


def _parts(words: Sequence[str]) -> set[str]:
    return {part for place in range(len(words)) if (part := day_part(words, place))}


def _made(hour: int, minute: int, half: str, start: int, end: int) -> ClockTime:
    return ClockTime(hour=hour, minute=minute, half=half if 1 <= hour <= 12 else "", start=start, end=end)


def _timed(words: Sequence[str], hour: int, minute: int, start: int, end: int) -> ClockTime:
    half, end = _half(words, end, hour)
    return _made(hour, minute, half, start, end)


def _named(words: Sequence[str], start: int) -> ClockTime | None:
    if words[start] not in _NAMED:
        return None
    hour, half = _NAMED[words[start]]
    return _made(hour, 0, half, start, start + 1)


def _past_or_to(words: Sequence[str], start: int) -> ClockTime | None:
    """Half past ten, half ten, a quarter to nine, quarter after seven, twenty five minutes to three."""
    place = start + (words[start] == "a")
    word = _at(words, place)
    if word == "half" and _at(words, place + 1) != "past":
        after = _hour(words, place + 1)
        said = None if after is None or _at(words, after[1]) in _COUNTED else after
        return None if said is None else _timed(words, said[0], 30, start, said[1])
    if word in ("half", "quarter"):
        minute, place = (30 if word == "half" else 15), place + 1
    else:
        read = read_below_hundred(words, place)
        if read is None or not 0 < read[0] < 60:
            return None
        minute, place = read
        # "Two to three days" is a span; only a clock face's minutes go without their name.
        if _at(words, place) == "minutes":
            place += 1
        elif minute % 5:
            return None
    link = _at(words, place)
    after = _hour(words, place + 1)
    if after is None or link not in ("past", "after", "to", "till") or _at(words, after[1]) in _COUNTED:
        return None
    hour, end = after[0], after[1] + (_at(words, after[1]) == "o'clock")
    if link in ("past", "after"):
        return _timed(words, hour, minute, start, end)
    return _timed(words, (hour - 1) or 12, 60 - minute, start, end)


def _hour_and_minute(words: Sequence[str], start: int) -> ClockTime | None:
    """Ten thirty, nine oh five, ten o'clock, nine am, fourteen hundred; a bare hour after "at"."""
    if words[start] in ZEROS and _at(words, start + 1) in ZEROS and _at(words, start + 2) != "":
        return _midnight(words, start)
    read = read_below_hundred(words, start)
    if read is None or read[0] > 23 or (read[0] == 0 and words[start] != "zero"):
        return None
    hour, place = read
    if _at(words, place) == "o'clock":
        return _timed(words, hour, 0, start, place + 1)
    if _at(words, place) == "hundred" and (hour > 12 or _at(words, place + 1) == "hours"):
        return _made(hour, 0, "", start, place + 1 + (_at(words, place + 1) == "hours"))
    # "Oh seven seven oh nine": a time does not stand among the figures of a telephone number.
    among = start > 0 and (words[start - 1] in NUMBER_WORDS or words[start - 1] in ZEROS)
    if not among and _at(words, place) in ZEROS and (unit := UNITS.get(_at(words, place + 1), 0)):
        return _timed(words, hour, unit, start, place + 2)
    minutes = read_below_hundred(words, place)
    if minutes is not None:
        alone = 10 <= minutes[0] < 60 and _at(words, minutes[1]) not in _COUNTED | {"hundred"}
        among = among or read_below_hundred(words, minutes[1]) is not None
        if not alone or among:
            return None
        # "The nine thirty one" is the one at half past nine.
        pronoun = minutes[0] > 20 and minutes[0] % 10 == 1 and start > 0 and words[start - 1] == "the"
        return _timed(words, hour, minutes[0] - pronoun, start, minutes[1])
    if hour == 0:
        return None
    half, _ = _half(words, place, hour)
    bare = start > 0 and words[start - 1] in _BEFORE_HOUR and _at(words, place) not in _COUNTED
    return _timed(words, hour, 0, start, place) if half or bare else None


def _midnight(words: Sequence[str], start: int) -> ClockTime | None:
    minutes = read_below_hundred(words, start + 2)
    if minutes is None or not 10 <= minutes[0] < 60 or read_below_hundred(words, minutes[1]) is not None:
        return None
    return _made(0, minutes[0], "", start, minutes[1])


def _hour(words: Sequence[str], start: int) -> tuple[int, int] | None:
    if _at(words, start) in _NAMED:
        return 12, start + 1
    read = read_below_hundred(words, start)
    return read if read is not None and 1 <= read[0] <= 12 else None


def _half(words: Sequence[str], start: int, hour: int) -> tuple[str, int]:
    """The half of the day that the words after a time tell, and the place after them."""
    place = start
    while _at(words, place) in _PART_LINKS:
        place += 1
    part = _PARTS.get(_at(words, place), "")
    if not part:
        return "", start
    if part == "night" or _at(words, place) == "tonight":
        part = "pm" if 5 <= hour < 12 else "am"
    return part, place + 1


def _at(words: Sequence[str], place: int) -> str:
    return words[place] if 0 <= place < len(words) else ""
