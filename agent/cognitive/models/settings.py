"""Which language model is asked, on which terms, and what it charges."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from agent.cognitive.models.values import Usage

DEFAULT_FIRST_TOKEN_MS = 1500
"""Hosted models begin after 0.5 to 0.9 s as a rule (aiewf-eval, August 2026); nobody waits for the slow tail."""
DEFAULT_TOTAL_MS = 4000


class Vendor(StrEnum):
    """Whose protocol is spoken; `openai` is also what vLLM, Ollama and others speak at a `base_url` of their own."""

    OPENAI = "openai"
    ANTHROPIC = "anthropic"


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelPrice:
    """US dollars per million tokens, as the vendor's list says.

    Attributes:
        cached_in: for tokens read from the vendor's cache; the price of any other token read when None.
        cache_written_in: for tokens written to it; likewise.
    """

    tokens_in: float
    tokens_out: float
    cached_in: float | None = None
    cache_written_in: float | None = None

    def cost_usd(self, usage: Usage) -> float:
        """What the usage costs."""
        cached = self.tokens_in if self.cached_in is None else self.cached_in
        written = self.tokens_in if self.cache_written_in is None else self.cache_written_in
        plain_in = max(0, usage.tokens_in - usage.cached_in - usage.cache_written_in)
        millionths = (
            plain_in * self.tokens_in
            + usage.cached_in * cached
            + usage.cache_written_in * written
            + usage.tokens_out * self.tokens_out
        )
        return round(millionths / 1_000_000, 9)


FREE = ModelPrice(tokens_in=0.0, tokens_out=0.0)
"""A server of one's own charges nothing by the token."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelSettings:
    """One model that a flow may ask, under the name the flow gives it.

    Attributes:
        model: as the vendor names it.
        base_url: a server of one's own; the vendor's own service when empty.
        temperature: left to the vendor when None.
        effort: how much it should think, where the vendor lets one choose; left to the vendor when empty.
        thinking: whether it may think before it answers, where it can be told not to.
        first_token_ms, total_ms: when to give up, from the start of the request.
    """

    name: str
    vendor: Vendor
    model: str
    base_url: str = ""
    temperature: float | None = None
    effort: str = ""
    thinking: bool = False
    first_token_ms: int = DEFAULT_FIRST_TOKEN_MS
    total_ms: int = DEFAULT_TOTAL_MS
    price: ModelPrice = FREE
