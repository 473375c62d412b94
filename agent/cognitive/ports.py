"""What the cognitive layer asks of the outside: what words mean, tools, language models, documents, and places to keep
a call's state and what was done in it."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol, runtime_checkable

from agent.cognitive.dialogue import Dialogue, Said
from agent.cognitive.flow import Flow, State
from agent.cognitive.models.values import ModelEvent, ModelRequest
from agent.turn import Action, IntentScore, Json, ToolTrace, TurnInput, TurnOutput


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What a dispatcher is asked: which of the state's intents these words mean.

    Attributes:
        words: those of the transcript that tell what is wanted, as `spoken_words` writes them.
        history: what was said before, oldest first.
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
    """A dispatcher's answer.

    Attributes:
        scores: the state's intents with confidences (0 to 1, each on its own), best first.
        model: what weighed them.
        route: why it was that model.
    """

    scores: tuple[IntentScore, ...]
    model: str
    tokens_in: int = 0
    tokens_out: int = 0
    cost_usd: float = 0.0
    route: str = ""


class Dispatcher(Protocol):
    """Tells what the caller wants."""

    @property
    def repeatable(self) -> bool:
        """Whether the same question always gets the same answer, so that none need be kept."""
        ...

    async def weigh(self, question: Question) -> Weighed:
        """The intents of the question's state, weighed against its words.

        Raises:
            ProviderError: it cannot say, and has nothing to fall back on.
        """
        ...


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

    @property
    def idempotent(self) -> bool:
        """Whether the same key again repeats nothing, so that a call that failed in passing may be made again."""
        ...

    @property
    def arguments_schema(self) -> Mapping[str, Json]:
        """The JSON schema (draft 2020-12) that its arguments keep to."""
        ...

    async def call(self, arguments: Mapping[str, Json], idempotency_key: str) -> ToolResult:
        """Does it. Where the tool is idempotent the same key again returns the first result and repeats nothing.

        Raises:
            ProviderTimeout: no answer before the deadline.
            ProviderError: it failed in another way; `agent.cognitive.tools.failures` says in which ways.
        """
        ...


@runtime_checkable
class AskableAgain(Protocol):
    """A tool that does better when it is told that an earlier call may have done its work already."""

    async def call_again(self, arguments: Mapping[str, Json], idempotency_key: str) -> ToolResult:
        """Does what a call under this key, whose answer never came, has not done; what it can't know, it marks.

        Raises:
            ProviderError: as `Tool.call` does.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnOpened:
    """The turn as it came in, and where the call stood before it."""

    turn: TurnInput
    before: Dialogue | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispatched:
    """What the caller's words were taken to mean, where asking again might give another answer."""

    weighed: Weighed


class ActedBy(StrEnum):
    """Whose an action is."""

    WALK = "walk"  # the flow's: the same walk makes it again
    FILLER = "filler"  # said while a tool was slow
    MODEL = "model"  # worded by a language model


@dataclass(frozen=True, slots=True, kw_only=True)
class Acted:
    """An action of the turn's answer, about to be given out."""

    action: Action
    by: ActedBy = ActedBy.WALK


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


JournalEntry = TurnOpened | Dispatched | Acted | ToolAnswered | TurnClosed


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What a state store holds of a call.

    Attributes:
        dialogue: where the call stands; None for a call not known, or not any more.
        version: counts the saves; 0 for a call not known.
    """

    dialogue: Dialogue | None = None
    version: int = 0


class StateStore(Protocol):
    """Keeps where each call stands, for quick reading. It may forget: the journal can tell it again."""

    async def load(self, call_sid: str) -> Held:
        """What is held of the call.

        Raises:
            StoreUnavailable: the store cannot be reached, or did not answer in time.
        """
        ...

    async def save(self, call_sid: str, dialogue: Dialogue, *, after: int) -> int:
        """Keeps the dialogue in place of the one of version `after`, and returns its own version.

        Raises:
            StateConflict: another version is kept; somebody else works on this call.
            StoreUnavailable: the store cannot be reached, or did not answer in time.
        """
        ...


class Journal(Protocol):
    """Keeps, for each turn, what was decided and done, in the order it was done; so a turn can be resumed."""

    async def append(self, turn: TurnInput, place: int, entries: Sequence[JournalEntry]) -> None:
        """Adds entries to the turn, the first of them at this place (0 for its opening): all of them or none.

        They are kept when this returns.

        Raises:
            StateConflict: one of the places is taken, or another turn has this turn's `seq`.
            StoreUnavailable: the journal cannot be reached, or did not answer in time.
        """
        ...

    async def entries(self, call_sid: str, turn_id: str) -> Sequence[JournalEntry]:
        """The turn's entries, oldest first; empty for a turn not known.

        Raises:
            StoreUnavailable: the journal cannot be reached, or did not answer in time.
        """
        ...

    async def last_turn(self, call_sid: str) -> Sequence[JournalEntry]:
        """The entries of the call's turn with the highest `seq`, oldest first; empty for a call not known.

        Raises:
            StoreUnavailable: the journal cannot be reached, or did not answer in time.
        """
        ...


class CallStore(StateStore, Journal, Protocol):
    """Both in one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """Where a passage stands.

    Attributes:
        document: the file's path within its folder.
        heading: the headings above it, outermost first, joined by " > "; empty where there are none.
        page: counted from 1; None where the document has no pages.
        offset: characters from the start of the document, or of the page where there is one.
    """

    document: str
    heading: str = ""
    page: int | None = None
    offset: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A piece of a document that may answer a question.

    Attributes:
        text: sentences as they can be spoken; a line each paragraph or list item.
        score: 0 to 1, how much of what the question asks about the passage speaks of; see `knowledge/ranking.py`.
        evidence: the question's terms that the passage has, each with its share of the question.
    """

    text: str
    score: float
    citation: Citation
    evidence: Mapping[str, float] = field(default_factory=dict)


class Knowledge(Protocol):
    """Documents that can be asked."""

    async def search(self, question: str, tenant: str, limit: int) -> Sequence[Passage]:
        """At most `limit` passages that this tenant may read, the likeliest first; none when none has to do with it.

        What a tenant may not read changes nothing in the answer: it is the same as if it were not there.

        Raises:
            ProviderError: the index did not answer.
        """
        ...


class Embedder(Protocol):
    """A model that turns texts into vectors, near each other where the meanings are."""

    @property
    def name(self) -> str:
        """The model's name: vectors of two models do not compare."""
        ...

    async def embed(self, texts: Sequence[str]) -> Sequence[Sequence[float]]:
        """A vector for each text, all of one length.

        Raises:
            ProviderTimeout: no answer before the deadline.
            ProviderError: it failed in another way.
        """
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
