"""Dispatch by a language model, and by whichever of several the flow's rules send a turn to.

Neither ever fails a turn: a model that is late, refuses, breaks down or talks nonsense leaves it to the embedded
classifier, and the trace says so. Nor can a model talk away what must not be missed: an intent of the flow's
`priority` (a wish to be left alone, an emergency) that the classifier is sure of keeps the classifier's confidence.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import aclosing
from dataclasses import replace

from agent.cognitive.flow import UNCLEAR
from agent.cognitive.intent_question import NonsenseAnswer, intent_request, scores_from
from agent.cognitive.models.reply import ReplySoFar
from agent.cognitive.models.settings import ModelSettings
from agent.cognitive.models.values import StopReason
from agent.cognitive.ports import Dispatcher, LanguageModel, Question, Weighed
from agent.cognitive.precedence import OVERRULING
from agent.cognitive.routing import EMBEDDED, TurnSeen, route
from agent.cognitive.wording import Wording, fill
from agent.errors import ProviderError, ProviderRefused, ProviderTimeout
from agent.turn import IntentScore


class ModelDispatcher:
    """Asks one model, and falls back on another dispatcher.

    Args:
        model: whom it asks.
        settings: the deadlines and the price.
        embedded: answers when the model does not.
    """

    def __init__(self, model: LanguageModel, settings: ModelSettings, embedded: Dispatcher) -> None:
        self._model = model
        self._settings = settings
        self._embedded = embedded

    @property
    def repeatable(self) -> bool:
        return False

    async def weigh(self, question: Question) -> Weighed:
        """The model's confidences; the embedded dispatcher's where the model has none to give."""
        return await self.weigh_over(question, await self._embedded.weigh(question))

    async def weigh_over(self, question: Question, known: Weighed) -> Weighed:
        """The same, where the embedded dispatcher's answer is known already."""
        intents = question.flow.branch_intents(question.state)
        if not intents or not question.words:
            return replace(known, route=f"{EMBEDDED}: nothing to ask {self._settings.name}")
        reply = ReplySoFar(intent_request(question, self._settings))
        failed = ""
        scores: tuple[IntentScore, ...] = ()
        try:
            async with aclosing(self._model.stream(reply.request)) as events:
                async for event in events:
                    reply.take(event)
            if reply.reason is StopReason.REFUSED:
                failed = "refused to answer"
            else:
                scores = scores_from(reply.text, intents)
        except NonsenseAnswer as error:
            failed = f"answered nonsense: {error}"
        except ProviderTimeout:
            failed = "timed out"
        except ProviderRefused as error:
            failed = f"was refused: {error}"
        except ProviderError as error:
            failed = f"failed: {error}"
        cost = replace(
            known,
            tokens_in=known.tokens_in + reply.usage.tokens_in,
            tokens_out=known.tokens_out + reply.usage.tokens_out,
            cost_usd=round(known.cost_usd + self._settings.price.cost_usd(reply.usage), 9),
        )
        if failed:
            return replace(cost, route=f"{EMBEDDED}: {self._settings.name} {failed}")
        kept = _priority_kept(scores, known.scores, question.flow.priority)
        return replace(cost, scores=kept, model=self._model.name, route=self._settings.name)


class RoutedDispatcher:
    """Hears the embedded classifier, then asks the model that the flow's rules name for such a turn, if any.

    Args:
        embedded: the classifier.
        models: by the flow's names, whom the rules may send a turn to.
    """

    def __init__(self, embedded: Dispatcher, models: Mapping[str, ModelDispatcher]) -> None:
        self._embedded = embedded
        self._models = models

    @property
    def repeatable(self) -> bool:
        """Whether no model is ever asked."""
        return not self._models

    async def weigh(self, question: Question) -> Weighed:
        """The confidences of whoever was asked; `route` says who that was, and by which rule."""
        known = await self._embedded.weigh(question)
        if not question.flow.routing:
            return replace(known, route=EMBEDDED)
        chosen = route(question.flow.routing, _seen(question, known))
        if chosen.use == EMBEDDED:
            return replace(known, route=f"{EMBEDDED} ({chosen.why})")
        weighed = await self._models[chosen.use].weigh_over(question, known)
        return replace(weighed, route=f"{weighed.route} ({chosen.why})")


def _seen(question: Question, known: Weighed) -> TurnSeen:
    asks = any(rule.when.after_unclear for rule in question.flow.routing)
    return TurnSeen(
        state=question.state.name,
        scores=known.scores,
        words=len(question.words),
        after_unclear=asks and was_unclear(question),
        stt_confidence=question.stt_confidence,
    )


def was_unclear(question: Question) -> bool:
    """Whether the caller's turn before this one was not understood, by what the agent then said.

    The flow says something of its own after an unclear turn: on the way of that branch, or in the state it leads to.
    Where it says nothing there, this cannot be told, and is False.
    """
    flow = question.flow
    branch = flow.branches(question.state).get(UNCLEAR)
    last = [said.text for said in question.history]
    callers = [at for at, said in enumerate(question.history) if said.who == "caller"]
    agent_said = " ".join(last[callers[-1] + 1 :] if callers else last)
    if branch is None or not agent_said:
        return False
    wording = Wording(variables={**flow.variables, **question.variables})
    target = flow.states.get(branch.to)
    marks = [fill(text, wording) for text in (branch.say, target.say if target else "") if text]
    return any(mark and mark in agent_said for mark in marks)


def _priority_kept(
    scores: tuple[IntentScore, ...], embedded: tuple[IntentScore, ...], priority: tuple[str, ...]
) -> tuple[IntentScore, ...]:
    """The model's scores, but a priority intent that the classifier would act on keeps the classifier's."""
    sure = [score for score in embedded if score.intent in priority and score.score >= OVERRULING]
    floor = {score.intent: score.score for score in sure}
    kept = [replace(score, score=max(score.score, floor.get(score.intent, 0.0))) for score in scores]
    return tuple(sorted(kept, key=lambda score: -score.score))
