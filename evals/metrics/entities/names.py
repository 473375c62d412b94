"""Names of people and places, without case, accents, spaces and signs: "O'Brien" is obrien, "van Dijk" vandijk.

Nothing in a text says where a name is, so every few words that stand together may be one, and so may letters that
are spelled out.
"""

from __future__ import annotations

import re

from evals.metrics.entities.characters import character_runs, whole_stretches
from evals.metrics.entities.words import folded

MOST_WORDS = 4


def name(text: str) -> str:
    """The canonical form of a name by itself."""
    return "".join(re.findall(r"[a-z0-9]+|[^\W_a-z0-9]+", folded(text)))


def names(text: str) -> tuple[str, ...]:
    """What may be a name in a text: one to four words, or letters spelled out."""
    found: dict[str, None] = {}
    words = re.findall(r"[^\W_]+(?:'[^\W_]+)*", folded(text))
    for start in range(len(words)):
        for end in range(start + 1, min(start + MOST_WORDS, len(words)) + 1):
            if _inside_spelling(words, start) or _inside_spelling(words, end):
                continue
            phrase = "".join(words[start:end])
            found.setdefault(phrase.removesuffix("'s").replace("'", ""))
            found.setdefault(phrase.replace("'", ""))
    for run in character_runs(text):
        for stretch in whole_stretches(run):
            letters = "".join("o" * len(piece.text) if piece.oh else piece.text for piece in stretch)
            if letters.isalpha() and len(letters) > 1:
                found.setdefault(letters)
    return tuple(found)


def _inside_spelling(words: list[str], place: int) -> bool:
    """Whether letters said one by one stand on both sides of a place: "dam" is not in a d a m s."""
    return 0 < place < len(words) and len(words[place - 1]) == len(words[place]) == 1
