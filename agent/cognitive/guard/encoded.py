"""Words that are spelled, said in the telephone alphabet, or pressed on keys, read as words. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from agent.cognitive.guard.located_words import Located, LocatedWord
from agent.cognitive.guard.redaction.codes import nato_letter

_LETTERS_OF_KEY = {
    "2": "abc",
    "3": "def",
    "4": "ghi",
    "5": "jkl",
    "6": "mno",
    "7": "pqrs",
    "8": "tuv",
    "9": "wxyz",
}
_SHORTEST_SPELLED = 3
_LONGEST_KEYS = 2_000


def decoded_words(located: Located) -> Located | None:
    """The words with what is spelled put together, each on the characters of its spelling; None if nothing is."""
    words: list[LocatedWord] = []
    letters: list[LocatedWord] = []
    place, spelled = 0, False
    source = [*located.words, LocatedWord("", 0, 0)]
    while place < len(source):
        letter, used = _letter_at(source, place)
        if letter:
            letters.append(LocatedWord(letter, source[place].start, source[place + used - 1].end))
            place += used
            continue
        if len(letters) >= _SHORTEST_SPELLED:
            spelled = True
            words.append(
                LocatedWord("".join(word.text for word in letters), letters[0].start, letters[-1].end)
            )
        else:
            words += letters
        letters = []
        words.append(source[place])
        place += 1
    return Located(tuple(words[:-1])) if spelled else None


def decoded_keys(keys: str) -> Iterator[str]:
    """What pressed keys may say: by multi-tap ("444" is i), and as numbers of letters or of characters (ASCII)."""
    groups = [group for group in re.split(r"[^0-9]+", keys[:_LONGEST_KEYS]) if group]
    taps = [run[0] for group in groups for run in re.finditer(r"(\d)\1*", group)]
    yield "".join(_tapped(tap) for tap in taps)
    if len(groups) > 1:
        numbers = [int(group) if len(group) <= 3 else 0 for group in groups]
        yield "".join(chr(number) if 32 <= number < 127 else " " for number in numbers).lower()
        yield "".join(chr(96 + number) if 1 <= number <= 26 else " " for number in numbers)
    joined = "".join(groups)
    if len(joined) >= 8 and len(joined) % 2 == 0:
        pairs = [int(joined[at : at + 2]) for at in range(0, len(joined), 2)]
        if all(32 <= pair <= 90 for pair in pairs):
            yield "".join(map(chr, pairs)).lower()


def _tapped(tap: str) -> str:
    letters = _LETTERS_OF_KEY.get(tap[0], "")
    if not letters:
        return " " if tap[0] == "0" else ""
    return letters[(len(tap) - 1) % len(letters)]


def _letter_at(words: list[LocatedWord], place: int) -> tuple[str, int]:
    """The letter that is spelled here, and in how many words."""
    word = words[place].text
    if len(word) == 1 and word.isalpha():
        following = [after.text for after in words[place + 1 : place + 4]]
        if following[:2] == ["as", "in"] and len(following) == 3 and following[2].startswith(word):
            return word, 4
        if following[:1] == ["for"] and len(following) > 1 and following[1].startswith(word):
            return word, 3
        return word, 1
    return nato_letter(word), 1
