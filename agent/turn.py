"""The whole bridge between the audio layer and the cognitive layer: a turn in, actions out.

The audio layer knows the `StreamTurn` function type and nothing else of what thinks; the cognitive layer knows
`TurnInput` and nothing else of what hears. Either may run elsewhere.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from typing_extensions import TypeAliasType

# A named alias, since codecs that work from types (pydantic) would follow a bare one round for ever.
Json = TypeAliasType("Json", "bool | int | float | str | Sequence[Json] | Mapping[str, Json] | None")
"""What JSON can hold, read-only."""


class TurnEvent(StrEnum):
    """Why a turn was opened."""

    ANSWERED = "answered"  # the call was picked up; the agent may speak first
    SPEECH = "speech"  # the caller said something: `transcript`
    NO_SPEECH = "no_speech"  # the caller was silent past the patience of the audio layer
    DTMF = "dtmf"  # the caller pressed keys: `transcript` holds them
    VOICEMAIL = "voicemail"  # a machine answered, and its beep has gone
    HANGUP = "hangup"  # the caller is gone; nothing said now is heard


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnInput:
    """One caller turn, as the audio layer hands it over.

    Attributes:
        call_sid: the call.
        turn_id: unique in the call; the same id again is a retry and gets the first answer.
        seq: 0 for the turn that answers the call, then counting up.
        transcript: what was heard, or the keys pressed; empty for the other events.
        flow_id: the flow that answers.
        variables: what is known before the call (caller's name, company, ...), the same in every turn.
        event: why the turn was opened.
        stt_confidence: 0 to 1, or None where the recogniser gives none.
        heard: the words of the last reply that the caller had heard when they spoke; None when all of it.
        provisional: the caller may go on; commit nothing.
        now_iso: wall date and time of the turn in the caller's zone, ISO 8601 with offset.
    """

    call_sid: str
    turn_id: str
    seq: int
    flow_id: str
    event: TurnEvent
    transcript: str = ""
    variables: Mapping[str, str] = field(default_factory=dict)
    stt_confidence: float | None = None
    heard: str | None = None
    provisional: bool = False
    now_iso: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tts:
    """Say this."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """The dialogue moved to this node; for the record, the audio layer does nothing on it."""

    node_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EndCall:
    """Hang up once everything said has been heard."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """Give the call to somebody else, with what they need to know."""

    to: str
    context: Mapping[str, str] = field(default_factory=dict)


Action = Tts | Transition | EndCall | Transfer


@dataclass(frozen=True, slots=True, kw_only=True)
class IntentScore:
    """An intent that was considered, with its score (0 to 1) and, for a loser, why it lost."""

    intent: str
    score: float
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolTrace:
    """One tool call: what was asked, what came back."""

    name: str
    arguments: Mapping[str, Json]
    status: str
    value: Mapping[str, Json] = field(default_factory=dict)
    error: str = ""
    idempotency_key: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnTrace:
    """How the turn was decided.

    Attributes:
        model: what weighed the intents.
        route: why it was that model, where there was a choice.
        findings: what guards found, as "kind in place"; never the words themselves.
    """

    intents: tuple[IntentScore, ...] = ()
    chosen: str = ""
    tools: tuple[ToolTrace, ...] = ()
    model: str = ""
    route: str = ""
    findings: tuple[str, ...] = ()
    tokens_in: int = 0
    tokens_out: int = 0
    cost_usd: float = 0.0
    stage_ns: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class DialogueState:
    """Where the dialogue stands after a turn.

    Attributes:
        node_id: the flow state it rests in.
        path: every flow state entered since the call began, in order.
        captured: variables taken from the caller so far.
        outcome: the name that an end state declares; None while the call goes on.
    """

    node_id: str
    path: tuple[str, ...]
    captured: Mapping[str, str] = field(default_factory=dict)
    outcome: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnOutput:
    """The answer to a turn: the actions in order, the state after them, and the trace."""

    turn_id: str
    actions: tuple[Action, ...]
    state: DialogueState
    trace: TurnTrace = field(default_factory=TurnTrace)


RunTurn = Callable[[TurnInput], Awaitable[TurnOutput]]
StreamTurn = Callable[[TurnInput], AsyncGenerator[Action | TurnOutput, None]]
"""Yields the actions as they become known, and lastly the `TurnOutput` that holds them all."""
