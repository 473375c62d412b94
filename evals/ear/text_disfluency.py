"""How people hesitate: fillers, repeated words, restarts."""

from __future__ import annotations

from collections.abc import Sequence

from evals.ear.text_grammar import Dice

_FILLERS = (
    "um|um|um|uh|uh|er|er|erm|ah|well|like|so|you know|i mean|let me see|let me think|hang on|sort of|kind of|sorry"
    "|actually|hmm|what's it called|how do i put it|to be honest|basically|right|okay so"
).split("|")
RESTARTS = (
    "no|sorry|i mean|no sorry|wait no|well no|actually|or rather|no wait|er no|make that|scratch that".split(
        "|"
    )
)
"""What people say between the wrong word and the right one."""
_ENDINGS = "you know|i think|i guess|i suppose|or something|and stuff|if that makes sense|so yeah|right|really".split(
    "|"
)
# What a restart swaps: "on mon no on tuesday" comes from a word and its neighbour in the same row.
_ROWS = [
    row.split()
    for row in (
        "monday tuesday wednesday thursday friday saturday sunday",
        "january february march april may june july august september october november december",
        "one two three four five six seven eight nine ten eleven twelve",
        "ten twenty thirty forty fifty sixty seventy eighty ninety",
        "morning afternoon evening",
        "first second third fourth fifth sixth seventh eighth ninth tenth",
        "days weeks months years",
        "pounds dollars euros",
        "he she they",
        "his her their",
    )
]
_ROW_OF = {word: row for row in _ROWS for word in row}


def hesitant(dice: Dice, words: Sequence[str]) -> list[str]:
    """The words with one or two hesitations."""
    spoken = list(words)
    for _ in range(dice.pick((1, 1, 1, 2))):
        spoken = _hesitation(dice, spoken)
    return spoken


def _hesitation(dice: Dice, words: list[str]) -> list[str]:
    at = dice.below(len(words))
    roll = dice.below(20)
    if roll < 6:
        return [*dice.pick(_FILLERS).split(), *words]
    if roll < 11:
        return [*words[:at], *dice.pick(_FILLERS).split(), *words[at:]]
    if roll < 13:
        return [*words[: at + 1], *words[at:]]
    if roll < 15:
        start = max(0, at - dice.between(1, 2))
        return [*words[: at + 1], *words[start:]]
    if roll < 18:
        return _restart(dice, words)
    return [*words, *dice.pick(_ENDINGS).split()]


def _restart(dice: Dice, words: list[str]) -> list[str]:
    places = [at for at, word in enumerate(words) if word in _ROW_OF]
    if not places:
        return [*words[: dice.between(1, min(3, len(words)))], *dice.pick(RESTARTS).split(), *words]
    at = dice.pick(places)
    wrong = dice.pick(_ROW_OF[words[at]])
    front = words[max(0, at - dice.below(3)) : at]
    return [*words[:at], wrong, *dice.pick(RESTARTS).split(), *front, *words[at:]]
