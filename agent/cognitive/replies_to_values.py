"""What a caller means who was asked whether a value is right, or which of two is. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

_YES = frozenset(
    "yes yeah correct right perfect exactly sure okay fine good great spot absolutely indeed definitely".split()
)
_NO = frozenset("no nope wrong incorrect not isn't wasn't neither".split())
# "No, that's right", "not bad at all", "no problem": the refusal is none.
_YES_AFTER_ALL = (
    ("no", "that's", "right"), ("no", "that's", "correct"), ("no", "that's", "fine"), ("no", "that's", "it"),
    ("no", "it's", "right"), ("no", "problem"), ("no", "you're", "right"), ("not", "wrong"),
    ("no", "no", "that's", "right"),
    ("that's", "it"), ("it", "is"), ("that", "is"), ("you", "got", "it"), ("you've", "got", "it"), ("got", "it"),
    ("spot", "on"), ("all", "good"),
)  # fmt: skip
_NO_AFTER_ALL = (("not", "right"), ("not", "quite"), ("isn't", "right"), ("not", "correct"), ("not", "it"))
_KEYED = frozenset("keys key keypad typed pressed press entered keyed dialled first former".split())
_SAID = frozenset("said say told spoke spoken voice words second last latter".split())


class Verdict(StrEnum):
    """What the caller says of the value."""

    YES = "yes"
    NO = "no"
    NEITHER = "neither"  # something else, or both at once


def verdict(words: Sequence[str]) -> Verdict:
    """Whether the caller agrees; the last of "no, that's right" decides, a mixed answer is neither."""
    text = tuple(words)
    if _holds(text, _NO_AFTER_ALL):
        return Verdict.NO
    if _holds(text, _YES_AFTER_ALL):
        return Verdict.YES
    yes, no = bool(_YES & set(words)), bool(_NO & set(words))
    if yes == no:
        return Verdict.NEITHER
    return Verdict.YES if yes else Verdict.NO


def keyed_or_said(words: Sequence[str]) -> bool | None:
    """Of a keyed and a spoken value: True where the caller wants the keyed one, False the spoken, None if unclear."""
    keyed, said = bool(_KEYED & set(words)), bool(_SAID & set(words))
    return None if keyed == said else keyed


def _holds(words: tuple[str, ...], phrases: Sequence[tuple[str, ...]]) -> bool:
    return any(
        words[at : at + len(phrase)] == phrase
        for phrase in phrases
        for at in range(len(words) - len(phrase) + 1)
    )
