"""Written numbers, times and amounts as the words they are said with: "10:30" is "ten thirty"."""

from __future__ import annotations

import re

from agent.number_words import SMALL, cardinal, ordinal

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


def _number(match: re.Match[str]) -> str:
    digits = match[0].replace(",", "")
    said_one_by_one = digits[0] == "0" or (len(digits) >= _LONG and digits == match[0])
    if said_one_by_one or int(digits) >= _LARGEST:
        return " ".join(SMALL[int(digit)] for digit in digits)
    return cardinal(int(digits))


def _clock(match: re.Match[str]) -> str:
    hour, minute = int(match[1]), int(match[2])
    if minute == 0:
        return f"{cardinal(hour)} o'clock"
    return f"{cardinal(hour)} {'oh ' if minute < 10 else ''}{cardinal(minute)}"


def _amount(match: re.Match[str]) -> str:
    return f"{match[2]}{' thousand' if match[3] else ''} {_UNITS[match[1]]}"
