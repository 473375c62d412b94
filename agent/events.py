"""What happened in a call, as the agent saw it: the `CallEvent` union, each with the call's time.

Every kind is a frozen value; `event_row` turns one into a flat mapping for storing. `t_ns` is when the agent
knew; a field such as `onset_ns` says when the thing itself happened, back-dated.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, cast

from agent.turn import Json

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


@dataclass(frozen=True, slots=True, kw_only=True)
class WordSpan:
    """A word and when it began and ended; the zero is said where it is used."""

    text: str
    start_ns: int
    end_ns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CallAnswered:
    """The transport is open and the agent is listening."""

    t_ns: int
    call_sid: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StateChanged:
    """The call machine moved, because of `cause` (the name of the event it was given)."""

    t_ns: int
    old: str
    new: str
    cause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeechStarted:
    """The voice detector says the caller speaks, since `onset_ns`."""

    t_ns: int
    onset_ns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeechEnded:
    """The voice detector says the caller stopped, at `offset_ns`."""

    t_ns: int
    offset_ns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PartialHeard:
    """The recogniser's words so far."""

    t_ns: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointReached:
    """Endpointing decided that the caller's turn is over; speech ended at `offset_ns`."""

    t_ns: int
    offset_ns: int
    silence_ns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FinalHeard:
    """The recogniser's last word on the caller's turn."""

    t_ns: int
    text: str
    confidence: float | None
    words: tuple[WordSpan, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnOpened:
    """A turn was handed to the cognitive layer."""

    t_ns: int
    seq: int
    turn_id: str
    event: str
    transcript: str
    heard: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TextGiven:
    """The cognitive layer gave the next text of its answer to turn `seq`; it goes to the voice at once."""

    t_ns: int
    seq: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnAnswered:
    """The cognitive layer gave its whole answer, by `model` if one was asked, for so many tokens."""

    t_ns: int
    seq: int
    node_id: str
    path: tuple[str, ...]
    outcome: str | None
    captured: Mapping[str, str]
    chosen: str
    intents: tuple[Mapping[str, Json], ...] = ()
    tools: tuple[Mapping[str, Json], ...] = ()
    stage_ns: Mapping[str, int] = field(default_factory=dict)
    model: str = ""
    tokens_in: int = 0
    tokens_out: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnDropped:
    """A turn was given up before its answer was whole, because the caller went on or left."""

    t_ns: int
    seq: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeechSent:
    """Audio for `text` went to the transport as its frames `first_frame` .. `first_frame + frame_count - 1`.

    `words` are relative to the first of those frames; `resumed` marks a second sending after a yield.
    Frames count from 0 over the whole call, in the order they were sent.
    """

    t_ns: int
    seq: int
    text: str
    first_frame: int
    frame_count: int
    words: tuple[WordSpan, ...]
    resumed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyFinished:
    """All of the reply to turn `seq` has been played to the caller."""

    t_ns: int
    seq: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Yielded:
    """The agent fell silent for the caller, who began at `onset_ns`; they had heard `heard` of the reply."""

    t_ns: int
    seq: int
    onset_ns: int
    heard: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Resumed:
    """It was no interruption; the agent goes on from the cut word."""

    t_ns: int
    seq: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyCancelled:
    """It was an interruption; the rest of the reply will not be said."""

    t_ns: int
    seq: int
    reason: str
    heard: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyPressed:
    """The caller pressed a key (DTMF)."""

    t_ns: int
    digit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BeepHeard:
    """A voicemail beep ended."""

    t_ns: int
    frequency_hz: int
    duration_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderFailed:
    """A provider failed; the call went on by the fallback named."""

    t_ns: int
    provider: str
    error: str
    fallback: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CallTransferred:
    """The call was given to `to`."""

    t_ns: int
    to: str
    context: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class CallEnded:
    """The call is over: `by` is `agent`, `caller` or `error`."""

    t_ns: int
    by: str
    reason: str


CallEvent = (
    CallAnswered
    | StateChanged
    | SpeechStarted
    | SpeechEnded
    | PartialHeard
    | EndpointReached
    | FinalHeard
    | TurnOpened
    | TextGiven
    | TurnAnswered
    | TurnDropped
    | SpeechSent
    | ReplyFinished
    | Yielded
    | Resumed
    | ReplyCancelled
    | KeyPressed
    | BeepHeard
    | ProviderFailed
    | CallTransferred
    | CallEnded
)


def event_kind(event: CallEvent) -> str:
    """The event's name as stored: `SpeechStarted` is `speech_started`."""
    return _kind_of(type(event).__name__)


def event_row(event: CallEvent) -> dict[str, Json]:
    """The event as JSON values: its fields and `kind`."""
    return {"kind": event_kind(event), **row_of(event)}


def row_of(value: DataclassInstance) -> dict[str, Json]:
    """A frozen value's fields as JSON values by name."""
    row: dict[str, Json] = {}
    for name in _names_of(type(value)):
        item = getattr(value, name)
        row[name] = item if type(item) in _PLAIN else json_of(item)
    return row


def json_of(value: object) -> Json:
    """A frozen value as JSON: dataclasses as mappings, tuples as lists.

    Raises:
        TypeError: it holds something that is not a value.
    """
    if type(value) in _PLAIN:
        return cast("Json", value)
    if type(value) is dict:  # most of what comes here has been through here before
        return {str(key): item if type(item) in _PLAIN else json_of(item) for key, item in value.items()}
    if isinstance(value, str):
        return str(value)
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, Mapping):
        return {str(key): json_of(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [json_of(item) for item in value]
    if dataclasses.is_dataclass(value):
        return row_of(cast("DataclassInstance", value))
    raise TypeError(f"{type(value).__name__} does not belong in an event")


_PLAIN = frozenset({str, int, float, bool, type(None)})


@lru_cache(maxsize=64)
def _kind_of(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


@lru_cache(maxsize=256)
def _names_of(value: type[DataclassInstance]) -> tuple[str, ...]:
    return tuple(f.name for f in dataclasses.fields(value))
