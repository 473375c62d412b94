"""Sums of money as whole pence, or cents: "twenty five pounds fifty" and £25.50 are 2550.

The currency is not part of the value. A number without any currency is a sum only where nothing in the text has one,
as in "we've got about five thousand".
"""

from __future__ import annotations

from fractions import Fraction

from evals.metrics.entities.numbers import SCALES, UNITS, read_cardinal
from evals.metrics.entities.words import at, tokens

_SIGNS = "£$€"
_WHOLE = frozenset("pound pounds quid dollar dollars buck bucks euro euros gbp usd eur".split())
_PARTS = frozenset("p pence pee penny pennies cent cents c".split())
_SHORT_SCALES = {"k": 10**3, "grand": 10**3, "m": 10**6, "mn": 10**6, "bn": 10**9} | SCALES
_UNSPOKEN = frozenset("-;!?()\"'…–—")

_Amount = tuple[Fraction, int]


def sums_of_money(text: str) -> tuple[str, ...]:
    """The sums in a text, in pence or cents."""
    words = [token for token in tokens(text) if token not in _UNSPOKEN]
    found, bare = [], []
    place = 0
    while place < len(words):
        read = _sum(words, place)
        if read is not None:
            found.append(read[0])
            place = read[1]
            continue
        amount = _amount(words, place)
        if amount is not None:
            bare.append(amount[0] * 100)
            place = amount[1]
        else:
            place += 1
    pence = [value for value in found or bare if value.denominator == 1]
    return tuple(dict.fromkeys(str(value) for value in pence))


def _sum(words: list[str], start: int) -> _Amount | None:
    """A sum with its currency, in pence."""
    if at(words, start) in _SIGNS and at(words, start):
        amount = _amount(words, start + 1)
        if amount is None:
            return None
        whole, place = amount
        place += at(words, place) in _WHOLE
        return _with_pence(words, whole, place, said=False)
    if at(words, start) in ("a", "one") and at(words, start + 1) in ("pound", "dollar", "euro", "quid"):
        return _with_pence(words, Fraction(1), start + 2, said=True)
    amount = _amount(words, start)
    if amount is None:
        return None
    value, place = amount
    if at(words, place) in _WHOLE:
        return _with_pence(words, value, place + 1, said=True)
    if at(words, place) in _PARTS:
        return value, place + 1
    if at(words, place - 1) == "grand":
        return value * 100, place
    return None


def _with_pence(words: list[str], whole: Fraction, place: int, *, said: bool) -> _Amount:
    """The sum in pence, with the pence that follow the pounds: fifty, and fifty pence, 50."""
    link = place + (at(words, place) == "and")
    pence = read_cardinal(words, link)
    if whole.denominator == 1 and pence is not None and pence[0] < 100:
        named = at(words, pence[1]) in _PARTS
        # "£25 50" is how some recognisers write twenty five pounds fifty; £25 and 50 people is not.
        plain = (
            link == place and (said or len(at(words, place)) == 2) and at(words, pence[1]) not in _NOT_PENCE
        )
        if named or (plain and (pence[0] >= 10 or not said)):
            return whole * 100 + pence[0], pence[1] + named
    return whole * 100, place


_NOT_PENCE = frozenset({"%", "percent", *_WHOLE, *SCALES})


def _amount(words: list[str], start: int) -> _Amount | None:
    """A number that may have a decimal part and a scale: 1.2 million, one point two million, 5k, half a million."""
    if words[start : start + 2] == ["half", "a"] and at(words, start + 2) in SCALES:
        return Fraction(SCALES[words[start + 2]], 2), start + 3
    if at(words, start) == "a" and at(words, start + 1) == "grand":
        return Fraction(1000), start + 2
    read = read_cardinal(words, start)
    if read is None:
        return None
    value, place = Fraction(read[0]), read[1]
    if at(words, place) in (".", "point"):
        digits, after = _decimals(words, place + 1)
        if digits:
            value, place = value + Fraction(int(digits), 10 ** len(digits)), after
    while at(words, place) in _SHORT_SCALES:
        value, place = value * _SHORT_SCALES[words[place]], place + 1
    return value, place


def _decimals(words: list[str], start: int) -> tuple[str, int]:
    if at(words, start).isdigit():
        return words[start], start + 1
    digits, place = "", start
    while at(words, place) in UNITS:
        digits += str(UNITS[words[place]])
        place += 1
    return digits, place
