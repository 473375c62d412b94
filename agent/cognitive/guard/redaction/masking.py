"""Placeholders, and keeping what has been taken out from being read again. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable

KINDS = (
    "card", "security code", "sort code", "account", "nhs number", "ni number", "ssn", "iban", "phone", "email",
    "postcode", "name", "digits", "secret", "too deep",
)  # fmt: skip
_PLACEHOLDER = re.compile(r"\[(?:" + "|".join(KINDS) + r")\]")
HOLE = "\u2d30"
"""Stands for each character taken out: a letter of no word that anything looks for, so it ends what is beside it."""


def mask_placeholders(text: str) -> str:
    """The text with placeholders made unreadable, at the same length."""
    return _PLACEHOLDER.sub(lambda found: HOLE * len(found[0]), text) if "[" in text else text


def mask(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """The text with these characters made unreadable, at the same length."""
    for start, end in spans:
        text = text[:start] + HOLE * (end - start) + text[end:]
    return text
