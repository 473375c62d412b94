"""Numbers and sums of money with their amounts: "three and a half thousand pounds" is GBP 3500.00. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation

from agent.cognitive.number_reading import quantities
from agent.cognitive.reading import Reading

CURRENCIES = {
    "pound": "GBP", "pounds": "GBP", "quid": "GBP", "sterling": "GBP",
    "dollar": "USD", "dollars": "USD", "bucks": "USD",
    "euro": "EUR", "euros": "EUR",
}  # fmt: skip
"""The currencies known, ISO 4217, by what people call them; dollars are those of the United States."""
MINOR_UNITS = {"pence": "GBP", "penny": "GBP", "p": "GBP", "cent": "", "cents": ""}
"""A hundredth of a currency; cents are those of the currency said or expected."""

_LARGEST = Decimal(10) ** 12


def number_said(words: Sequence[str], *, least: str = "", most: str = "") -> Reading | None:
    """The one number in the words within the bounds, in plain digits; None where none or several are."""
    found = set()
    for value, start, _ in quantities(words):
        minus = start > 0 and words[start - 1] == "minus"
        found.add(-value if minus else value)
    fitting = {value for value in found if _within(value, least, most)}
    if len(found) != 1 or len(fitting) != 1:
        return None
    return Reading(value=plain(found.pop()))


def number_keyed(digits: str, *, least: str = "", most: str = "") -> Reading | None:
    """The number entered on telephone keys, where it lies within the bounds."""
    value = Decimal(digits) if digits.isascii() and digits.isdigit() and len(digits) <= 12 else None
    return Reading(value=plain(value)) if value is not None and _within(value, least, most) else None


def amount_said(
    words: Sequence[str], *, currency: str = "", least: str = "", most: str = ""
) -> Reading | None:
    """The one sum in the words as "GBP 3500.00"; a bare number counts only where a `currency` is expected."""
    sums: dict[tuple[str, Decimal], bool] = {}
    numbers = quantities(words)
    done = -1
    for place, (value, start, end) in enumerate(numbers):
        if start < done:
            continue
        unit, after = _unit(words, end)
        if unit in CURRENCIES:
            minor, done = _minor(words, after, numbers[place + 1 :])
            sums[(CURRENCIES[unit], value + minor)] = True
        elif unit in MINOR_UNITS:
            named = MINOR_UNITS[unit] or (currency if currency != "GBP" else "")
            if named:
                sums[(named, value / 100)] = True
        elif currency:
            sums[(currency, value)] = False
    # "Two of us have five thousand pounds": what was said with its currency is the sum.
    named_sums = {said for said, named in sums.items() if named} or set(sums)
    if len(named_sums) != 1:
        return None
    code, value = named_sums.pop()
    whole = value.quantize(Decimal("0.01")) if value < _LARGEST else None
    if whole is None or whole != value or not _within(value, least, most):
        return None
    return Reading(value=f"{code} {whole}")


def plain(value: Decimal) -> str:
    """A number in digits without an exponent or zeros at its end."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def split_amount(amount: str) -> tuple[str, Decimal] | None:
    """The currency and the number of a kept sum; None for what is none."""
    code, _, number = amount.partition(" ")
    try:
        value = Decimal(number)
    except InvalidOperation:
        return None
    return (code, value) if value.is_finite() else None


def _unit(words: Sequence[str], place: int) -> tuple[str, int]:
    unit = words[place] if place < len(words) else ""
    return unit, place + 1


def _minor(
    words: Sequence[str], place: int, numbers: Sequence[tuple[Decimal, int, int]]
) -> tuple[Decimal, int]:
    """The pence after the pounds: "fifty", "and fifty pence", "fifty p"."""
    linked = place < len(words) and words[place] == "and"
    for value, start, end in numbers:
        if start != place + linked or not 0 < value < 100 or value != int(value):
            continue
        named = end < len(words) and words[end] in MINOR_UNITS
        # "Ten pounds and twenty people": after "and" the pence must be named.
        if named or (not linked and (end >= len(words) or words[end] not in CURRENCIES)):
            return value / 100, end + named
    return Decimal(0), place


def _within(value: Decimal, least: str, most: str) -> bool:
    return (not least or value >= Decimal(least)) and (not most or value <= Decimal(most))
