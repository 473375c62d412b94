"""A dispatcher that changes its mind: every question gets the next of its answers, as a language model might."""

from __future__ import annotations

from collections.abc import Sequence

from agent.cognitive.ports import Question, Weighed
from agent.turn import IntentScore


class FickleDispatcher:
    """Says that `intents` are certain, one a question, and the last of them ever after; keeps what it was asked."""

    repeatable = False

    def __init__(self, intents: Sequence[str]) -> None:
        self.asked: list[Question] = []
        self._intents = intents

    async def weigh(self, question: Question) -> Weighed:
        intent = self._intents[min(len(self.asked), len(self._intents) - 1)]
        self.asked.append(question)
        return Weighed(
            scores=(IntentScore(intent=intent, score=1.0),),
            model="fickle",
            tokens_in=40,
            tokens_out=2,
            cost_usd=0.0001,
            route="the only one",
        )
