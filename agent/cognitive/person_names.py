"""A person's name out of an answer: "It's Jane Smith, S M I T H". Pure.

A spelled name is sure, and corrects what was heard of the word it spells. A name that was only said is not: recognisers
know few family names.
"""

from __future__ import annotations

from collections.abc import Sequence

from agent.cognitive.reading import Reading
from agent.cognitive.spelling import letters_resolved, spelled_runs
from agent.cognitive.spoken_words import NUMBER_WORDS

_LEAD_INS = frozenset(
    "my name is names name's it's its it i'm i am this that's that the yes yeah sure okay hi hello well so and "
    "please full first last surname family call me under in for of course speaking here a an thank thanks "
    "you spelled spelt that'll be would which with mister mr mrs ms miss dr doctor no not right "
    "actually sorry put down as".split()
)
_TITLE_JOINS = frozenset({"dash", "hyphen", "apostrophe"})
_MOST_WORDS = 4


def name_said(words: Sequence[str]) -> Reading | None:
    """The one name in the words, capitalised; None where nothing like a name is left of them."""
    resolved = letters_resolved(words)
    runs = [run for run in spelled_runs(resolved) if len(run[0]) > 1 and run[0].isalpha()]
    # "I" and "a" are words more often than letters.
    runs = [run for run in runs if len(run[0]) > 2 or run[2] - run[1] == 2]
    if len(runs) > 2:
        return None
    said = _said(resolved, runs)
    if said is None:
        return None
    if not runs:
        return Reading(value=_written(said), sure=False) if said else None
    return Reading(value=_written(_spelled_in(said, [run[0] for run in runs])))


def _said(words: Sequence[str], runs: Sequence[tuple[str, int, int]]) -> list[str] | None:
    """The words that are no letters and no lead-in; None where they are too many or hold a number."""
    spelled = {place for _, start, end in runs for place in range(start, end)}
    left = [word for place, word in enumerate(words) if place not in spelled and word not in _LEAD_INS]
    if len(left) > _MOST_WORDS or any(word in NUMBER_WORDS or not _is_word(word) for word in left):
        return None
    return left


def _spelled_in(said: Sequence[str], spelled: Sequence[str]) -> list[str]:
    """The name said with what was spelled in place of the word it spells, by its first letter, the last first."""
    names = list(said)
    if len(spelled) == 1 and len(names) == 2 and (parted := _parted(names, spelled[0])):
        return parted
    fitted = len(names)
    for letters in reversed(spelled):
        at = next((n for n in range(fitted - 1, -1, -1) if names[n][0] == letters[0]), None)
        if at is None:
            # Two names spelled, none said: in their order. One spelled that none was said of: the family name.
            names.insert(fitted, letters)
        else:
            names[at], fitted = letters, at
    return names


def _parted(names: Sequence[str], letters: str) -> list[str] | None:
    """Both names spelled without a pause, parted where one of them is as it was said and the other begins so."""
    first, last = names
    if letters.startswith(first) and letters[len(first) : len(first) + 1] == last[0]:
        return [first, letters[len(first) :]]
    if letters.endswith(last) and letters[0] == first[0] and len(letters) > len(last):
        return [letters[: -len(last)], last]
    return None


def _is_word(word: str) -> bool:
    return word in _TITLE_JOINS or word.replace("'", "").isalpha()


def _written(names: Sequence[str]) -> str:
    text = " ".join(names).replace(" dash ", "-").replace(" hyphen ", "-").replace(" apostrophe ", "'")
    return "".join(
        sign.upper()
        if place == 0 or (text[place - 1] in " -'" and text[place - 1 : place + 2] != "'s")
        else sign
        for place, sign in enumerate(text)
    )
