"""The events of Anthropic's streamed Messages as model events. Pure.

Two things differ from OpenAI's: the tokens read are told at the start and without the cached ones, and those written
are told as a running total, not as what was added.
"""

from __future__ import annotations

from collections.abc import Mapping
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
    "max_tokens": StopReason.LENGTH,
    "model_context_window_exceeded": StopReason.LENGTH,
    "tool_use": StopReason.TOOL_CALLS,
    "refusal": StopReason.REFUSED,
}


@dataclass(slots=True)
class EventReader:
    """Reads the events of one answer in order."""

    _reason: str | None = None
    _counts: dict[str, int] = field(default_factory=dict)
    _place_at: dict[object, int] = field(default_factory=dict)  # of each tool call, by its block's index

    def read(self, event: object) -> list[ModelEvent]:
        """What an event brings; kinds that are not about text, tools or tokens bring nothing."""
        body = _mapping(event)
        match body.get("type"):
            case "message_start":
                return self._told(_mapping(body.get("message")).get("usage"))
            case "content_block_start":
                return self._block(body.get("index"), _mapping(body.get("content_block")))
            case "content_block_delta":
                return self._delta(body.get("index"), _mapping(body.get("delta")))
            case "message_delta":
                if reason := _text(_mapping(body.get("delta")).get("stop_reason")):
                    self._reason = reason
                return self._told(body.get("usage"))
            case _:
                return []

    def finished(self) -> Finished | None:
        """The end of the answer, once the stream has ended; None if it broke off before the model stopped."""
        if self._reason is None:
            return None
        usage = self._usage() if self._counts else None
        return Finished(reason=_REASONS.get(self._reason, StopReason.DONE), usage=usage)

    def _block(self, index: object, block: Mapping[str, object]) -> list[ModelEvent]:
        if block.get("type") == "tool_use":
            place = self._place_at[index] = len(self._place_at)
            # Its `input` is always an empty object here; what it holds comes in deltas.
            return [ToolCallDelta(place=place, id=_text(block.get("id")), name=_text(block.get("name")))]
        text = _text(block.get("text")) if block.get("type") == "text" else ""
        return [TextDelta(text=text)] if text else []

    def _delta(self, index: object, delta: Mapping[str, object]) -> list[ModelEvent]:
        match delta.get("type"):
            case "text_delta" if text := _text(delta.get("text")):
                return [TextDelta(text=text)]
            case "input_json_delta" if index in self._place_at:
                part = _text(delta.get("partial_json"))
                return [ToolCallDelta(place=self._place_at[index], arguments=part)] if part else []
            case _:
                return []

    def _told(self, usage: object) -> list[ModelEvent]:
        counts = {name: value for name, value in _mapping(usage).items() if isinstance(value, int)}
        if not counts:
            return []
        self._counts |= counts
        return [UsageSoFar(usage=self._usage())]

    def _usage(self) -> Usage:
        read = self._counts.get("cache_read_input_tokens", 0)
        written = self._counts.get("cache_creation_input_tokens", 0)
        return Usage(
            tokens_in=self._counts.get("input_tokens", 0) + read + written,
            cached_in=read,
            cache_written_in=written,
            tokens_out=self._counts.get("output_tokens", 0),
        )


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
