"""Mail addresses and telephone numbers as people say them: "double oh", "b as in bravo", "dot co dot uk"."""

from __future__ import annotations

import re
from collections.abc import Sequence

from agent.cognitive.spoken_words import TEENS, TENS, UNITS

_REPEATS = {"double": 2, "triple": 3, "treble": 3}
_ZEROS = frozenset({"oh", "o", "zero", "nought", "nil"})
_SEPARATORS = {"dot": ".", "point": ".", "underscore": "_", "plus": "+"} | dict.fromkeys(
    ("dash", "hyphen", "minus"), "-"
)
# Words that stand before a mail address and are no part of it.
_LEAD_INS = frozenset(
    "at is it's its to my email mail address me use send yes yeah sure okay that's thats be would on try the well so "
    "it and please no actually right for as reach".split()
)


def mail_address(words: Sequence[str]) -> str | None:
    """A mail address said in words or spelled letter by letter."""
    words = _spelling_resolved(words)
    for at in (place for place, word in enumerate(words) if word == "at"):
        domain = _domain(words[at + 1 :])
        local = _local_part(words[:at])
        if domain and local:
            return f"{local}@{domain}"
    return None


def telephone_number(words: Sequence[str]) -> str | None:
    """A telephone number of 7 to 15 digits (ITU-T E.164), with "double", "triple" and "oh"."""
    words = [*words, ""]
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
        if part in TENS:
            text += str(TENS[part])[0] if follows in UNITS and follows != "zero" else str(TENS[part])
        else:
            number = UNITS.get(part, TEENS.get(part))
            text += part if number is None else str(number)
    return text


def _phone_digits(word: str, follows: Sequence[str], run: str) -> str | None:
    """The digits a word adds to the number said so far; None for a word that ends it."""
    after = follows[0] if follows else ""
    if word in _ZEROS:
        return "0"
    if word in UNITS:
        return str(UNITS[word])
    if word in TEENS:
        return str(TEENS[word])
    if word in TENS:
        # "seventy seven" is 77, "seventy" by itself 70.
        return str(TENS[word])[0] if after in UNITS and after != "zero" else str(TENS[word])
    if word == "hundred" and run:
        # "nine hundred and five", "nine hundred and twelve", but "nine hundred one two three".
        last = follows[1] if after == "and" and len(follows) > 1 else after
        return "" if last in {*TEENS, *TENS} else "0" if after == "and" and last in UNITS else "00"
    if word == "thousand" and run:
        return "000"
    if word == "plus" and not run:
        return "+"
    return "" if word == "and" and run else None
