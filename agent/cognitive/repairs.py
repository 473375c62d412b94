"""Where speakers take back what they have just said: "Tuesday, no, Wednesday", "actually make it four". Pure.

Levelt's account of self-repair (Cognition 14, 1983) names the parts: what was wrong, an editing term ("no", "sorry", "I
mean"), and the repair, which repeats the kind of thing it replaces. So nothing here decides by the editing term alone:
`after_repairs` only cuts the words, and whoever reads values takes the last part that holds one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

# Longest first, so that "no I mean" is one term. Within a line any of them may stand between the wrong and the right.
_TERMS: tuple[tuple[str, ...], ...] = tuple(
    sorted(
        (
            tuple(term.split())
            for term in (
                "no|nope|sorry|i mean|i meant|i do mean|rather|or rather|actually|make it|make that|make this|wait"
                "|hang on|hold on|no wait|scratch that|strike that|correction|let me correct that"
                "|i beg your pardon|well no|my mistake|i tell a lie|let me start again"
                "|start again|let me rephrase"
                "|excuse me|change that to|let's say|instead|not that|that's wrong|i should say|what am i saying"
            ).split("|")
        ),
        key=len,
        reverse=True,
    )
)
# A turn that opens with one of these, and goes on with a value, puts right what was said in the turn before.
_OPENERS = tuple(
    tuple(term.split())
    for term in (
        "no i meant|no i mean|no i said|sorry i meant|sorry i mean|sorry i said|i meant|i meant to say|i said"
        "|actually make it|actually make that|actually|make it|make that|can you make it|could you make it"
        "|can we make it|could we make it|change it to|change that to|can you change it to|could you change it to"
        "|can we change it to|no sorry|sorry no|no make it|no make that|no wait|wait no|wait|correction|scratch that"
        "|sorry make it|hang on|hang on no|hold on|no actually|actually no|oh no|oh wait|oh sorry|sorry|no"
    ).split("|")
)
_FORCEFUL = frozenset({"meant", "mean", "said", "make", "change", "correction", "scratch"})
_LONGEST = max(len(term) for term in _TERMS)
_REFUSALS = frozenset({"no", "nope", "wrong"})
_LEAD = frozenset({"oh", "well", "ah", "and", "but", "so"})


def after_repairs(words: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """What stands after each editing term within the words, the last first; words without a repair yield nothing."""
    for _, end in reversed(_editing_terms(words)):
        if rest := tuple(words[end:]):
            yield rest


def without_refusals(words: Sequence[str]) -> tuple[str, ...]:
    """The words without the editing terms that hold a no: that of "Tuesday, no, Wednesday" refuses nothing."""
    terms = [(start, end) for start, end in _editing_terms(words) if _REFUSALS & set(words[start:end])]
    cut = {place for start, end in terms for place in range(start, end)}
    return tuple(word for place, word in enumerate(words) if place not in cut)


def opening_repair(words: Sequence[str]) -> tuple[tuple[str, ...], bool] | None:
    """What follows where a turn opens by taking something back, and whether it can mean nothing else.

    "No" and "sorry" open answers to the next question as well; "I meant" and "make it" do not.
    """
    start = 0
    while start < len(words) and words[start] in _LEAD:
        start += 1
    fitting = [term for term in _OPENERS if tuple(words[start : start + len(term)]) == term]
    if not fitting:
        return None
    term = max(fitting, key=len)
    rest = tuple(words[start + len(term) :])
    return (rest, bool(_FORCEFUL & set(term))) if rest else None


def _editing_terms(words: Sequence[str]) -> list[tuple[int, int]]:
    """The places of the editing terms that have something before them, neighbours joined into one."""
    found: list[tuple[int, int]] = []
    place = 0
    while place < len(words):
        size = next((n for n in range(_LONGEST, 0, -1) if tuple(words[place : place + n]) in _TERM_SET), 0)
        if not size:
            place += 1
            continue
        if found and found[-1][1] == place:
            found[-1] = (found[-1][0], place + size)
        else:
            found.append((place, place + size))
        place += size
    return [(start, end) for start, end in found if start > 0]


_TERM_SET = frozenset(_TERMS)
