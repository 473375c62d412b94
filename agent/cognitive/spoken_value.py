"""Values in words, to be read back to the caller: the readers' inverse. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, time
from decimal import Decimal, InvalidOperation

from agent.cognitive.amounts import split_amount
from agent.cognitive.spoken_time import MONTHS, WEEKDAYS, local_time, spoken_clock, spoken_time
from agent.cognitive.spoken_words import DIGITS, digit_by_digit
from agent.cognitive.value_types import ValueType
from agent.number_words import cardinal, ordinal

_CURRENCIES = {
    "GBP": ("pound", "pounds", "penny", "pence"),
    "USD": ("dollar", "dollars", "cent", "cents"),
    "EUR": ("euro", "euros", "cent", "cents"),
}
_ADDRESS_SIGNS = {"@": " at ", ".": " dot ", "_": " underscore ", "-": " dash ", "+": " plus "}


def spoken_value(value_type: ValueType, value: str, *, now_iso: str = "", time_zone: str = "") -> str:
    """The value as it is read out to the caller; the value itself where it is not one of its type."""
    match value_type:
        case ValueType.SLOT:
            return spoken_time(value, now_iso=now_iso, time_zone=time_zone)
        case ValueType.DATE_TIME:
            return spoken_moment(value, now_iso=now_iso, time_zone=time_zone)
        case ValueType.DATE:
            return spoken_date(value, now_iso=now_iso, time_zone=time_zone)
        case _:
            return _SPOKEN.get(value_type, str)(value)


def spoken_digits(number: str) -> str:
    """A telephone number in its groups: "plus four four, seven seven ..."; other signs are left out."""
    digits = "".join(sign for sign in number if sign in "0123456789")
    return ("plus " if number.startswith("+") else "") + digit_by_digit(digits)


def spoken_address(address: str) -> str:
    """A mail address as it is read out: "alex at example dot com"."""
    return " ".join("".join(_ADDRESS_SIGNS.get(sign, sign) for sign in address).split())


def spoken_date(value: str, *, now_iso: str = "", time_zone: str = "") -> str:
    """A day: "Tuesday the second of June", with its year where it is not within the coming one."""
    try:
        day = date.fromisoformat(value)
    except ValueError:
        return value
    now = local_time(now_iso, time_zone)
    said = f"{WEEKDAYS[day.weekday()]} the {ordinal(day.day)} of {MONTHS[day.month - 1]}"
    near = now is not None and 0 <= (day - now.date()).days < 300
    return said if near else f"{said} {spoken_year(day.year)}"


def spoken_year(year: int) -> str:
    """A year: 2026 is "twenty twenty six", 2006 "two thousand and six", 1905 "nineteen oh five"."""
    century, rest = divmod(year, 100)
    if year % 1000 < 10:
        return cardinal(year)
    if rest == 0:
        return f"{cardinal(century)} hundred"
    return f"{cardinal(century)} {'oh ' if rest < 10 else ''}{cardinal(rest)}"


def spoken_time_of_day(value: str) -> str:
    """A time of day: "half past two in the afternoon" is said "two thirty in the afternoon"."""
    try:
        moment = time.fromisoformat(value)
    except ValueError:
        return value
    return spoken_clock(moment.hour, moment.minute)


def spoken_moment(value: str, *, now_iso: str = "", time_zone: str = "") -> str:
    """A date and time: "Tuesday the second of June at two thirty in the afternoon"."""
    moment = local_time(value, time_zone)
    if moment is None:
        return value
    day = spoken_date(moment.date().isoformat(), now_iso=now_iso, time_zone=time_zone)
    return f"{day} at {spoken_clock(moment.hour, moment.minute)}"


def spoken_number(value: str) -> str:
    """A number: "minus three point five"."""
    try:
        number = Decimal(value)
    except InvalidOperation:
        return value
    if not number.is_finite() or abs(number) >= 10**12:
        return value
    whole, _, digits = f"{abs(number):f}".partition(".")
    said = cardinal(int(whole)) + (f" point {digit_by_digit(digits)}" if digits.strip("0") else "")
    return f"minus {said}" if number < 0 else said


def spoken_amount(value: str) -> str:
    """A sum: "GBP 12.50" is "twelve pounds and fifty pence"."""
    amount = split_amount(value)
    if amount is None or amount[0] not in _CURRENCIES or not 0 <= amount[1] < 10**12:
        return value
    names = _CURRENCIES[amount[0]]
    whole, minor = divmod(int(amount[1] * 100), 100)
    parts = [f"{cardinal(whole)} {names[whole != 1]}"] if whole or not minor else []
    parts += [f"{cardinal(minor)} {names[2 + (minor != 1)]}"] if minor else []
    return " and ".join(parts)


def spoken_signs(value: str) -> str:
    """A postcode or reference number sign by sign: "A B one two"."""
    return " ".join(
        DIGITS[int(sign)] if sign in "0123456789" else sign.upper() for sign in value if sign.isalnum()
    )


def spoken_name(value: str) -> str:
    """A name, and how it is spelled: "Jane Smith, J A N E, S M I T H"."""
    signs = {"-": "dash", "'": "apostrophe"}
    spelled = [" ".join(signs.get(sign, sign.upper()) for sign in part) for part in value.split()]
    return ", ".join([value, *spelled])


_SPOKEN: Mapping[ValueType, Callable[[str], str]] = {
    ValueType.PHONE: spoken_digits,
    ValueType.EMAIL: spoken_address,
    ValueType.NAME: spoken_name,
    ValueType.TIME: spoken_time_of_day,
    ValueType.NUMBER: spoken_number,
    ValueType.AMOUNT: spoken_amount,
    ValueType.POSTCODE: spoken_signs,
    ValueType.REFERENCE: spoken_signs,
    ValueType.CHOICE: lambda value: value.replace("_", " "),
}
