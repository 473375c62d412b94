"""A conversation as a state machine, in frozen values.

A state does its parts in one order: it says `say`, calls `action`, asks `ask` and waits for the caller. What it has
of these makes its kind:

    end    has an `outcome`; the call is over when it has been entered
    ask    has an `ask`; the caller's next turn is understood as one of its branches
    act    has an `action` but nothing to ask; the tool's answer is the branch
    decide has rules; the first whose conditions hold is the branch, else `next`
    pass   has none of these; it says something and goes on by its branch `next`

A branch leads to a state, or `BACK` to the question that was last asked. An action's status that the state does not
name goes on within the state, which only `success` may do. A state with `visits` is entered so often; after that its
branch `exhausted` is taken instead.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from hashlib import sha256

from agent.cognitive.capture_settings import CaptureSettings, ValueTexts
from agent.cognitive.decision import Rule
from agent.cognitive.guard.rules import Guard
from agent.cognitive.handoff import LowConfidence
from agent.cognitive.knowledge_source import KnowledgeSource
from agent.cognitive.models.settings import ModelSettings
from agent.cognitive.routing import RoutingRule
from agent.cognitive.tool_rules import ToolRules
from agent.cognitive.value_types import ValueType as ValueType
from agent.cognitive.wording import Wording, fill
from agent.turn import Json

DEFAULT_TROUBLE = "Sorry, I lost you for a moment. Could you say that again, please?"
"""Said where a flow has no line of its own for when its memory is away."""

BACK = "@back"
"""The target of a branch that returns to the question last asked."""

# Branches that no intent may be named after.
NEXT = "next"
EXHAUSTED = "exhausted"
SUCCESS = "success"
FAILURE = "failure"
NO_SPEECH = "no_speech"
UNCLEAR = "unclear"
VOICEMAIL = "voicemail"
RESERVED_BRANCHES = frozenset({NEXT, EXHAUSTED, SUCCESS, FAILURE, NO_SPEECH, UNCLEAR, VOICEMAIL})

HUNG_UP_OUTCOME = "caller_hung_up"
"""The outcome of a call that the caller ended; no state declares it."""


class Kind(StrEnum):
    """What a state does last; see the module."""

    END = "end"
    ASK = "ask"
    ACT = "act"
    DECIDE = "decide"
    PASS = "pass"


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """Where a branch leads, and what is said on the way there."""

    to: str
    say: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture:
    """A variable taken from the caller's answer.

    Attributes:
        variable: what it is kept as.
        type: how it is found in the words.
        branch: the branch that finding it takes; empty where it is welcome but decides nothing.
        source: for slots, the variable that holds what was offered.
        settings: confirmation, bounds, choices and keys.
    """

    variable: str
    type: ValueType
    branch: str = ""
    source: str = ""
    settings: CaptureSettings = field(default_factory=CaptureSettings)


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolAction:
    """A tool call: its arguments, and which parts of the answer are kept as which variables."""

    tool: str
    arguments: Mapping[str, Json] = field(default_factory=dict)
    save: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOver:
    """Who gets the call at its end, and which variables go with it."""

    to: str
    context: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Generate:
    """A reply that a language model words.

    Attributes:
        instructions: what it should say; its placeholders stand for values that are told apart from it.
        fallback: said when the model does not come to a first sentence.
        model: its name among the flow's models.
        max_tokens: the reply's limit.
    """

    instructions: str
    fallback: str
    model: str
    max_tokens: int


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """A place in the conversation; see the module for what its parts do.

    Attributes:
        reask: the question's shorter form for asking again; the question itself when empty.
        done: said at an end once its action has succeeded, where `say` was said before.
        keys: branches by the telephone key that takes them.
        generate: said after `say`, in a model's words.
    """

    name: str
    say: str = ""
    generate: Generate | None = None
    ask: str | None = None
    reask: str = ""
    action: ToolAction | None = None
    done: str = ""
    capture: tuple[Capture, ...] = ()
    on: Mapping[str, Branch] = field(default_factory=dict)
    keys: Mapping[str, str] = field(default_factory=dict)
    outcome: str | None = None
    hand_over: HandOver | None = None
    visits: int | None = None
    decide: tuple[Rule, ...] = ()

    @property
    def kind(self) -> Kind:
        """What the state does last."""
        if self.outcome is not None:
            return Kind.END
        if self.ask is not None:
            return Kind.ASK
        if self.action is not None:
            return Kind.ACT
        return Kind.DECIDE if self.decide else Kind.PASS

    def texts(self) -> Iterator[str]:
        """Every text the state may say, in the order of a visit."""
        generated = self.generate.fallback if self.generate else ""
        yield from (text for text in (self.say, generated, self.ask or "", self.reask, self.done) if text)
        yield from (branch.say for branch in self.on.values() if branch.say)


@dataclass(frozen=True, kw_only=True)
class Flow:
    """A whole conversation. Made by `flow_file.load_flow`, which lets no faulty one through.

    Attributes:
        name: what `TurnInput.flow_id` calls it.
        start: the state that answers the call.
        states: by name, in the file's order.
        intents: example phrases by intent; those of `unclear` are things that none of the branches is meant by.
        includes: by intent, the intents whose examples also count as its own.
        variables: what the call may tell beforehand, with the value that stands in when it does not.
        tools: by tool, the statuses it may answer besides `success` and `failure`.
        tool_rules: by tool, how it is called; the usual rules for a tool not named here.
        on: branches that every asking state has unless it names its own.
        keys: the same for telephone keys.
        priority: intents that win over any other, the first over the second.
        asides: intents that give way to any likely answer said along with them.
        turn_limit: a call gets this many caller turns, then goes to `too_long`.
        too_long: a state that ends the call without asking anything.
        trouble: said when what was said before cannot be reached for a while, and nothing can be decided.
        low_confidence: when a call is given up as too badly heard; None for never.
        knowledge: the documents that `knowledge.answer` is asked of; None where the flow names none.
        value_texts: what is said to read a value back, and to put one right.
        models: the language models that it may ask, by the names it gives them.
        routing: which turns are weighed by which of them.
        guard: what is checked of what comes in and goes out (`agent/cognitive/guard`).
    """

    name: str
    start: str
    states: Mapping[str, State]
    intents: Mapping[str, tuple[str, ...]]
    includes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    variables: Mapping[str, str] = field(default_factory=dict)
    tools: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    tool_rules: Mapping[str, ToolRules] = field(default_factory=dict)
    on: Mapping[str, Branch] = field(default_factory=dict)
    keys: Mapping[str, str] = field(default_factory=dict)
    priority: tuple[str, ...] = ()
    asides: tuple[str, ...] = ()
    turn_limit: int
    too_long: str
    trouble: str = DEFAULT_TROUBLE
    low_confidence: LowConfidence | None = None
    knowledge: KnowledgeSource | None = None
    value_texts: ValueTexts = field(default_factory=ValueTexts)
    models: Mapping[str, ModelSettings] = field(default_factory=dict)
    routing: tuple[RoutingRule, ...] = ()
    guard: Guard = field(default_factory=Guard)

    def branches(self, state: State) -> Mapping[str, Branch]:
        """The state's branches, the flow's own included where the caller is asked something."""
        return self._branches[state.name]

    def branch_intents(self, state: State) -> tuple[str, ...]:
        """The intents that the caller's words are weighed against in this state."""
        return tuple(name for name in self.branches(state) if name in self.intents and name != UNCLEAR)

    def examples(self, intent: str) -> tuple[str, ...]:
        """The example phrases of an intent, its included intents' own among them."""
        phrases = [
            phrase for name in (intent, *self.includes.get(intent, ())) for phrase in self.intents[name]
        ]
        return tuple(dict.fromkeys(phrases))

    def outcomes(self) -> tuple[str, ...]:
        """Every outcome a call on this flow can have."""
        ends = [state.outcome for state in self.states.values() if state.outcome is not None]
        return tuple(dict.fromkeys([*ends, HUNG_UP_OUTCOME]))

    def spoken_texts(self, variables: Mapping[str, str] | None = None) -> tuple[str, ...]:
        """What the agent may say, placeholders filled as far as `variables` and the flow's own values go."""
        said = [text for state in self.states.values() for text in state.texts()]
        said += [branch.say for branch in self.on.values() if branch.say]
        said += [rules.filler for rules in self.tool_rules.values() if rules.filler]
        said += self.guard.texts()
        return self._filled(said, variables)

    def example_phrases(self, variables: Mapping[str, str] | None = None) -> tuple[str, ...]:
        """What callers may say, by the flow's own examples: words for the agent's ear."""
        return self._filled([phrase for phrases in self.intents.values() for phrase in phrases], variables)

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256, hexadecimal, of all that the flow says and does: equal for equal flows."""
        return sha256(repr(self).encode()).hexdigest()

    def _filled(self, texts: list[str], variables: Mapping[str, str] | None) -> tuple[str, ...]:
        wording = Wording(variables={**self.variables, **(variables or {})})
        return tuple(dict.fromkeys(fill(text, wording) for text in texts))

    @cached_property
    def _branches(self) -> Mapping[str, Mapping[str, Branch]]:
        return {
            name: {**self.on, **state.on} if state.kind is Kind.ASK else state.on
            for name, state in self.states.items()
        }
