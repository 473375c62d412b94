"""Which layer a changed call is to be put down to, and by which rule.

Two kinds of evidence. The same scenario at text level, where there is no audio layer: a change that happens there, too,
is the cognitive layer's, and one that does not is not. And the two calls turn by turn, of which the first difference
counts, since all later ones may follow from it: an agent that *heard* something else was let down by its audio layer
(recogniser, endpointing, line), and so was one that was handed the same words in other pieces; one that heard the same
and *did* or *said* something else decided otherwise.

A rule is a reading, not a proof: in a streaming agent when words come may decide what is done with them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never

from evals.record import Level
from evals.report.comparison.exchanges import Exchange, ExchangePair, Part, first_difference


class Layer(StrEnum):
    """Where a change comes from."""

    AUDIO = "audio layer"
    COGNITIVE = "cognitive layer"
    UNDECIDED = "undecided"


class Rule(StrEnum):
    """What was looked at to say so."""

    NO_AUDIO = "played at text level"
    TEXT_CHANGED = "same change at text level"
    TEXT_HOLDS = "text level is unchanged"
    HEARD = "heard differs first"
    PIECES = "heard in other turns"
    DID = "heard alike, did otherwise"
    SAID = "heard and did alike, said otherwise"
    CUT = "reply cut elsewhere"
    ONE_SIDED = "a turn of one call only"
    TIME = "words and deeds alike"
    NOT_TOLD = "the agent does not report what it heard"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """The layer, the rule that spoke, and its reason in a sentence."""

    layer: Layer
    rule: Rule
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TextPair:
    """How a scenario came out at text level, before and after: whether all its calls passed."""

    before: bool
    after: bool


def cause(
    pairs: Sequence[ExchangePair], *, level: Level, passed: tuple[bool, bool], text: TextPair | None = None
) -> Cause:
    """Where a changed call's change comes from.

    Args:
        pairs: its exchanges in both runs.
        level: at which it was played.
        passed: whether it passed, before and after.
        text: how its scenario came out at text level, where that is known.
    """
    if level is Level.TEXT:
        return Cause(
            layer=Layer.COGNITIVE, rule=Rule.NO_AUDIO, why="these calls have no audio layer that could differ"
        )
    by_turns = _by_turns(pairs)
    if text is None:
        return by_turns
    was, now = ("passes" if held else "fails" for held in (text.before, text.after))
    if (text.before, text.after) == passed:
        return Cause(
            layer=Layer.COGNITIVE,
            rule=Rule.TEXT_CHANGED,
            why=f"without audio the scenario {was} before and {now} now, too; {by_turns.why}",
        )
    if text.before and text.after:
        return Cause(
            layer=Layer.AUDIO,
            rule=Rule.TEXT_HOLDS,
            why=f"without audio the scenario passes before and now; {by_turns.why}",
        )
    # It fails without audio anyway, or changes the other way there: the text level has nothing to say of this change.
    return by_turns


def _by_turns(pairs: Sequence[ExchangePair]) -> Cause:
    first = first_difference(pairs)
    if first is None:
        why = "in no turn was anything else heard, done or said, so what differs is when"
        return Cause(layer=Layer.AUDIO, rule=Rule.TIME, why=why)
    pair, where = pairs[first], "the greeting" if first == 0 else f"turn {first}"
    what = pair.differs[0]
    if what not in (Part.THERE, Part.HEARD, Part.PIECES) and not _told(pair):
        why = f"{where} differs, but what was heard there is not known"
        return Cause(layer=Layer.UNDECIDED, rule=Rule.NOT_TOLD, why=why)
    match what:
        case Part.HEARD:
            why = f"{where} was heard otherwise: {_heard(pair.before)} before, {_heard(pair.after)} now"
            return Cause(layer=Layer.AUDIO, rule=Rule.HEARD, why=why)
        case Part.PIECES:
            turns = f"{_turns(pair.before)} before, {_turns(pair.after)} now"
            why = f"{where} was heard alike, but became other turns: {turns}"
            return Cause(layer=Layer.AUDIO, rule=Rule.PIECES, why=why)
        case Part.DID:
            why = f"{where} was heard alike, and the agent did something else"
            return Cause(layer=Layer.COGNITIVE, rule=Rule.DID, why=why)
        case Part.SAID:
            why = f"{where} was heard alike and led to the same, but the reply has other words"
            return Cause(layer=Layer.COGNITIVE, rule=Rule.SAID, why=why)
        case Part.CUT:
            why = f"the reply of {where} is the same as far as it was heard, but was cut at another word"
            return Cause(layer=Layer.AUDIO, rule=Rule.CUT, why=why)
        case Part.THERE:
            only = "before" if pair.after is None else "now"
            why = f"the caller came to {where} only {only}, though all earlier turns are alike"
            return Cause(layer=Layer.UNDECIDED, rule=Rule.ONE_SIDED, why=why)
        case _:
            assert_never(what)


def _heard(side: Exchange | None) -> str:
    return f'"{side.heard}"' if side and side.heard else "nothing"


def _turns(side: Exchange | None) -> str:
    return " | ".join(f'"{piece}"' for piece in side.pieces) if side and side.pieces else "none"


def _told(pair: ExchangePair) -> bool:
    return all(side is not None and side.heard is not None for side in (pair.before, pair.after))
