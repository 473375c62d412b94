"""CallRecord: the waist. Whatever plays a call makes one; metrics, scorecards, reports and gates read nothing else.

All times are nanoseconds of the caller's own clock, zero when the call was answered, except `events`, which carry
the agent's clock: for calls played here the two are the same clock. `canonical_json` leaves out what differs between
runs of the same thing (run id, wall time, host, worker); `record_sha256` is its hash. What was added to a value after
records of it had been stored is marked `WHEN_SET` and left out while it says nothing, so older records keep their hash.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from operator import attrgetter
from types import MappingProxyType
from typing import Any

from agent.turn import Json

RECORD_SCHEMA = 1

WHEN_SET: Mapping[str, str] = MappingProxyType({"canonical": "when set"})
"""Metadata of a field that stands in the canonical form only while it differs from its default."""


class Level(StrEnum):
    """How a call was played: the cognitive layer alone, the whole agent in virtual time, or over the wire."""

    TEXT = "text"
    AUDIO = "audio"
    LIVE = "live"


class CallStatus(StrEnum):
    """How playing ended: `COMPLETED` by either side's hanging up or transfer, `TIMED_OUT` by the harness at the
    scenario's longest duration, `FAILED` by an error of the agent or the harness."""

    COMPLETED = "completed"
    TIMED_OUT = "timed_out"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """From `start_ns` up to `end_ns`."""

    start_ns: int
    end_ns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerUtterance:
    """Something the caller did, as it truly happened.

    Attributes:
        step: index into the scenario's caller steps.
        kind: the step's kind (`says`, `interrupts`, `plays`, `sound`, `keys`, `hangs_up`).
        sound: for sounds, which.
        text: reference words (pauses taken out); empty for sounds without words.
        start_ns, end_ns: when its audio ran at the caller's mouth, padding included; equal at text level.
        speech: true voiced intervals (10 ms frames at or above ASL - 30 dB of the clean speech).
        expects_reply: whether the agent owes an answer once it has ended.
        offered: False for a step meant to overlap the agent's reply that found it already over.
        hung_up: the caller put the phone down while or right after doing this.
    """

    step: int
    kind: str
    text: str
    start_ns: int
    end_ns: int
    speech: tuple[Span, ...] = ()
    sound: str = ""
    keys: str = ""
    expects_reply: bool = True
    offered: bool = True
    hung_up: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class HeardWord:
    """A word of the agent's that played at the caller's ear; `complete` is False for the word that was cut."""

    text: str
    start_ns: int
    end_ns: int
    seq: int
    complete: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class WireMessage:
    """Something other than plain caller audio that crossed the wire.

    `kind` is `audio_out` (a burst of agent audio of `frames` frames), `clear`, `mark_out`, `mark_back`, `keys`,
    `hangup_caller` or `hangup_agent`. `t_ns` is when it passed the agent's end of the line.
    """

    t_ns: int
    kind: str
    name: str = ""
    frames: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolCall:
    """A tool call as the world saw it."""

    t_ns: int
    name: str
    arguments: Mapping[str, Json]
    status: str
    ok: bool
    value: Mapping[str, Json] = field(default_factory=dict)
    error: str = ""
    idempotency_key: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Divergence:
    """A reply of the agent's that was not what the transcript has before a line of the caller's.

    Attributes:
        step: index of the caller's step that answers other words than were said.
        seq: the agent's turn whose reply was compared; -1 before the first.
        did: `said` the line all the same, `skipped` it, or `stopped` and hung up.
        recorded: what the agent said in the transcript.
        replied: what the agent said now.
        reason: one sentence with the counts that decided.
    """

    step: int
    seq: int
    did: str
    recorded: str
    replied: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRecord:
    """One call, whole.

    Attributes:
        case_id, suite, scenario_id, voice, line, repeat, seed, level: which case this is. `line` is the line's values.
        scenario: the frozen scenario as JSON.
        scenario_sha256: of that JSON's canonical form.
        caller_sha256: of all audio the caller's utterances were made of; empty at text level.
        harness_version: version of what played the call.
        agent: what the agent was (name, version, settings, flow's hash, providers), shown and never a reason to refuse.
        status, failure: how playing ended, and the error's one line for `FAILED`.
        duration_ns: from answer to the end.
        caller_track, agent_track: mu-law at 8 kHz; the caller's end of the line (speech and noise, before the network)
            and what played at the caller's ear, both from time zero; empty at text level.
        reply_end_ns: silence at the ear after which the caller took a reply as ended.
        timeout_ns: how long the caller waited for a reply before giving up on it; censors a reply that never came.
        utterances: what the caller did.
        agent_words: what of the agent's words was heard at the ear (at text level: of each reply, with equal times).
        wire: what crossed the wire besides the caller's audio.
        events: the agent's own events as rows (`agent.events.event_row`), oldest first; empty for foreign agents.
        tools: tool calls as the world saw them.
        path, outcome, captured: the flow's states entered, the end state's outcome, the variables captured.
        transferred_to: where the call was handed to; empty when it was not.
        ended_by: `agent`, `caller`, `harness`.
        divergences: where the agent's replies left the transcript that the caller's lines come from.
    """

    case_id: str
    suite: str
    scenario_id: str
    voice: str
    line: Mapping[str, Json]
    repeat: int
    seed: int
    level: Level
    scenario: Mapping[str, Json]
    scenario_sha256: str
    caller_sha256: str
    harness_version: str
    agent: Mapping[str, Json]
    status: CallStatus
    failure: str
    duration_ns: int
    caller_track: bytes
    agent_track: bytes
    reply_end_ns: int
    timeout_ns: int
    utterances: tuple[CallerUtterance, ...]
    agent_words: tuple[HeardWord, ...]
    wire: tuple[WireMessage, ...]
    events: tuple[Mapping[str, Json], ...]
    tools: tuple[ToolCall, ...]
    path: tuple[str, ...]
    outcome: str | None
    captured: Mapping[str, str]
    transferred_to: str
    ended_by: str
    schema: int = RECORD_SCHEMA
    divergences: tuple[Divergence, ...] = field(default=(), metadata=WHEN_SET)


def canonical_json(value: object) -> str:
    """The one JSON text of a value: sorted keys, no spaces, dataclasses as mappings, bytes as their SHA-256.

    Mappings have keys of text, as JSON's do.
    """
    return _CANONICAL.encode(value)


def sha256_of(value: object) -> str:
    """SHA-256, hexadecimal, of `canonical_json(value)`."""
    return sha256_of_text(canonical_json(value))


def sha256_of_text(text: str) -> str:
    """SHA-256, hexadecimal, of a text in UTF-8, such as a canonical form that is already at hand."""
    return hashlib.sha256(text.encode()).hexdigest()


def record_sha256(record: CallRecord) -> str:
    """The record's identity: same CPU family, same lock, same seed, same bytes."""
    return sha256_of(record)


def _members(value: object) -> Any:
    """What the encoder is to write in place of a value that JSON has no form for."""
    return _members_of(type(value))(value)  # type: ignore[arg-type]  # a class can be hashed, whatever its values


@lru_cache(maxsize=256)
def _members_of(kind: type) -> Callable[[Any], Any]:
    """How values of this kind are written; a record has hundreds of a few kinds."""
    if issubclass(kind, bytes):
        return lambda value: hashlib.sha256(value).hexdigest()
    if issubclass(kind, Mapping):
        return dict
    if dataclasses.is_dataclass(kind):
        names, always, sometimes = _told_of(kind)
        if not sometimes:
            return lambda value: dict(zip(names, always(value), strict=True))
        return lambda value: {
            **dict(zip(names, always(value), strict=True)),
            **{name: found for name, silent in sometimes if (found := getattr(value, name)) != silent},
        }
    raise TypeError(f"{kind.__name__} has no canonical JSON")


def _told_of(
    kind: type,
) -> tuple[tuple[str, ...], Callable[[object], tuple[Any, ...]], list[tuple[str, Any]]]:
    """A dataclass's members: those always told with what gets them at once, and those told when not their default."""
    fields = dataclasses.fields(kind)
    names = tuple(sorted(f.name for f in fields if "canonical" not in f.metadata))
    sometimes = [(f.name, f.default) for f in fields if "canonical" in f.metadata]
    if len(names) > 1:
        return names, attrgetter(*names), sometimes
    return names, lambda value: tuple(getattr(value, name) for name in names), sometimes


# The encoder is C's: it walks what is JSON already by itself and asks only about the rest. It does not look for
# cycles, which frozen values cannot have.
_CANONICAL = json.JSONEncoder(
    sort_keys=True,
    separators=(",", ":"),
    ensure_ascii=False,
    allow_nan=False,
    check_circular=False,
    default=_members,
)
