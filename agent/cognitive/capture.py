"""Values taken from the caller's words: a slot of those offered, a mail address, a telephone number, a time, a sum.

Words come in as `spoken_words` gives them, so what was typed and what was recognised read alike. Each reader returns
the value or None, and never guesses: two slots that fit the words equally well are no choice.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from agent.cognitive.flow import ValueType
from agent.cognitive.spoken_time import MONTHS, WEEKDAYS, local_time
from agent.cognitive.spoken_words import DIGITS, cardinal, ordinal, spoken_minute

_DAYS = tuple(day.lower() for day in WEEKDAYS)
_MONTHS = tuple(month.lower() for month in MONTHS)
_TEENS = {cardinal(number): number for number in range(10, 20)}
_TENS = {cardinal(number): number for number in range(20, 100, 10)}
_UNITS = {word: number for number, word in enumerate(DIGITS)}
_HOURS = {cardinal(hour): hour for hour in range(1, 13)}
_NUMBER_WORDS = {*_UNITS, *_TEENS, *_TENS, "hundred", "thousand", "million"}

# Before a day or an hour, or shortly after it, these turn it down ("I can't do Tuesday", "Tuesday won't work").
_DENIALS = frozenset({"not", "can't", "cannot", "don't", "won't", "isn't", "doesn't", "couldn't"})
_DENIAL_REACH = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a reader may look at: the words, and for slots what was offered, on which day, in whose zone."""

    words: Sequence[str]
    offered: Sequence[str] = ()
    now_iso: str = ""
    time_zone: str = ""


def captured_value(value_type: ValueType, answer: Answer) -> str | None:
    """The value of that type in the caller's words; None when there is none, or no single one."""
    return _READERS[value_type](answer)


def chosen_slot(answer: Answer) -> str | None:
    """The one offered slot that the words fit: by place ("the second one"), day, date, or time of day."""
    if not answer.offered:
        return None
    words = answer.words
    fitting = [
        iso
        for iso in answer.offered
        if _fits(words, iso, answer, {o for o in answer.offered if o != iso}) is True
    ]
    by_place = _place(words, len(answer.offered))
    if by_place is not None and (not fitting or answer.offered[by_place] in fitting):
        return answer.offered[by_place]
    if len(fitting) == 1:
        return fitting[0]
    return None


def has_no_preference(words: Sequence[str]) -> bool:
    """Whether the caller leaves the choice to us."""
    text = f" {' '.join(words)} "
    return any(
        f" {word} " in text for word in ("either", "any", "whichever", "both", "don't mind", "not fussy")
    )


def mail_address(answer: Answer) -> str | None:
    """A mail address said in words or spelled letter by letter."""
    words = _spelling_resolved(answer.words)
    for at in (place for place, word in enumerate(words) if word == "at"):
        domain = _domain(words[at + 1 :])
        local = _local_part(words[:at])
        if domain and local:
            return f"{local}@{domain}"
    return None


def telephone_number(answer: Answer) -> str | None:
    """A telephone number of 7 to 15 digits (ITU-T E.164), with "double", "triple" and "oh"."""
    words = [*answer.words, ""]
    best, run, repeat = "", "", 1
    for place, word in enumerate(words):
        if word in _REPEATS:
            repeat = _REPEATS[word]
            continue
        digits = _phone_digits(word, words[place + 1 : place + 3], run)
        if digits is None:
            best, run = max(best, run, key=len), ""
        else:
            run += digits * repeat
        repeat = 1
    return best if 7 <= len(best.lstrip("+")) <= 15 else None


def spoken_when(answer: Answer) -> str | None:
    """When something may happen, as the caller put it: "tomorrow after five"."""
    return _time_phrase(answer.words)


def sum_of_money(answer: Answer) -> str | None:
    """A sum as the caller put it: "five thousand pounds"."""
    found = _MONEY.search(" ".join(answer.words))
    return found[0] if found else None


def timeline(answer: Answer) -> str | None:
    """When the caller means to act, as they put it: "this quarter"."""
    found = _TIMELINE.search(" ".join(answer.words))
    return found[0] if found else None


def any_words(answer: Answer) -> str | None:
    """All that was said."""
    return " ".join(answer.words) or None


_READERS: dict[ValueType, Callable[[Answer], str | None]] = {
    ValueType.SLOT: chosen_slot,
    ValueType.EMAIL: mail_address,
    ValueType.PHONE: telephone_number,
    ValueType.WHEN: spoken_when,
    ValueType.MONEY: sum_of_money,
    ValueType.TIMELINE: timeline,
    ValueType.TEXT: any_words,
}


# --- slots


_PLACES = {"first": 0, "former": 0, "earlier": 0, "earliest": 0, "second": 1, "third": 2}
_DENIABLE = {*_DAYS, *_HOURS, "one", "morning", "afternoon", "evening", "first", "second"}
_LAST_PLACES = frozenset({"last", "latter", "later", "latest"})
_PARTS = {"morning": (0, 12), "afternoon": (12, 18), "evening": (18, 24)}


def _place(words: Sequence[str], count: int) -> int | None:
    """Which of `count` offers is meant by its place in the list; None when none or several are."""
    named: set[int] = set()
    for position, word in enumerate(words):
        is_date = words[position + 1 : position + 2] == ["of"] and set(words[position + 2 : position + 3]) & {
            *_MONTHS
        }
        if not is_date and not _denied(words, position):
            named |= {_PLACES[word]} if word in _PLACES else {count - 1} if word in _LAST_PLACES else set()
    place = named.pop() if len(named) == 1 else None
    return place if place is not None and place < count else None


def _fits(words: Sequence[str], iso: str, answer: Answer, others: set[str]) -> bool | None:
    """Whether the slot is what the words mean: None when they say nothing of days and times."""
    moment = local_time(iso, answer.time_zone)
    if moment is None:
        return None
    signs = [
        _day_sign(words, moment),
        _relative_day_sign(words, moment, local_time(answer.now_iso, answer.time_zone)),
        _date_sign(words, moment),
        _hour_sign(words, moment),
        _part_sign(words, moment),
    ]
    given = [sign for sign in signs if sign is not None]
    return all(given) if given else None


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
    dates = [day for day in dates if day > 3 or f" {ordinal(day)} of " in text]
    return moment.day in dates[:1] if dates else None


def _hour_sign(words: Sequence[str], moment: datetime) -> bool | None:
    if "noon" in words or "midday" in words:
        return (moment.hour, moment.minute) == (12, 0)
    text = " ".join(words)
    half = re.search(r"\bhalf (?:past )?(\w+)", text)
    if half and half[1] in _HOURS:
        return (moment.hour % 12 or 12, moment.minute) == (_HOURS[half[1]], 30)
    named = [(place, word) for place, word in enumerate(words) if word in _HOURS and _is_hour(words, place)]
    if not named:
        return None
    hour = cardinal(moment.hour % 12 or 12)
    minute = spoken_minute(moment.minute).split()
    for place, word in named:
        follows = list(words[place + 1 : place + 1 + len(minute)])
        says_minutes = place + 1 < len(words) and words[place + 1] in {*_TENS, *_TEENS, "oh"}
        if word == hour and (follows == minute or not says_minutes):
            return True
    return False


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


# --- spelled things


_REPEATS = {"double": 2, "triple": 3, "treble": 3}
_ZEROS = frozenset({"oh", "o", "zero", "nought", "nil"})
_SEPARATORS = {
    "dot": ".",
    "point": ".",
    "underscore": "_",
    "dash": "-",
    "hyphen": "-",
    "minus": "-",
    "plus": "+",
}
# Words that stand before a mail address and are no part of it.
_LEAD_INS = frozenset(
    "at is it's its to my email mail address me use send yes yeah sure okay that's thats be would on try the well so "
    "it and please no actually right for as reach".split()
)


def _spelling_resolved(words: Sequence[str]) -> list[str]:
    """Letters as they are meant: "b as in bravo" is "b", "double l" is "l l"."""
    resolved: list[str] = []
    place = 0
    while place < len(words):
        word = words[place]
        if word in _REPEATS and place + 1 < len(words):
            resolved += [words[place + 1]] * _REPEATS[word]
            place += 2
        elif len(word) == 1 and list(words[place + 1 : place + 3]) == ["as", "in"]:
            resolved.append(word)
            place += 4
        elif len(word) == 1 and list(words[place + 1 : place + 2]) == ["for"] and place + 2 < len(words):
            resolved.append(word)
            place += 3
        else:
            resolved.append(word)
            place += 1
    return resolved


def _local_part(words: Sequence[str]) -> str:
    parts: list[str] = []
    for word in reversed(words):
        if word in _LEAD_INS:
            break
        parts.append(_SEPARATORS.get(word, word))
    return _joined(list(reversed(parts))).strip(".-_+")


def _domain(words: Sequence[str]) -> str:
    """The words up to the last label after a dot; a label may be spelled ("u k")."""
    parts: list[str] = []
    end = 0
    place = 0
    while (
        place < len(words)
        and words[place] != "at"
        and (words[place] in _SEPARATORS or re.fullmatch(r"[a-z]+", words[place]))
    ):
        parts.append(_SEPARATORS.get(words[place], words[place]))
        if len(parts) > 1 and parts[-2] == "." and parts[-1] != ".":
            while len(words[place]) == 1 and place + 1 < len(words) and len(words[place + 1]) == 1:
                place += 1
                parts.append(words[place])
            end = len(parts)
            if list(words[place + 1 : place + 2]) not in (["dot"], ["point"]):
                break
        place += 1
    domain = _joined(parts[:end])
    return domain if re.fullmatch(r"[a-z0-9][a-z0-9-]*(\.[a-z0-9-]+)+", domain) else ""


def _joined(parts: Sequence[str]) -> str:
    """Words and digits in one string: "eighty four" is "84"."""
    text = ""
    for place, part in enumerate(parts):
        follows = parts[place + 1] if place + 1 < len(parts) else ""
        if part in _TENS:
            text += str(_TENS[part])[0] if follows in _UNITS and follows != "zero" else str(_TENS[part])
        else:
            number = _UNITS.get(part, _TEENS.get(part))
            text += part if number is None else str(number)
    return text


def _phone_digits(word: str, follows: Sequence[str], run: str) -> str | None:
    """The digits a word adds to the number said so far; None for a word that ends it."""
    after = follows[0] if follows else ""
    if word in _ZEROS:
        return "0"
    if word in _UNITS:
        return str(_UNITS[word])
    if word in _TEENS:
        return str(_TEENS[word])
    if word in _TENS:
        # "seventy seven" is 77, "seventy" by itself 70.
        return str(_TENS[word])[0] if after in _UNITS and after != "zero" else str(_TENS[word])
    if word == "hundred" and run:
        # "nine hundred and five", "nine hundred and twelve", but "nine hundred one two three".
        last = follows[1] if after == "and" and len(follows) > 1 else after
        return "" if last in {*_TEENS, *_TENS} else "0" if after == "and" and last in _UNITS else "00"
    if word == "thousand" and run:
        return "000"
    if word == "plus" and not run:
        return "+"
    return "" if word == "and" and run else None


# --- times and sums


_STRONG_TIMES = frozenset(
    (
        *_DAYS,
        *_MONTHS,
        "tomorrow",
        "today",
        "tonight",
        "morning",
        "mornings",
        "afternoon",
        "afternoons",
        "evening",
    )
    + (
        "evenings",
        "noon",
        "midday",
        "lunch",
        "lunchtime",
        "week",
        "weeks",
        "weekend",
        "month",
        "hour",
        "hours",
    )
    + (
        "minutes",
        "later",
        "o'clock",
        "am",
        "pm",
        "anytime",
        "day",
        "days",
        "mondays",
        "tuesdays",
        "wednesdays",
    )
    + ("thursdays", "fridays")
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


def _time_phrase(words: Sequence[str]) -> str | None:
    strong = [
        place
        for place, word in enumerate(words)
        if (word in _STRONG_TIMES - _WEAK_TIMES and words[max(0, place - 1) : place] != ["not"])
        or (word in _NUMBER_WORDS and place and words[place - 1] in _CLOCK_LINKS)
    ]
    if not strong:
        return None
    start, end = strong[0], strong[0]
    while start and (words[start - 1] in _TIME_LINKS or words[start - 1] in _NUMBER_WORDS):
        start -= 1
    while end + 1 < len(words) and (
        words[end + 1] in _TIME_LINKS or words[end + 1] in _NUMBER_WORDS or words[end + 1] in _STRONG_TIMES
    ):
        end += 1
    phrase = list(words[start : end + 1])
    while phrase and phrase[-1] in _TIME_LINKS:
        phrase.pop()
    while phrase and phrase[0] in ("and", "or", "to", "of", "a") and len(phrase) > 1:
        phrase.pop(0)
    return " ".join(phrase)


_NUMBER = rf"(?:{'|'.join(sorted(_NUMBER_WORDS, key=len, reverse=True))}|couple of|few|half)"
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
