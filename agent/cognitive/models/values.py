"""What is asked of a language model and what it answers, in values that belong to no vendor.

An answer is a stream of events in this order: any number of `TextDelta`, `ToolCallDelta` and `UsageSoFar`, then one
`Finished`. A model that will not answer says so in `Finished` (`REFUSED`); an exception is for a provider that did
not do its work. A stream that is closed early has no `Finished`: `reply.ReplySoFar` then estimates what it cost.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from agent.turn import Json


class Role(StrEnum):
    """Who says a message; the system's words are a field of the request."""

    USER = "user"
    ASSISTANT = "assistant"
    TOOL = "tool"


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolCall:
    """A tool that the model wants called; `arguments` is its JSON as written, an empty object where it wrote none."""

    id: str
    name: str
    arguments: str = "{}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message of the conversation with the model.

    Attributes:
        tool_calls: what an assistant's message asked for.
        tool_call_id: which of those a tool's message answers.
    """

    role: Role
    text: str
    tool_calls: tuple[ToolCall, ...] = ()
    tool_call_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolOffer:
    """A tool that the model may ask for; `parameters` is a JSON schema of an object."""

    name: str
    description: str
    parameters: Mapping[str, Json]


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputSchema:
    """The JSON schema that the whole answer must fit; every property required, no others allowed."""

    name: str
    schema: Mapping[str, Json]


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelRequest:
    """One question to a model.

    Attributes:
        system: the instructions; nothing that a caller said belongs here.
        max_tokens: the answer's limit.
        first_token_ms: a provider that has sent no text and no tool call by then has timed out.
        total_ms: the same for the whole answer.
    """

    system: str
    messages: tuple[Message, ...]
    max_tokens: int
    first_token_ms: int
    total_ms: int
    tools: tuple[ToolOffer, ...] = ()
    output: OutputSchema | None = None

    def __post_init__(self) -> None:
        if self.max_tokens < 1 or self.first_token_ms < 1 or self.total_ms < self.first_token_ms:
            raise ValueError(
                f"max_tokens {self.max_tokens} and first_token_ms {self.first_token_ms} must be above 0, "
                f"and total_ms {self.total_ms} not below first_token_ms"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Tokens of one or more requests.

    Attributes:
        tokens_in: all that was read, the cached and the newly cached among them.
        cached_in: of those, read from the provider's cache.
        cache_written_in: of those, written to it.
        tokens_out: all that was written, thinking included.
        estimated: at least a part of this is our estimate.
    """

    tokens_in: int = 0
    cached_in: int = 0
    cache_written_in: int = 0
    tokens_out: int = 0
    estimated: bool = False

    def __add__(self, other: Usage) -> Usage:
        return Usage(
            tokens_in=self.tokens_in + other.tokens_in,
            cached_in=self.cached_in + other.cached_in,
            cache_written_in=self.cache_written_in + other.cache_written_in,
            tokens_out=self.tokens_out + other.tokens_out,
            estimated=self.estimated or other.estimated,
        )


class StopReason(StrEnum):
    """Why a model stopped."""

    DONE = "done"
    TOOL_CALLS = "tool_calls"
    LENGTH = "length"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class TextDelta:
    """More of the answer's text; never empty."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolCallDelta:
    """More of a tool call: `place` counts the answer's calls from 0; `id` and `name` stand in its first piece."""

    place: int
    id: str = ""
    name: str = ""
    arguments: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageSoFar:
    """What the provider has told of the cost before the end; it takes the place of what it told before."""

    usage: Usage


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """The answer is whole; `usage` is None where the provider told none."""

    reason: StopReason
    usage: Usage | None = None
    refusal: str = field(default="", repr=False)


ModelEvent = TextDelta | ToolCallDelta | UsageSoFar | Finished
