"""The words of a text in one plain form, each with the characters that it stands on.

Guards look at this form and report places in the text as it was. Tricks of writing are undone on the way: accents,
full-width and other digits, letters of other alphabets that look like ours, invisible characters inside a word.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

# Apostrophes, and characters that show nothing (Unicode category Cf), join what stands on both sides of them.
_JOINERS = "'’‘\u00ad\u200b\u200c\u200d\u2060\ufeff"
_WORD = re.compile(rf"[^\W_]+(?:[{_JOINERS}]+[^\W_]+)*")
_JOINER = re.compile(rf"[{_JOINERS}]+")
# Cyrillic and Greek letters that are drawn like Latin ones (Unicode TR 39, the commonest of its confusables).
_LOOKALIKES = str.maketrans("аеорсухіјѕԁɡһԛԝοαενικρτυ", "aeopcyxijsdghqwoaevikptu")


@dataclass(frozen=True, slots=True)
class LocatedWord:
    """A word in plain form, and its first and one-past-last character in the text."""

    text: str
    start: int
    end: int


@dataclass(frozen=True)
class Located:
    """A text's words; `plain` is all of them between single spaces, for patterns to search."""

    words: Sequence[LocatedWord]

    @cached_property
    def plain(self) -> str:
        """`" word word "`, with a space before the first and after the last."""
        return f" {' '.join(word.text for word in self.words)} "


def locate(text: str) -> Located:
    """The words of a text; never fails."""
    if text.isascii():
        return Located(
            tuple(
                LocatedWord(found[0].replace("'", "").lower(), found.start(), found.end())
                for found in _WORD.finditer(text)
            )
        )
    words = []
    for found in _WORD.finditer(text):
        plain = plain_word(found[0])
        if plain:
            words.append(LocatedWord(plain, found.start(), found.end()))
    return Located(tuple(words))


def plain_word(word: str) -> str:
    """One word in plain form: lower case, no accents, our digits, no look-alikes, nothing invisible."""
    decomposed = unicodedata.normalize("NFKD", _JOINER.sub("", word)).casefold().translate(_LOOKALIKES)
    letters = []
    for letter in decomposed:
        digit = unicodedata.decimal(letter, None)
        if digit is not None:
            letters.append(str(digit))
        elif letter.isalnum():
            letters.append(letter)
    return "".join(letters)
