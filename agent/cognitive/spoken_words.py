"""Words as they are spoken: what was typed and what was recognised, brought to one form.

At text level a caller's line has capitals, punctuation and digits ("10:30", "£5,000"); a recogniser gives lower-case
words with numbers spelled out. Everything that looks at words (dispatch, capture) sees the second form only.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from agent import number_words
from agent.number_words import SMALL, cardinal, ordinal

DIGITS = SMALL[:10]
UNITS = {word: number for number, word in enumerate(DIGITS)}
TEENS = {word: number for number, word in enumerate(SMALL) if number >= 10}
TENS = {word: 10 * place for place, word in enumerate(number_words.TENS) if place >= 2}
NUMBER_WORDS = frozenset({*UNITS, *TEENS, *TENS, "hundred", "thousand", "million"})
"""Every word that a count is said with."""

# Hesitations carry no meaning, and recognisers differ on whether they write them.
_FILLERS = frozenset({"um", "uh", "erm", "er", "ehm", "hmm", "ah"})
# A longer run of digits is a telephone number or a code, and is read out digit by digit.
_LONGEST_COUNT = 4
_CURRENCIES = {"£": "pounds", "$": "dollars", "€": "euros"}
_WRITTEN_FORMS = {
    "ok": "okay",
    "yep": "yeah",
    "yup": "yeah",
    "aye": "yes",
    "nah": "no",
    "naw": "no",
    "nay": "no",
}
# "Mm-hmm", "mhm" and "uh-huh" affirm; "nuh-uh" and "uh-uh" do not. Recognisers write them in many ways.
_HUMMED_YES = re.compile(r"\b(?:m+[- ]?h+m+|u+h+[- ]?h+u+h+)\b")
_HUMMED_NO = re.compile(r"\b(?:n+u+h+[- ]u+h+|u+h+[- ]u+h+|mm[- ]mm)\b")
_TOKEN = re.compile(r"[a-z]+(?:'[a-z]+)*|\d+|@|(?<=[a-z0-9])[._+-](?=[a-z0-9])")
_SIGNS = {"@": "at", ".": "dot", "_": "underscore", "+": "plus", "-": "dash"}
_ADDRESS = re.compile(r"\S+@\S+")
# Digits in groups: together a telephone number if there are enough of them.
_DIGIT_GROUPS = re.compile(r"(?<![\w@.])\+?\(?\d[\d ().-]{5,}\d\b")
_SHORTEST_TELEPHONE_NUMBER = 7


def digit_by_digit(digits: str) -> str:
    """How a telephone number is said: "077" is "zero seven seven"."""
    return " ".join(DIGITS[int(digit)] for digit in digits)


def spoken_words(text: str) -> list[str]:
    """The words of a line in the one form that dispatch and capture look at.

    Lower case, no punctuation, numbers and signs in words, no hesitations. A mail address keeps its signs as words
    ("jane dot smith at example dot com"); elsewhere a dot or a dash only ends a word.
    """
    return list(_spoken(text))


@lru_cache(maxsize=8)  # the words of one turn are asked for by several, one after another
def _spoken(text: str) -> tuple[str, ...]:
    plain = _without_accents(text.lower().replace("’", "'").replace("‘", "'"))
    plain = _HUMMED_NO.sub("no", _HUMMED_YES.sub("yes", plain))
    plain = re.sub(r"([£$€])\s?(\d[\d,]*)(k|m)?\b", _money, plain)
    plain = re.sub(r"\b(\d{1,2})[:.](\d{2})\b(?!\d)", _time_of_day, plain)
    plain = re.sub(r"(?<=\d),(?=\d{3}\b)", "", plain)
    plain = _DIGIT_GROUPS.sub(_telephone_number, plain)
    plain = re.sub(r"\b(\d{1,2})(?:st|nd|rd|th)\b", lambda found: ordinal(int(found[1])), plain)
    plain = re.sub(r"\b([ap])\.\s?m\b\.?", r"\1m", plain)
    plain = plain.replace("%", " percent ").replace("&", " and ")
    words: list[str] = []
    for part in plain.split():
        in_address = _ADDRESS.fullmatch(part) is not None
        for token in _TOKEN.findall(part):
            if token in _SIGNS:
                if in_address:
                    words.append(_SIGNS[token])
            elif token.isdigit():
                words += _number(token).split()
            else:
                words.append(_WRITTEN_FORMS.get(token, token))
    return tuple(word for word in words if word not in _FILLERS)


def spoken_form(text: str) -> str:
    """`spoken_words`, joined."""
    return " ".join(spoken_words(text))


def _number(digits: str) -> str:
    is_code = len(digits) > _LONGEST_COUNT or (len(digits) > 1 and digits.startswith("0"))
    return digit_by_digit(digits) if is_code else cardinal(int(digits))


def _money(found: re.Match[str]) -> str:
    amount = int(found[2].replace(",", "")) * {"k": 1_000, "m": 1_000_000}.get(found[3] or "", 1)
    return f" {cardinal(amount)} {_CURRENCIES[found[1]]} "


def _telephone_number(found: re.Match[str]) -> str:
    digits = re.sub(r"\D", "", found[0])
    if len(digits) < _SHORTEST_TELEPHONE_NUMBER:
        return found[0]
    return f" {'plus ' if found[0].startswith('+') else ''}{digit_by_digit(digits)} "


def _time_of_day(found: re.Match[str]) -> str:
    hour, minute = int(found[1]), int(found[2])
    return f"{cardinal(hour)} {spoken_minute(minute)}"


def spoken_minute(minute: int) -> str:
    """How the minutes of a time are said after its hour: 0 is "o'clock", 5 is "oh five"."""
    if minute == 0:
        return "o'clock"
    return f"oh {SMALL[minute]}" if minute < 10 else cardinal(minute)


def _without_accents(text: str) -> str:
    if text.isascii():
        return text
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))
