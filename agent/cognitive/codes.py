"""Reference numbers and British postcodes, said sign by sign: "A B one two three", "S W one A one A A". Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from agent.cognitive.reading import Reading
from agent.cognitive.spelling import letters_resolved, spelled_runs

SHORTEST_REFERENCE = 4
"""Fewer signs than this are more likely a number or a word."""
LONGEST_REFERENCE = 24

# BS 7666: outward code of one or two letters, one or two figures or a figure and a letter; inward code of a figure and
# two letters.
_POSTCODE = re.compile(r"([A-Z]{1,2}[0-9][0-9A-Z]?)([0-9][ABD-HJLNP-UW-Z]{2})")


def postcode_said(words: Sequence[str]) -> Reading | None:
    """The one postcode spelled in the words, as it is written: "SW1A 1AA"."""
    whole = {found for run in _runs(words) if (found := _POSTCODE.fullmatch(run.upper()))}
    codes = {f"{found[1]} {found[2]}" for found in whole}
    return Reading(value=codes.pop()) if len(codes) == 1 else None


def reference_said(words: Sequence[str], *, least: str = "", most: str = "") -> Reading | None:
    """The one run of letters and figures of a reference's length, in capitals; bounds are lengths."""
    shortest, longest = int(least or SHORTEST_REFERENCE), int(most or LONGEST_REFERENCE)
    runs = {run.upper() for run in _runs(words) if shortest <= len(run) <= longest}
    figures = {run for run in runs if any(sign.isdigit() for sign in run)} or runs
    return Reading(value=figures.pop()) if len(figures) == 1 else None


def _runs(words: Sequence[str]) -> list[str]:
    # A dash or "slash" within a reference is not part of it.
    signs = [
        word for word in letters_resolved(words) if word not in ("dash", "hyphen", "slash", "space", "stroke")
    ]
    return [text for text, _, _ in spelled_runs(signs)]
