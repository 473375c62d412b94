"""A generated reply, sentence by sentence, whatever the model does; and what it has cost."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import dataclass

from agent.cognitive.flow import Generate
from agent.cognitive.generation import Material, SentenceStream, reply_request
from agent.cognitive.models.reply import ReplySoFar
from agent.cognitive.models.settings import ModelSettings
from agent.cognitive.models.values import StopReason, TextDelta
from agent.cognitive.ports import LanguageModel
from agent.cognitive.wording import fill, sentences
from agent.errors import ProviderError, ProviderTimeout


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyCost:
    """What a reply took.

    Attributes:
        note: empty for a reply as asked for; else what became of it, for the turn's trace.
    """

    model: str
    tokens_in: int = 0
    tokens_out: int = 0
    cost_usd: float = 0.0
    note: str = ""


class GeneratedReply:
    """One reply of one state. Consume `sentences()` once, within `aclosing`; `cost` holds at any time after that.

    Args:
        generate: the state's.
        material: what it may be made of.
        model: who words it.
        settings: that model's deadlines and price.
    """

    def __init__(
        self, generate: Generate, material: Material, model: LanguageModel, settings: ModelSettings
    ) -> None:
        self._generate = generate
        self._material = material
        self._model = model
        self._settings = settings
        self._reply = ReplySoFar(reply_request(generate, material, settings))
        self._asked = False
        self._note = ""

    @property
    def cost(self) -> ReplyCost:
        """What has been spent so far; estimated where the stream was left or broke off."""
        if not self._asked:
            return ReplyCost(model=self._model.name)
        usage = self._reply.usage
        return ReplyCost(
            model=self._model.name,
            tokens_in=usage.tokens_in,
            tokens_out=usage.tokens_out,
            cost_usd=self._settings.price.cost_usd(usage),
            note=self._note,
        )

    async def sentences(self) -> AsyncGenerator[str, None]:
        """The sentences as they end: the model's, or the fallback's if it comes to none. It never fails."""
        spoken = SentenceStream(self._generate.max_tokens)
        self._asked = True
        cut = True
        try:
            async with aclosing(self._model.stream(self._reply.request)) as events:
                async for event in events:
                    self._reply.take(event)
                    for sentence in spoken.feed(event.text) if isinstance(event, TextDelta) else ():
                        yield sentence
                    if spoken.full:
                        self._note = "cut at the limit"
                        break
            cut = self._reply.reason is not StopReason.DONE
            if self._reply.reason is StopReason.REFUSED:
                self._note = "refused"
        except ProviderTimeout:
            self._note = "timed out"
        except ProviderError as error:
            self._note = str(error)
        # Only words cut by the limit may be said without their sentence's end; the rest of a broken one may not.
        if self._reply.reason in (StopReason.DONE, StopReason.LENGTH, StopReason.TOOL_CALLS):
            for sentence in spoken.finish(cut=cut):
                yield sentence
        if not spoken.spoken:
            self._note = f"fallback: {self._note or 'it said nothing'}"
            for sentence in sentences(fill(self._generate.fallback, self._material.wording)):
                yield sentence


def generate(
    wanted: Generate,
    material: Material,
    models: Mapping[str, tuple[LanguageModel, ModelSettings]],
) -> GeneratedReply:
    """The reply that a state wants, by the model it names among the flow's."""
    model, settings = models[wanted.model]
    return GeneratedReply(wanted, material, model, settings)
