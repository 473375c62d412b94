"""One caller turn understood: what happened becomes a branch of the state the call rests in. Pure.

Values are looked for first, since "the second one" is a choice whatever it resembles; then the intents are weighed.
A value wins over a local intent unless the words turn it down; nothing wins over the flow's priority intents.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from agent.cognitive.capture import Answer, captured_value
from agent.cognitive.dialogue import Dialogue
from agent.cognitive.flow import NO_SPEECH, UNCLEAR, VOICEMAIL, Capture, Flow, State, ValueType
from agent.cognitive.precedence import Choice, choose
from agent.cognitive.slot_choice import has_no_preference
from agent.cognitive.spoken_words import digit_by_digit, spoken_words
from agent.cognitive.wording import Value
from agent.turn import IntentScore, TurnEvent, TurnInput

WeighIntents = Callable[[State, Sequence[str], Mapping[str, str]], tuple[IntentScore, ...]]
"""The state's intents with confidences for these words, best first; the variables are the call's."""

# Words of time turn up in refusals too ("not this week, thanks"): against these a sure intent wins.
_WEAK_TYPES = frozenset({ValueType.WHEN, ValueType.TEXT, ValueType.TIMELINE, ValueType.MONEY})
_SURE = 0.7


@dataclass(frozen=True, slots=True, kw_only=True)
class Understanding:
    """The branch that a turn takes, the values it brought, and what else was considered."""

    branch: str
    captured: Mapping[str, str] = field(default_factory=dict)
    considered: tuple[IntentScore, ...] = ()


def understand(flow: Flow, dialogue: Dialogue, turn: TurnInput, weigh: WeighIntents) -> Understanding:
    """What the turn means in the state where the call rests."""
    state = flow.states[dialogue.node_id]
    match turn.event:
        case TurnEvent.SPEECH:
            return _speech(flow, state, dialogue, turn, weigh)
        case TurnEvent.DTMF:
            return _keys(flow, state, dialogue, turn)
        case TurnEvent.VOICEMAIL if VOICEMAIL in flow.branches(state):
            return Understanding(branch=VOICEMAIL)
        case _:
            return Understanding(branch=NO_SPEECH)


def _speech(
    flow: Flow, state: State, dialogue: Dialogue, turn: TurnInput, weigh: WeighIntents
) -> Understanding:
    words = spoken_words(turn.transcript)
    if not words:
        # Something was heard, but no word of it: the caller is there, and not understood.
        return Understanding(branch=UNCLEAR)
    values = _values(state, _answers(dialogue, turn, words))
    choice = choose(weigh(state, words, turn.variables), flow.branches(state), flow.priority, flow.asides)
    deciding = next((c for c in state.capture if c.branch and c.variable in values), None)
    if deciding is not None and _value_wins(deciding, choice, flow, state):
        branch = deciding.branch
    else:
        branch = choice.branch
        values |= _implied_choice(state, branch, values, dialogue, words)
        if any(c.branch == branch and c.variable not in values for c in state.capture):
            # "That works for me" when two were offered: the wish is clear, the value is missing.
            branch = UNCLEAR
    kept = {
        c.variable: values[c.variable]
        for c in state.capture
        if c.variable in values and c.branch in ("", branch)
    }
    return Understanding(branch=branch, captured=kept, considered=choice.considered)


def _value_wins(capture: Capture, choice: Choice, flow: Flow, state: State) -> bool:
    if choice.branch in (UNCLEAR, capture.branch):
        return True
    if choice.branch in flow.priority:
        return False
    # "Call me back tomorrow" asks for what is being asked already; the day is news.
    asks_for_this = flow.branches(state)[choice.branch].to == state.name
    return asks_for_this or not (capture.type in _WEAK_TYPES and choice.confidence >= _SURE)


def _implied_choice(
    state: State, branch: str, values: Mapping[str, str], dialogue: Dialogue, words: Sequence[str]
) -> dict[str, str]:
    """A yes to the only slot offered means that one; whoever does not mind which gets the first."""
    return {
        capture.variable: offered[0]
        for capture in state.capture
        if capture.branch == branch and capture.type is ValueType.SLOT and capture.variable not in values
        if (offered := _several(dialogue.known.get(capture.source, ())))
        if len(offered) == 1 or has_no_preference(words)
    }


def _keys(flow: Flow, state: State, dialogue: Dialogue, turn: TurnInput) -> Understanding:
    keys = turn.transcript.strip()
    branch = {**flow.keys, **state.keys}.get(keys)
    if branch is not None:
        return Understanding(branch=branch)
    digits = "".join(key for key in keys if key in "0123456789")
    values = _values(state, _answers(dialogue, turn, digit_by_digit(digits).split()), only=ValueType.PHONE)
    deciding = next((c for c in state.capture if c.branch and c.variable in values), None)
    return Understanding(branch=deciding.branch if deciding else UNCLEAR, captured=values if deciding else {})


def _answers(dialogue: Dialogue, turn: TurnInput, words: Sequence[str]) -> dict[str, Answer]:
    zone = turn.variables.get("time_zone", "")
    every = {name: _several(value) for name, value in dialogue.known.items()}
    every[""] = ()
    return {
        source: Answer(words=words, offered=offered, now_iso=turn.now_iso, time_zone=zone)
        for source, offered in every.items()
    }


def _values(state: State, answers: Mapping[str, Answer], only: ValueType | None = None) -> dict[str, str]:
    found = {
        capture.variable: captured_value(capture.type, answers.get(capture.source, answers[""]))
        for capture in state.capture
        if only is None or capture.type is only
    }
    return {variable: value for variable, value in found.items() if value is not None}


def _several(value: Value) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else value
