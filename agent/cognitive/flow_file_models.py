"""The keys of a flow file that are about language models: `models`, `routing`, and a state's `generate`.

    "models": {"small": {"vendor": "openai", "model": "gpt-5.6-luna", "temperature": 0,
                         "price": {"in": 0.20, "cached_in": 0.02, "out": 1.20}},
               "own": {"vendor": "openai", "model": "qwen3", "base_url": "http://127.0.0.1:11434/v1"}},
    "routing": [{"when": {"intents": ["handoff"], "words_over": 12}, "use": "small"}],
    "states": {"explain": {"generate": {"instructions": "Say what {{product}} does.", "fallback": "It saves time."}}}

No key and no name of a variable that holds one stands here: a flow file may come from anybody.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from agent.cognitive.flow import Generate
from agent.cognitive.models.settings import (
    DEFAULT_FIRST_TOKEN_MS,
    DEFAULT_TOTAL_MS,
    FREE,
    ModelPrice,
    ModelSettings,
    Vendor,
)
from agent.cognitive.routing import EMBEDDED, Condition, RoutingRule

DEFAULT_MAX_TOKENS = 30
"""Of a generated reply: some 22 words, eight seconds of speech."""
LONGEST_WAIT_MS = 30_000

Sentence = Callable[[str, Any], str]
"""What is wrong, in words, from the place in the file and pydantic's own account."""

_Share = Annotated[float, Field(ge=0, le=1, strict=False)]
_Dollars = Annotated[float, Field(ge=0, le=10_000, strict=False)]
_Milliseconds = Annotated[int, Field(ge=1, le=LONGEST_WAIT_MS)]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class _Price(_Model):
    tokens_in: _Dollars = Field(alias="in")
    tokens_out: _Dollars = Field(alias="out")
    cached_in: _Dollars | None = None
    cache_written_in: _Dollars | None = None


class _Entry(_Model):
    vendor: Vendor = Field(strict=False)
    model: str = Field(min_length=1)
    base_url: str = Field(default="", max_length=2000)
    temperature: Annotated[float, Field(ge=0, le=2, strict=False)] | None = None
    effort: str = Field(default="", pattern="^[a-z]*$", max_length=20)
    thinking: bool = False
    first_token_ms: _Milliseconds = DEFAULT_FIRST_TOKEN_MS
    total_ms: _Milliseconds = DEFAULT_TOTAL_MS
    price: _Price | None = None

    def settings(self, name: str) -> ModelSettings:
        price = FREE  # `flow_check_models` says when a price may be left out
        if self.price is not None:
            price = ModelPrice(
                tokens_in=self.price.tokens_in,
                tokens_out=self.price.tokens_out,
                cached_in=self.price.cached_in,
                cache_written_in=self.price.cache_written_in,
            )
        return ModelSettings(
            name=name,
            vendor=self.vendor,
            model=self.model,
            base_url=self.base_url,
            temperature=self.temperature,
            effort=self.effort,
            thinking=self.thinking,
            first_token_ms=self.first_token_ms,
            total_ms=self.total_ms,
            price=price,
        )


class _Condition(_Model):
    states: list[str] = []
    confidence_below: _Share | None = None
    margin_below: _Share | None = None
    intents: list[str] = []
    after_unclear: bool = False
    words_over: Annotated[int, Field(ge=0)] | None = None
    stt_confidence_below: _Share | None = None


class _Rule(_Model):
    when: _Condition
    use: str

    def rule(self) -> RoutingRule:
        when = Condition(
            states=tuple(self.when.states),
            confidence_below=self.when.confidence_below,
            margin_below=self.when.margin_below,
            intents=tuple(self.when.intents),
            after_unclear=self.when.after_unclear,
            words_over=self.when.words_over,
            stt_confidence_below=self.when.stt_confidence_below,
        )
        return RoutingRule(when=when, use=self.use)


class GenerateEntry(_Model):
    """A state's `generate`. Its fallback is checked with the flow, so that one message names everything."""

    instructions: str
    fallback: str = ""
    model: str
    max_tokens: int = DEFAULT_MAX_TOKENS

    def value(self) -> Generate:
        """The entry as our value."""
        return Generate(
            instructions=self.instructions,
            fallback=self.fallback,
            model=self.model,
            max_tokens=self.max_tokens,
        )


def models_of(raw: Mapping[str, object], mistakes: list[str], sentence: Sentence) -> dict[str, ModelSettings]:
    """The flow's models by name. A faulty one is noted and stands as an empty entry, so that its name is known."""
    models: dict[str, ModelSettings] = {}
    for name, value in raw.items():
        try:
            models[name] = _Entry.model_validate(value).settings(name)
        except ValidationError as error:
            found = [sentence(f"models.{name}", detail) for detail in error.errors()]
            mistakes += dict.fromkeys(text.replace(" or instance of _Entry", "") for text in found)
            models[name] = ModelSettings(
                name=name, vendor=Vendor.OPENAI, model="", base_url="http://127.0.0.1"
            )
    return models


def routing_of(raw: Sequence[object], mistakes: list[str], sentence: Sentence) -> tuple[RoutingRule, ...]:
    """The flow's rules in their order. A faulty one is noted and stands as one that asks for nothing."""
    rules: list[RoutingRule] = []
    for number, value in enumerate(raw):
        try:
            rules.append(_Rule.model_validate(value).rule())
        except ValidationError as error:
            found = [sentence(f"routing.{number}", detail) for detail in error.errors()]
            mistakes += dict.fromkeys(text.replace(" or instance of _Rule", "") for text in found)
            rules.append(RoutingRule(when=Condition(), use=EMBEDDED))
    return tuple(rules)
