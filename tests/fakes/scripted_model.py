"""A fake language model without a server: it answers with its events, whatever it is asked, in the loop's own time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence

from agent.cognitive.models.bounds import within_bounds
from agent.cognitive.models.values import Finished, ModelEvent, ModelRequest, StopReason, TextDelta, Usage

Step = ModelEvent | float | Exception
"""What happens next: an event, a wait in seconds, or a failure."""

SPENT = Usage(tokens_in=1000, tokens_out=20)


def saying(*pieces: str, reason: StopReason = StopReason.DONE, usage: Usage | None = SPENT) -> list[Step]:
    """The steps of an answer in these pieces."""
    return [*(TextDelta(text=piece) for piece in pieces), Finished(reason=reason, usage=usage)]


class ScriptedModel:
    """Plays its `steps` for every request; keeps the `requests`, and counts those left before their end."""

    def __init__(self, steps: Sequence[Step], name: str = "fake/small") -> None:
        self.steps = list(steps)
        self.requests: list[ModelRequest] = []
        self.left = 0
        self._name = name

    @property
    def name(self) -> str:
        return self._name

    def stream(self, request: ModelRequest) -> AsyncGenerator[ModelEvent, None]:
        self.requests.append(request)
        return within_bounds(self._events(), request, self._name)

    async def close(self) -> None:
        return

    async def _events(self) -> AsyncGenerator[ModelEvent, None]:
        done = False
        try:
            for step in self.steps:
                if isinstance(step, Exception):
                    raise step
                if isinstance(step, float):
                    await asyncio.sleep(step)
                else:
                    yield step
            done = True
        finally:
            self.left += not done
