"""Words that end in 's: the model of words takes them as two, the word before and the 's.

*The router's flashing* is seldom written anywhere, *the* before *router* and *'s* before *flashing* are. So any word
may own something, or be short for *is* and *has*, and what comes after is likely all the same. *It's* and its like are
words of their own, and frequent enough to be known as such.
"""

from __future__ import annotations

from collections.abc import Iterable

CLITIC = "'s"

_WHOLE = frozenset(
    f"{word}{CLITIC}"
    for word in "it that what there here he she who where how when why let this everything something nothing".split()
)
_SHORTEST = 3  # letters of a word that owns: shorter ones are letters said one by one, and small words
_AFTER_SIBILANTS, _AFTER_VOICELESS, _ELSE = "Iz", "s", "z"
_SIBILANTS, _VOICELESS = "szSZCJ", "ptkfT"


def pieces(word: str) -> tuple[str, ...]:
    """The word as the models have it: in one piece, or what is before 's and that."""
    if not word.endswith(CLITIC) or word == CLITIC or word in _WHOLE:
        return (word,)
    return word[: -len(CLITIC)], CLITIC


def apart(sentence: str) -> str:
    """The sentence with every word in its pieces; the apostrophe of *parents'* is not heard, and goes."""
    return " ".join(piece for word in sentence.split() for piece in pieces(word.rstrip("'") or word))


def possessives(words: Iterable[str]) -> set[str]:
    """What words make with 's, those that may own something."""
    return {
        word + CLITIC
        for word in words
        if len(word) >= _SHORTEST and word.isalpha() and word[-1] != "s" and word + CLITIC not in _WHOLE
    }


def with_clitic(said: str) -> tuple[str, ...]:
    """How a word's 's makes it sound, given the word's sounds (`agent.audio.stt.ear.sounds`).

    It is a syllable after a sibilant and voiceless after a voiceless sound, as in plurals; espeak-ng, whose speech the
    ear was trained on, takes some for neither, as in *academic's* and *bath's*.
    """
    if said[-1] in _SIBILANTS:
        return said + _AFTER_SIBILANTS, said + _ELSE
    if said[-1] in _VOICELESS:
        return said + _AFTER_VOICELESS, said + _ELSE
    return (said + _ELSE,)
