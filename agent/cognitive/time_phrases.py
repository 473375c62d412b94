"""Times and sums kept as the caller put them: "tomorrow after five", "this quarter", "five thousand pounds"."""

from __future__ import annotations

import re
from collections.abc import Sequence

from agent.cognitive.spoken_time import MONTHS, WEEKDAYS
from agent.cognitive.spoken_words import NUMBER_WORDS

_STRONG_TIMES = frozenset(
    [day.lower() + ending for day in WEEKDAYS for ending in ("", "s")]
    + [month.lower() for month in MONTHS]
    + "tomorrow today tonight morning mornings afternoon afternoons evening evenings noon midday".split()
    + "lunch lunchtime minutes hour hours day days week weeks weekend month later o'clock am pm anytime".split()
)
# "May" is far more often a verb, and "march" may be.
_WEAK_TIMES = frozenset({"may", "march"})
_TIME_LINKS = frozenset(
    "at after before around about by in on the an a next this any until till past half quarter to from between and or "
    "early late end of first thing couple few another following other one's".split()
)
_CLOCK_LINKS = frozenset(
    {"at", "after", "before", "around", "about", "by", "past", "until", "till", "between", "from"}
)

_NUMBER = rf"(?:{'|'.join(sorted(NUMBER_WORDS, key=len, reverse=True))}|couple of|few|half)"
_MONEY = re.compile(
    rf"\b(?:a )?{_NUMBER}(?:(?: and)?(?: a)? {_NUMBER})*(?: (?:pounds?|quid|dollars?|euros?|grand|k)\b)+"
    rf"|\b(?:a )?{_NUMBER}(?: (?:and )?{_NUMBER})* (?:hundred|thousand|million)\b(?: (?:and )?{_NUMBER})*"
)
_TIMELINE = re.compile(
    r"\b(?:(?:early |late |later )?(?:this|next) (?:quarter|month|year|week|summer|autumn|fall|winter|spring)"
    r"|(?:by |before )?(?:the )?end of (?:the |this |next )?(?:quarter|month|year|week)"
    rf"|(?:in|within) (?:about |the next )?(?:a |an |{_NUMBER} )(?:week|month|quarter|year)s?"
    r"|in the (?:next|coming) (?:few |couple of )?(?:week|month|quarter|year)s?"
    r"|(?:in|by|before|from) (?:the )?(?:early |late )?(?:january|february|march|april|june|july|august|september"
    r"|october|november|december|summer|autumn|christmas|spring)"
    r"|(?:straight|right) away|as soon as possible|immediately|soon)\b"
)


def when_said(words: Sequence[str]) -> str | None:
    """When something may happen, as the caller put it: "tomorrow after five"."""
    strong = [
        place
        for place, word in enumerate(words)
        if (word in _STRONG_TIMES - _WEAK_TIMES and words[max(0, place - 1) : place] != ["not"])
        or (word in NUMBER_WORDS and place and words[place - 1] in _CLOCK_LINKS)
    ]
    if not strong:
        return None
    start, end = strong[0], strong[0]
    while start and (words[start - 1] in _TIME_LINKS or words[start - 1] in NUMBER_WORDS):
        start -= 1
    while end + 1 < len(words) and (
        words[end + 1] in _TIME_LINKS or words[end + 1] in NUMBER_WORDS or words[end + 1] in _STRONG_TIMES
    ):
        end += 1
    phrase = list(words[start : end + 1])
    while phrase and phrase[-1] in _TIME_LINKS:
        phrase.pop()
    while phrase and phrase[0] in ("and", "or", "to", "of", "a") and len(phrase) > 1:
        phrase.pop(0)
    return " ".join(phrase)


def sum_of_money(words: Sequence[str]) -> str | None:
    """A sum as the caller put it: "five thousand pounds"."""
    found = _MONEY.search(" ".join(words))
    return found[0] if found else None


def timeline(words: Sequence[str]) -> str | None:
    """When the caller means to act, as they put it: "this quarter"."""
    found = _TIMELINE.search(" ".join(words))
    return found[0] if found else None
