"""How callers hesitate in a line: filled pauses, words said twice, starts made anew, silence in the middle.

Only what carries no meaning is added, and never within a value, so what the line means stays the same. The markers of
values (`evals.generating.wording`) are single words here.
"""

from __future__ import annotations

import re

from evals.ear.text_grammar import Dice

_FILLED_PAUSES = ("um", "um", "uh", "er", "erm")
# Words that are said twice without anything being said twice.
_REPEATABLE = frozenset(
    "i i'd i'll we we're it it's is the that that's and to so but could my in on with for a".split()
)
_PLAIN = re.compile(r"[A-Za-z][a-z']*,?")
_NUMBERISH = frozenset(
    "oh zero one two three four five six seven eight nine ten double triple dot at thirty half past".split()
)
_LOWERED = frozenset(
    "yes yeah yep aye no nope nah ah oh hm mm mhm hi hello hiya good morning speaking correct indeed it it's the that "
    "that's could can we our we're we'd you you're well right okay so not this send use best try ring call sorry "
    "say put let let's make look listen please take get will would hang hold wait just one two".split()
)


def hesitant(dice: Dice, text: str) -> str:
    """The line with one hesitation."""
    words = text.split()
    roll = dice.below(10)
    if roll < 4 or len(words) < 3:
        return f"{dice.pick(_FILLED_PAUSES).capitalize()}, {_lowered(text)}"
    if roll < 7:
        return _with_pause_at(dice, words, dice.between(1, len(words) - 1), "")
    if roll < 9:
        places = [at for at, word in enumerate(words) if word.lower() in _REPEATABLE]
        at = dice.pick(places) if places else 0
        return (
            " ".join([*words[:at], f"{words[at]},", _lowered(words[at]), *words[at + 1 :]])
            if places
            else text
        )
    start = words[:2]
    if not all(_PLAIN.fullmatch(word) and word.strip(",").lower() not in _NUMBERISH for word in start):
        return text
    return f"{' '.join(start).rstrip(',')}, {_lowered(text)}"


def slow(dice: Dice, text: str) -> str:
    """The line of somebody who thinks while speaking: a filled pause, then silence before the rest."""
    words = text.split()
    silence = f" [pause {dice.between(3, 9) * 100}]"
    at = dice.below(min(len(words), 3)) if len(words) > 1 else 0
    if at == 0:
        return f"{dice.pick(_FILLED_PAUSES).capitalize()},{silence} {_lowered(text)}"
    return _with_pause_at(dice, words, at, silence)


def _with_pause_at(dice: Dice, words: list[str], at: int, silence: str) -> str:
    """A filled pause before a word of the line; between two sentences there is none."""
    front = " ".join(words[:at])
    if front.endswith((".", "?", "!")):
        return " ".join(words)
    comma = "" if front.endswith(",") else ","
    return f"{front}{comma} {dice.pick(_FILLED_PAUSES)},{silence} {' '.join(words[at:])}"


def _lowered(text: str) -> str:
    """The text without the capital of a sentence's first word, where that is all it is."""
    first = re.match(r"[A-Za-z']+", text)
    if first and first[0].lower() in _LOWERED:
        return text[0].lower() + text[1:]
    return text
