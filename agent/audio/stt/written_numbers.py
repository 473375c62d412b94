"""Written numbers, times and amounts as the words they are said with: "10:30" is "ten thirty"."""

from __future__ import annotations

import re

_ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen"
).split()
_TENS = "zero ten twenty thirty forty fifty sixty seventy eighty ninety".split()
_ORDINALS = {
    "one": "first", "two": "second", "three": "third", "five": "fifth", "eight": "eighth", "nine": "ninth",
    "twelve": "twelfth",
}  # fmt: skip
_UNITS = {"£": "pounds", "$": "dollars", "€": "euros"}
_LARGEST = 10**9
_LONG = 6  # digits without commas: part of a telephone number or reference rather than an amount

_CLOCK = re.compile(r"\b(\d{1,2})[:.](\d{2})(?=\s*[ap]\.?m|\D|$)")
_AMOUNT = re.compile(r"([£$€])\s?(\d+(?:,\d{3})*)(k?)")
_ORDINAL = re.compile(r"\b(\d{1,3})(?:st|nd|rd|th)\b")
_NUMBER = re.compile(r"\d+(?:,\d{3})*")
_PER_CENT = re.compile(r"(?<=\d)\s?%")


def in_words(text: str) -> str:
    """The text with every number in it written as words; all else stays."""
    text = _AMOUNT.sub(_amount, text)
    text = _PER_CENT.sub(" per cent", text)
    text = _CLOCK.sub(_clock, text)
    text = _ORDINAL.sub(lambda match: ordinal(int(match[1])), text)
    return _NUMBER.sub(_number, text)


def cardinal(value: int) -> str:
    """A number from 0 to 999,999,999 in words, as in British English: "two hundred and five"."""
    for size, name in ((1_000_000, "million"), (1000, "thousand"), (100, "hundred")):
        if value >= size:
            rest = value % size
            words = f"{cardinal(value // size)} {name}"
            if not rest:
                return words
            return f"{words}{' and' if rest < 100 else ''} {cardinal(rest)}"
    if value < 20:
        return _ONES[value]
    return _TENS[value // 10] + (f" {_ONES[value % 10]}" if value % 10 else "")


def ordinal(value: int) -> str:
    """A number's place in words: 21 is "twenty first"."""
    before, _, last = cardinal(value).rpartition(" ")
    if last in _ORDINALS:
        last = _ORDINALS[last]
    else:
        last = f"{last[:-1]}ieth" if last.endswith("y") else f"{last}th"
    return f"{before} {last}".strip()


def _number(match: re.Match[str]) -> str:
    digits = match[0].replace(",", "")
    said_one_by_one = digits[0] == "0" or (len(digits) >= _LONG and digits == match[0])
    if said_one_by_one or int(digits) >= _LARGEST:
        return " ".join(_ONES[int(digit)] for digit in digits)
    return cardinal(int(digits))


def _clock(match: re.Match[str]) -> str:
    hour, minute = int(match[1]), int(match[2])
    if minute == 0:
        return f"{cardinal(hour)} o'clock"
    return f"{cardinal(hour)} {'oh ' if minute < 10 else ''}{cardinal(minute)}"


def _amount(match: re.Match[str]) -> str:
    return f"{match[2]}{' thousand' if match[3] else ''} {_UNITS[match[1]]}"
