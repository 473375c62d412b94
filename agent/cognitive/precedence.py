"""Which intent wins when the caller's words fit several, and what each loser is told.

The flow's priority intents (safety, an opt-out, the wish for a person) win whenever they are likely at all, over
whatever else was said. Its asides ("who is this?") give way to any likely answer: "yes, what is it?" is a yes.
Otherwise the likeliest wins, if it is likely enough and clear of the next; else the turn is unclear, which costs the
caller a question and no more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from agent.cognitive.flow import UNCLEAR, Branch
from agent.turn import IntentScore

CONFIDENT = 0.25
"""Below this no intent is taken. With every third word misheard, raising it to 0.4 turns one wrong turn in three and
one right turn in fourteen into a question; of sentences from other domains, one in twelve gets past it."""
OVERRULING = 0.5
"""From here on a priority intent overrules better matches, and an answer overrules an aside."""
MARGIN = 0.05
"""The winner must be this much likelier than an intent that leads elsewhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """The branch taken, how sure that is, and every intent considered with the reason it lost."""

    branch: str
    confidence: float
    considered: tuple[IntentScore, ...]


def choose(
    scores: Sequence[IntentScore],
    branches: Mapping[str, Branch],
    priority: Sequence[str] = (),
    asides: Sequence[str] = (),
) -> Choice:
    """The intent to act on, from scores ranked best first."""
    by_intent = {score.intent: score.score for score in scores}
    first = next((intent for intent in priority if by_intent.get(intent, 0.0) >= OVERRULING), None)
    if first is not None:
        return _won(first, scores, f"{first} goes before all others")
    answers = [score for score in scores if score.intent not in asides]
    if answers and answers[0].score >= OVERRULING and answers[0] is not scores[0]:
        return _decided(answers, scores, branches, f"gives way to {answers[0].intent}")
    return _decided(scores, scores, branches, f"less likely than {scores[0].intent}" if scores else "")


def _decided(
    candidates: Sequence[IntentScore],
    scores: Sequence[IntentScore],
    branches: Mapping[str, Branch],
    reason: str,
) -> Choice:
    if not candidates or candidates[0].score < CONFIDENT:
        return _unclear(scores, f"below {CONFIDENT}")
    best = candidates[0]
    rivals = [s for s in candidates[1:] if branches[s.intent].to != branches[best.intent].to]
    if rivals and best.score - rivals[0].score < MARGIN:
        return _unclear(scores, f"{best.intent} and {rivals[0].intent} are within {MARGIN}")
    return _won(best.intent, scores, reason)


def _won(winner: str, scores: Sequence[IntentScore], reason: str) -> Choice:
    confidence = next(score.score for score in scores if score.intent == winner)
    considered = [score if score.intent == winner else _lost(score, reason) for score in scores]
    return Choice(branch=winner, confidence=confidence, considered=tuple(considered))


def _unclear(scores: Sequence[IntentScore], reason: str) -> Choice:
    return Choice(branch=UNCLEAR, confidence=0.0, considered=tuple(_lost(score, reason) for score in scores))


def _lost(score: IntentScore, reason: str) -> IntentScore:
    return IntentScore(intent=score.intent, score=score.score, reason=reason)
