"""What the simulator asks of whatever answers a call."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from agent.audio.ports import Transport
from agent.clock import Clock
from agent.events import CallEvent
from agent.turn import Json, RunTurn
from evals.record import CallerUtterance, ToolCall
from evals.scenario.model import Case

Answer = Callable[[Transport], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentUnderTest:
    """An agent about to answer one call.

    Attributes:
        answer: handles the call on a transport until it is over.
        events: its own events, growing while the call runs; stays empty for agents that tell nothing.
        tools: the tool calls its world has seen.
        witness: told the truth about the caller; only agents of known delays ask for it.
        done: called once the call is over.
    """

    answer: Answer
    events: Sequence[CallEvent] = field(default_factory=list)
    tools: Sequence[ToolCall] = field(default_factory=list)
    witness: Callable[[CallerUtterance], None] | None = None
    done: Callable[[], None] = lambda: None


@dataclass(frozen=True, slots=True, kw_only=True)
class TextAgent:
    """An agent's cognitive layer alone, about to handle one call by text."""

    run_turn: RunTurn
    flow_id: str
    tools: Sequence[ToolCall]


class Target(Protocol):
    """Something that answers calls; makes a fresh agent for each."""

    @property
    def name(self) -> str:
        """How runs name it."""
        ...

    def describe(self, case: Case) -> Mapping[str, Json]:
        """What the agent is, for the record: version, settings, providers, hash of its flow."""
        ...

    def audio_agent(self, case: Case, clock: Clock) -> AgentUnderTest:
        """An agent for a call in virtual time; called inside the running loop."""
        ...

    def text_agent(self, case: Case) -> TextAgent:
        """An agent for a call by text.

        Raises:
            BadInput: this target has no cognitive layer to speak to by text.
        """
        ...
