"""A model's events within bounds: a deadline for the first word or tool call, one for the whole answer, and a size.

Time is the running loop's, so the deadlines hold on a clock that jumps, too. A stream that breaks a bound is closed,
which ends the request at the provider.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

from agent.clock import LoopClock
from agent.cognitive.models.values import ModelEvent, ModelRequest, TextDelta, ToolCallDelta
from agent.errors import ProviderError, ProviderTimeout
from agent.units import NS_PER_MS, NS_PER_S

MAX_ANSWER_CHARACTERS = 200_000
"""No answer within a call is so long; more is a provider gone wrong, and would cost memory."""


async def within_bounds(
    events: AsyncGenerator[ModelEvent, None], request: ModelRequest, who: str
) -> AsyncGenerator[ModelEvent, None]:
    """The events, as they come.

    Args:
        events: closed when this ends, in whatever way.
        request: what was asked, with its deadlines.
        who: names the provider in messages.

    Raises:
        ProviderTimeout: one of the deadlines has passed.
        ProviderError: the answer does not stop.
    """
    clock = LoopClock()
    answering = False
    characters = 0
    async with aclosing(events):
        while True:
            limit_ms = request.total_ms if answering else request.first_token_ms
            left_s = (limit_ms * NS_PER_MS - clock.now_ns()) / NS_PER_S
            try:
                async with asyncio.timeout(max(left_s, 0.0)):
                    event = await anext(events)
            except StopAsyncIteration:
                return
            except TimeoutError:
                what = "the answer had not ended" if answering else "not a word"
                raise ProviderTimeout(f"{who}: {what} within {limit_ms} ms") from None
            if isinstance(event, TextDelta | ToolCallDelta):
                answering = True
                characters += len(event.text if isinstance(event, TextDelta) else event.arguments)
                if characters > MAX_ANSWER_CHARACTERS:
                    raise ProviderError(f"{who}: an answer of more than {MAX_ANSWER_CHARACTERS} characters")
            yield event
