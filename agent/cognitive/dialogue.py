"""Where one call stands between two turns, as a value: what a state store keeps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from agent.cognitive.pending import Pending, Settled
from agent.cognitive.wording import Value
from agent.turn import Action, DialogueState


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A line of the call: who said it ("caller" or "agent"), and the words that were heard of it."""

    who: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialogue:
    """A call's place in its flow.

    Attributes:
        node_id: the state it rests in; empty before the first turn.
        path: every state entered, in order.
        captured: what was taken from the caller's words.
        known: what tools have told.
        visits: how often each state that counts has been entered.
        turns: caller turns so far.
        outcome: as the end state declares it; None while the call goes on.
        ending: how the call was ended, to be said again when the caller speaks after the end.
        seq: the turn that brought the call here; -1 before the first.
        resting: False while that turn is still being answered, so that this is no place to go on from.
        said: the last lines, oldest first; `memory` says which.
        disclosed: the names of lines heard that must have been heard.
        disclosing: how often those that were not were said for it.
        reason: why the call is being given to a person, as far as the turn has told.
        doubtful: caller turns in a row that were hardly heard.
        pending: a value that was read back to the caller and does not count yet.
        settled: the values taken last, which the next turn may put right.
    """

    node_id: str = ""
    path: tuple[str, ...] = ()
    captured: Mapping[str, str] = field(default_factory=dict)
    known: Mapping[str, Value] = field(default_factory=dict)
    visits: Mapping[str, int] = field(default_factory=dict)
    turns: int = 0
    outcome: str | None = None
    ending: Action | None = None
    seq: int = -1
    resting: bool = True
    said: tuple[Said, ...] = ()
    disclosed: tuple[str, ...] = ()
    disclosing: Mapping[str, int] = field(default_factory=dict)
    reason: str = ""
    doubtful: int = 0
    pending: Pending | None = None
    settled: Settled | None = None

    def public(self) -> DialogueState:
        """What the other side of the bridge may see."""
        return DialogueState(
            node_id=self.node_id, path=self.path, captured=self.captured, outcome=self.outcome
        )
