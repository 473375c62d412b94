"""The chunks of OpenAI's streamed Chat Completions as model events. Pure.

Servers that speak this protocol differ, and none of the differences may cost a call: tool calls come in fragments
(OpenAI, vLLM) or whole (Ollama), with or without an id on later fragments, at indices that need not count from 0;
`content` and `choices` may be null; usage comes last with no choices, on every chunk, or never.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from agent.cognitive.models.values import (
    Finished,
    ModelEvent,
    StopReason,
    TextDelta,
    ToolCallDelta,
    Usage,
    UsageSoFar,
)

_REASONS = {
    "length": StopReason.LENGTH,
    "content_filter": StopReason.REFUSED,
    "tool_calls": StopReason.TOOL_CALLS,
    "function_call": StopReason.TOOL_CALLS,
}


@dataclass(slots=True)
class ChunkReader:
    """Reads the chunks of one answer in order."""

    _reason: str | None = None
    _usage: Usage | None = None
    _refusal: str = ""
    _said: bool = False
    _places: list[str] = field(default_factory=list)  # the id of each call so far, by its place
    _place_at: dict[int, int] = field(default_factory=dict)  # by the server's own index

    def read(self, chunk: object) -> list[ModelEvent]:
        """What a chunk brings; anything that is not of the protocol brings nothing."""
        body = _mapping(chunk)
        events: list[ModelEvent] = []
        for choice in _list(body.get("choices")):
            if _mapping(choice).get("index", 0) in (0, None):
                events += self._choice(_mapping(choice))
        if usage := _mapping(body.get("usage")):
            self._usage = _usage(usage)
            events.append(UsageSoFar(usage=self._usage))
        return events

    def finished(self) -> Finished | None:
        """The end of the answer, once the stream has ended; None if it broke off before the model stopped."""
        if self._reason is None:
            return None
        reason = _REASONS.get(self._reason, StopReason.DONE)
        if reason is StopReason.DONE and self._places:
            reason = StopReason.TOOL_CALLS  # some servers write "stop" after calls, too
        if self._refusal and not self._said:
            reason = StopReason.REFUSED
        return Finished(reason=reason, usage=self._usage, refusal=self._refusal)

    def _choice(self, choice: Mapping[str, object]) -> list[ModelEvent]:
        delta = _mapping(choice.get("delta"))
        events: list[ModelEvent] = []
        if text := _text(delta.get("content")):
            self._said = True
            events.append(TextDelta(text=text))
        self._refusal += _text(delta.get("refusal"))
        for piece in _list(delta.get("tool_calls")):
            events.append(self._tool_call(_mapping(piece)))
        if reason := _text(choice.get("finish_reason")):
            self._reason = reason
        return events

    def _tool_call(self, piece: Mapping[str, object]) -> ToolCallDelta:
        function = _mapping(piece.get("function"))
        call_id, name = _text(piece.get("id")), _text(function.get("name"))
        place = self._place(piece.get("index"), call_id, name)
        return ToolCallDelta(place=place, id=call_id, name=name, arguments=_text(function.get("arguments")))

    def _place(self, index: object, call_id: str, name: str) -> int:
        """Which call a fragment belongs to, whatever its index counts."""
        at = index if isinstance(index, int) else None
        known = self._place_at.get(at) if at is not None else len(self._places) - 1 if not name else None
        # A second name under an index already used is another call (Ollama has given every call index 0).
        another = known is not None and bool(name) and bool(call_id) and self._places[known] != call_id
        if known is None or known < 0 or another:
            known = len(self._places)
            self._places.append(call_id)
        if at is not None:
            self._place_at[at] = known
        return known


def _usage(usage: Mapping[str, object]) -> Usage:
    details = _mapping(usage.get("prompt_tokens_details"))
    return Usage(
        tokens_in=_count(usage.get("prompt_tokens")),  # the cached ones are among these
        cached_in=_count(details.get("cached_tokens")),
        cache_written_in=_count(details.get("cache_write_tokens")),
        tokens_out=_count(usage.get("completion_tokens")),
    )


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}


def _list(value: object) -> Sequence[object]:
    return value if isinstance(value, list) else ()


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _count(value: object) -> int:
    return max(0, value) if isinstance(value, int) else 0
