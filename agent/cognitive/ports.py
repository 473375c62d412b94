"""What the cognitive layer asks of the outside: tools, language models, and places to keep a call's state in."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from agent.cognitive.dialogue import Dialogue
from agent.cognitive.flow import Flow, State
from agent.cognitive.models.values import ModelEvent, ModelRequest
from agent.turn import Action, IntentScore, Json, ToolTrace, TurnInput, TurnOutput


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolResult:
    """What a tool answered. `status` names the branch a flow may take; `ok` says whether it did its work."""

    ok: bool
    status: str
    value: Mapping[str, Json] = field(default_factory=dict)
    error: str = ""


class Tool(Protocol):
    """Something the agent can do in the world."""

    @property
    def name(self) -> str:
        """The name flows call it by, such as `cal.create_booking`."""
        ...

    @property
    def read_only(self) -> bool:
        """Whether calling it changes nothing outside."""
        ...

    async def call(self, arguments: Mapping[str, Json], idempotency_key: str) -> ToolResult:
        """Does it. The same key again returns the first result and repeats nothing.

        Raises:
            ProviderTimeout: no answer before the deadline.
            ProviderError: it failed in another way.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnOpened:
    """The turn as it came in, and where the call stood before it."""

    turn: TurnInput
    before: Dialogue | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Acted:
    """An action of the turn's answer, about to be given out."""

    action: Action


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolAnswered:
    """A tool call of the turn, and what came of it."""

    trace: ToolTrace
    result: ToolResult


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnClosed:
    """The turn's whole answer, and where the call stands after it."""

    output: TurnOutput
    after: Dialogue


JournalEntry = TurnOpened | Acted | ToolAnswered | TurnClosed


class StateStore(Protocol):
    """Keeps where each call stands between its turns."""

    async def load(self, call_sid: str) -> Dialogue | None:
        """The call's dialogue; None for a call not known."""
        ...

    async def save(self, call_sid: str, dialogue: Dialogue) -> None:
        """Keeps the dialogue in place of the one before."""
        ...


class Journal(Protocol):
    """Keeps, for each turn, what was decided and done, in the order it was done; so a turn can be resumed."""

    async def append(self, call_sid: str, turn_id: str, entry: JournalEntry) -> None:
        """Adds an entry to the turn; it is kept when this returns."""
        ...

    async def entries(self, call_sid: str, turn_id: str) -> Sequence[JournalEntry]:
        """The turn's entries, oldest first; empty for a turn not known."""
        ...

    async def last_turn_id(self, call_sid: str) -> str | None:
        """The turn of the call that was opened last."""
        ...


class LanguageModel(Protocol):
    """One language model of one vendor, under settings of its own."""

    @property
    def name(self) -> str:
        """Vendor and model, such as `openai/gpt-5.6-luna`, as traces name them."""
        ...

    def stream(self, request: ModelRequest) -> AsyncGenerator[ModelEvent, None]:
        """The answer as it is written: deltas, then `Finished`. Closing the generator ends the request.

        A model that will not answer is no error: its stream ends in `Finished` with the reason `REFUSED`.

        Raises:
            ProviderTimeout: one of the request's deadlines has passed.
            ProviderRefused: the provider takes no such request (bad key, unknown model, bad field).
            ProviderError: it failed in another way, at the start or in the middle of the answer.
        """
        ...

    async def close(self) -> None:
        """Gives its connections back."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One thing said in the call: by whom (`caller` or `agent`), and its words."""

    who: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What a caller said, and all that helps to say what they want.

    Attributes:
        state: where the call rests; its branches are what the words are weighed against.
        words: the transcript in spoken form.
        variables: the call's.
        history: what was said before, oldest first; what the caller did not hear is not in it.
    """

    flow: Flow
    state: State
    words: tuple[str, ...]
    transcript: str
    variables: Mapping[str, str]
    stt_confidence: float | None
    history: tuple[Said, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """The state's intents with their confidences, best first; which model gave them, why that one, and its cost."""

    scores: tuple[IntentScore, ...]
    model: str
    tokens_in: int = 0
    tokens_out: int = 0
    cost_usd: float = 0.0
    route: str = ""


class Dispatcher(Protocol):
    """Says what a caller wants."""

    async def weigh(self, question: Question) -> Weighed:
        """The question's intents, weighed. It always answers: what fails has something to fall back on."""
        ...
