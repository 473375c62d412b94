"""Which turns go to a language model, and to which: rules of the flow, read from the first. Pure.

The embedded classifier has always been heard first, so a rule may ask how sure it is. No rule that fits means that its
answer stands: most turns of a call are simple, and it costs nothing and no time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from agent.turn import IntentScore

EMBEDDED = "embedded"
"""What rules call the classifier that needs no network."""
LIKELY = 0.25
"""From here on the classifier holds an intent likely; below it no intent is taken (`precedence.CONFIDENT`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """What a rule asks of a turn. All that is set must hold; one with nothing set always holds.

    Attributes:
        states: the call rests in one of these.
        confidence_below: the classifier's best intent has less.
        margin_below: its best two are closer together than this.
        intents: it holds one of these likely.
        after_unclear: the turn before was not understood.
        words_over: the caller said more words than this.
        stt_confidence_below: the recogniser was less sure; a recogniser that gives no confidence never is.
    """

    states: tuple[str, ...] = ()
    confidence_below: float | None = None
    margin_below: float | None = None
    intents: tuple[str, ...] = ()
    after_unclear: bool = False
    words_over: int | None = None
    stt_confidence_below: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RoutingRule:
    """Turns like this go to that model; `use` is a name among the flow's models, or `EMBEDDED`."""

    when: Condition
    use: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnSeen:
    """What the rules may know of a turn; `scores` are the classifier's, best first."""

    state: str
    scores: Sequence[IntentScore]
    words: int
    after_unclear: bool = False
    stt_confidence: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """Who is asked, and why, in words for the turn's trace."""

    use: str
    why: str


def route(rules: Sequence[RoutingRule], turn: TurnSeen) -> Route:
    """The first rule that fits decides."""
    for number, rule in enumerate(rules, start=1):
        reasons = _reasons(rule.when, turn)
        if reasons is not None:
            held = ", ".join(reasons) or "always"
            return Route(use=rule.use, why=f"rule {number}: {held}")
    return Route(use=EMBEDDED, why="no rule")


def _reasons(when: Condition, turn: TurnSeen) -> list[str] | None:
    """Why the condition holds, a phrase for each part that is set; None if one of them does not."""
    best = turn.scores[0].score if turn.scores else 0.0
    margin = best - turn.scores[1].score if len(turn.scores) > 1 else best
    likely = [s.intent for s in turn.scores if s.intent in when.intents and s.score >= LIKELY]
    heard = turn.stt_confidence
    parts: list[tuple[bool, bool, str]] = [
        (bool(when.states), turn.state in when.states, f"state {turn.state}"),
        (
            when.confidence_below is not None,
            best < (when.confidence_below or 0.0),
            f"confidence {best:.2f} below {when.confidence_below}",
        ),
        (
            when.margin_below is not None,
            margin < (when.margin_below or 0.0),
            f"margin {margin:.2f} below {when.margin_below}",
        ),
        (bool(when.intents), bool(likely), f"likely {', '.join(likely)}"),
        (when.after_unclear, turn.after_unclear, "after an unclear turn"),
        (
            when.words_over is not None,
            turn.words > (when.words_over or 0),
            f"{turn.words} words, over {when.words_over}",
        ),
        (
            when.stt_confidence_below is not None,
            heard is not None and heard < (when.stt_confidence_below or 0.0),
            f"heard with {heard} below {when.stt_confidence_below}",
        ),
    ]
    asked = [(holds, phrase) for is_set, holds, phrase in parts if is_set]
    return [phrase for _, phrase in asked] if all(holds for holds, _ in asked) else None
