"""One of a closed list, by its name or a synonym: "I'd like the premium one". Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from agent.cognitive.reading import Reading
from agent.cognitive.spoken_words import spoken_words

_DENIALS = frozenset({"not", "no", "don't", "never", "isn't", "without"})
_DENIAL_REACH = 3


def choice_said(words: Sequence[str], choices: Mapping[str, Sequence[str]]) -> Reading | None:
    """The one choice that the words name; None where they name none or several. What is denied is not named.

    A longer name wins over a shorter one within it: "home insurance" is not "home".
    """
    hits = [
        (place, place + len(name), choice)
        for choice, synonyms in choices.items()
        for said in (choice, *synonyms)
        if (name := spoken_words(said.replace("_", " ")))
        for place in range(len(words) - len(name) + 1)
        if list(words[place : place + len(name)]) == name
    ]
    longest = [
        hit
        for hit in hits
        if not any(o[0] <= hit[0] and hit[1] <= o[1] and o[1] - o[0] > hit[1] - hit[0] for o in hits)
    ]
    named = {choice for start, _, choice in longest if not _denied(words, start)}
    return Reading(value=named.pop()) if len(named) == 1 else None


def _denied(words: Sequence[str], start: int) -> bool:
    before = words[max(0, start - _DENIAL_REACH) : start]
    # "No, the blue one": a no that opens the line answers something else.
    return any(word in _DENIALS and not (word == "no" and start <= _DENIAL_REACH) for word in before)
