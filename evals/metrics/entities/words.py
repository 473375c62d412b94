"""Text as the words, numbers and signs that entities are read from."""

from __future__ import annotations

import re
import unicodedata

# Letters that Unicode does not take apart into a letter and an accent.
_OTHER_LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"}
)
_TOKEN = re.compile(r"[0-9]+(?:st|nd|rd|th)\b|[0-9]+|[a-z]+(?:'[a-z]+)*|[^\sa-z0-9]")
_DOTTED = re.compile(r"\b([ap])\s?\.\s?m\b\.?")
_GROUPED = re.compile(r"(?<![0-9,])[0-9]{1,3}(?:,[0-9]{3})+(?![0-9,]*[0-9])")


def folded(text: str) -> str:
    """The text in lower case without accents, with straight apostrophes."""
    text = unicodedata.normalize("NFKC", text).casefold().translate(_OTHER_LETTERS)
    text = "".join(sign for sign in unicodedata.normalize("NFKD", text) if not unicodedata.combining(sign))
    return re.sub(r"[‘’ʼ`]", "'", text)


def tokens(text: str) -> list[str]:
    """Words, numbers and signs in order: "Half-past 10:30 a.m." is half - past 10 : 30 am."""
    text = _DOTTED.sub(r"\1m", folded(text))
    text = _GROUPED.sub(lambda match: match[0].replace(",", ""), text)
    return _TOKEN.findall(text)


def spoken_tokens(text: str) -> list[str]:
    """The tokens without the signs between words that are not spoken: hyphens, commas and stops."""
    return [token for token in tokens(text) if token not in "-,.;!?()\"'…–—"]


def at(words: list[str], place: int) -> str:
    """The word at a place; empty before the first and after the last."""
    return words[place] if 0 <= place < len(words) else ""
