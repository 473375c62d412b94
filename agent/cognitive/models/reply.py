"""A model's answer as far as it has come, put together from its events; and what an answer broken off has cost."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import assert_never

from agent.cognitive.models.values import (
    Finished,
    ModelEvent,
    ModelRequest,
    StopReason,
    TextDelta,
    ToolCall,
    ToolCallDelta,
    Usage,
    UsageSoFar,
)

CHARACTERS_PER_TOKEN = 4
"""English text, by the rule of thumb in OpenAI's help pages ("What are tokens and how to count them?")."""


def estimated_tokens(text: str) -> int:
    """About how many tokens a text is."""
    return math.ceil(len(text) / CHARACTERS_PER_TOKEN)


@dataclass(slots=True)
class ReplySoFar:
    """Takes the events of one answer in order.

    Attributes:
        request: what was asked; its length stands in for usage that was never told.
        text: the answer's text so far.
        finished: the end, once it has come.
    """

    request: ModelRequest
    text: str = ""
    finished: Finished | None = None
    _told: Usage | None = None
    _calls: list[ToolCall] = field(default_factory=list)

    def take(self, event: ModelEvent) -> None:
        """Adds the next event."""
        match event:
            case TextDelta(text=text):
                self.text += text
            case ToolCallDelta():
                self._take_call(event)
            case UsageSoFar(usage=usage):
                self._told = usage
            case Finished():
                self.finished = event
            case _:
                assert_never(event)

    @property
    def reason(self) -> StopReason | None:
        """Why the model stopped; None while it has not."""
        return self.finished.reason if self.finished else None

    @property
    def tool_calls(self) -> tuple[ToolCall, ...]:
        """The calls so far, each with its arguments as far as they were written."""
        return tuple(call if call.arguments else replace(call, arguments="{}") for call in self._calls)

    @property
    def usage(self) -> Usage:
        """What the provider told; where it did not come to that, an estimate from the words of both sides."""
        if self.finished is not None and self.finished.usage is not None:
            return self.finished.usage
        written = estimated_tokens(self.text) + sum(
            estimated_tokens(call.name + call.arguments) for call in self._calls
        )
        if self._told is not None:
            return replace(self._told, tokens_out=max(written, self._told.tokens_out), estimated=True)
        return Usage(tokens_in=_estimated_prompt(self.request), tokens_out=written, estimated=True)

    def _take_call(self, delta: ToolCallDelta) -> None:
        while len(self._calls) <= delta.place:
            self._calls.append(ToolCall(id="", name="", arguments=""))
        call = self._calls[delta.place]
        self._calls[delta.place] = ToolCall(
            id=call.id or delta.id, name=call.name or delta.name, arguments=call.arguments + delta.arguments
        )


def _estimated_prompt(request: ModelRequest) -> int:
    texts = [request.system, *(message.text for message in request.messages)]
    texts += [f"{tool.name} {tool.description} {tool.parameters}" for tool in request.tools]
    return sum(estimated_tokens(text) for text in texts)
