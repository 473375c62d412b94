"""Postcodes of the United Kingdom and ZIP codes of the United States, in upper case without spaces."""

from __future__ import annotations

import re

from evals.metrics.entities.characters import Piece, character_runs, whole_stretches
from evals.metrics.entities.context import EntityContext

# Area of one or two letters, district, sector, unit: BS 7666 and Royal Mail's guide. "Oh" may be either kind.
_UK = re.compile(r"(?P<area>[a-z0]{1,2})(?P<district>[0-9o][a-z0-9]?)(?P<sector>[0-9o])(?P<unit>[a-z0]{2})")
_ZIP = re.compile(r"[0-9]{5}(?:[0-9]{4})?")


def postcodes(text: str, context: EntityContext) -> tuple[str, ...]:
    """The postcodes in a text; in a call of the United States its ZIP codes, and both where the country is unknown."""
    found: dict[str, None] = {}
    for run in character_runs(text):
        for stretch in whole_stretches(run):
            for read in _readings(stretch, context):
                found.setdefault(read)
    return tuple(found)


def _readings(stretch: list[Piece], context: EntityContext) -> list[str]:
    characters = "".join(piece.text for piece in stretch)
    if context.country != "GB" and _ZIP.fullmatch(characters):
        return [characters]
    match = _UK.fullmatch(characters)
    if context.country == "US" or match is None:
        return []
    district = match["district"].replace("o", "0")
    letters = {part: match[part].replace("0", "o") for part in ("area", "unit")}
    return [f"{letters['area']}{district}{match['sector'].replace('o', '0')}{letters['unit']}".upper()]
