"""The types of value that a flow can take from the caller's words; `docs/slots.md` says what each is kept as."""

from __future__ import annotations

from enum import StrEnum


class ValueType(StrEnum):
    """What can be taken from the caller's words; `capture.py` says how."""

    SLOT = "slot"
    EMAIL = "email"
    PHONE = "phone"
    WHEN = "when"
    MONEY = "money"
    TIMELINE = "timeline"
    TEXT = "text"
    NAME = "name"
    DATE = "date"
    TIME = "time"
    DATE_TIME = "date_time"
    NUMBER = "number"
    AMOUNT = "amount"
    CHOICE = "choice"
    POSTCODE = "postcode"
    REFERENCE = "reference"


KEYED_TYPES = frozenset({ValueType.PHONE, ValueType.NUMBER, ValueType.REFERENCE, ValueType.DATE})
"""Types whose values can be entered on telephone keys figure by figure."""
