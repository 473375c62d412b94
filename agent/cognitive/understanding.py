"""One caller turn understood: what happened becomes a branch of the state the call rests in. Pure.

A value that waits for the caller's yes is settled first (`confirmation`). Else values are looked for, since "the second
one" is a choice whatever it resembles; then the intents are weighed. A value wins over a local intent unless the words
turn it down; nothing wins over the flow's priority intents. What puts right the answer to the question before
("sorry, I meant Thursday") is taken as that, and the open question stays open.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from agent.cognitive.amounts import number_keyed
from agent.cognitive.capture import Answer, read_value
from agent.cognitive.confirmation import (
    Settlement,
    Speaker,
    disputed,
    needs_confirmation,
    settle,
    settle_by_keys,
    unheard,
)
from agent.cognitive.correction import correctable, corrected
from agent.cognitive.dialogue import Dialogue
from agent.cognitive.flow import NO_SPEECH, UNCLEAR, VOICEMAIL, Capture, Flow, State, ValueType
from agent.cognitive.moment_reading import date_keyed
from agent.cognitive.pending import Pending, Settled
from agent.cognitive.precedence import Choice, choose
from agent.cognitive.reading import Reading
from agent.cognitive.repairs import without_refusals
from agent.cognitive.slot_choice import has_no_preference
from agent.cognitive.spoken_words import digit_by_digit, spoken_words
from agent.cognitive.value_types import KEYED_TYPES
from agent.cognitive.wording import Value
from agent.turn import IntentScore, TurnEvent, TurnInput

WeighIntents = Callable[[State, Sequence[str], Mapping[str, str]], tuple[IntentScore, ...]]
"""The state's intents with confidences for these words, best first; the variables are the call's."""

STAYS = "stays"
"""The branch word of a turn that stays where it is: it was about a value, and `Understanding.says` answers it."""

# Words of time turn up in refusals too ("not this week, thanks"): against these a sure intent wins.
_WEAK_TYPES = frozenset(
    {ValueType.WHEN, ValueType.TEXT, ValueType.TIMELINE, ValueType.MONEY, ValueType.NAME, ValueType.DATE}
)
_SURE = 0.7
# "Oh, no", "well, yes": what an answer opens with says nothing of it.
_INTERJECTIONS = frozenset({"oh", "well", "ah", "mm", "ooh", "aw"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Understanding:
    """The branch that a turn takes, the values it brought, and what else was considered.

    Attributes:
        says: an answer about a value, in place of a branch: the question that is open stays open.
        pending: the value that waits for the caller's word after this turn.
        settled: the values that the next turn may put right.
    """

    branch: str
    captured: Mapping[str, str] = field(default_factory=dict)
    considered: tuple[IntentScore, ...] = ()
    says: str = ""
    pending: Pending | None = None
    settled: Settled | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HeardLine:
    """A caller's line, read once for all who ask about it.

    Attributes:
        words: as `spoken_words` gives them.
        answers: by what was offered, what values are read from.
        readings: the values found, by variable.
        to_weigh: the words that tell what is wanted: without what was taken back and what an answer opens with.
    """

    words: Sequence[str]
    answers: Mapping[str, Answer]
    readings: Mapping[str, Reading]
    to_weigh: tuple[str, ...]


def heard_line(state: State, dialogue: Dialogue, turn: TurnInput) -> HeardLine:
    """The line of a caller who spoke, in the state where the call rests."""
    words = spoken_words(turn.transcript)
    answers = _answers(dialogue, turn, words)
    readings = _readings(state, answers) if words else {}
    return HeardLine(
        words=words, answers=answers, readings=readings, to_weigh=tuple(_weighed_words(words, readings))
    )


def understand(
    flow: Flow, dialogue: Dialogue, turn: TurnInput, weigh: WeighIntents, heard: HeardLine | None = None
) -> Understanding:
    """What the turn means in the state where the call rests.

    Args:
        heard: the caller's line, where it was read already.
    """
    state = flow.states[dialogue.node_id]
    match turn.event:
        case TurnEvent.SPEECH:
            return _speech(flow, dialogue, turn, weigh, heard or heard_line(state, dialogue, turn))
        case TurnEvent.DTMF:
            return _keys(flow, state, dialogue, turn)
        case TurnEvent.VOICEMAIL if VOICEMAIL in flow.branches(state):
            return Understanding(branch=VOICEMAIL)
        case _ if dialogue.pending is not None:
            return _settlement(_unheard(flow, dialogue.pending, turn), dialogue)
        case _:
            return Understanding(branch=NO_SPEECH)


def _speech(
    flow: Flow, dialogue: Dialogue, turn: TurnInput, weigh: WeighIntents, heard: HeardLine
) -> Understanding:
    state = flow.states[dialogue.node_id]
    words, answers, readings = heard.words, heard.answers, heard.readings
    if not words:
        # Something was heard, but no word of it: the caller is there, and not understood.
        if dialogue.pending is not None:
            return _settlement(_unheard(flow, dialogue.pending, turn), dialogue)
        return Understanding(branch=UNCLEAR)
    weighed = weigh(state, heard.to_weigh, turn.variables)
    choice = choose(weighed, flow.branches(state), flow.priority, flow.asides)
    if dialogue.pending is not None and choice.branch not in flow.priority:
        return _pending(flow, dialogue, dialogue.pending, turn, words, choice)
    if choice.branch not in flow.priority:
        earlier = _of_the_turn_before(flow, dialogue, turn, answers, readings)
        if earlier is not None:
            return replace(earlier, considered=choice.considered)
    values = {variable: reading.value for variable, reading in readings.items()}
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
    return _kept(flow, state, dialogue, turn, readings, kept, branch, choice)


def _kept(
    flow: Flow,
    state: State,
    dialogue: Dialogue,
    turn: TurnInput,
    readings: Mapping[str, Reading],
    kept: Mapping[str, str],
    branch: str,
    choice: Choice,
) -> Understanding:
    """The turn's branch with its values, or the question whether the first value in doubt is right."""
    doubted = next(
        (
            capture
            for capture in state.capture
            if capture.variable in kept
            and capture.variable in readings
            and needs_confirmation(capture, readings[capture.variable], turn.stt_confidence)
        ),
        None,
    )
    if doubted is None:
        settled = _settled(state, dialogue, kept)
        return Understanding(branch=branch, captured=kept, considered=choice.considered, settled=settled)
    sure = {variable: value for variable, value in kept.items() if variable != doubted.variable}
    waiting = Pending(
        state=state.name, variable=doubted.variable, value=kept[doubted.variable], branch=branch, attempts=1
    )
    says = _speaker(flow, turn).read_back(doubted, waiting)
    return Understanding(
        branch=STAYS, captured=sure, considered=choice.considered, says=says, pending=waiting
    )


def _weighed_words(words: Sequence[str], readings: Mapping[str, Reading]) -> Sequence[str]:
    meant = without_refusals(words) if any(reading.repaired for reading in readings.values()) else words
    start = 0
    while start < len(meant) - 1 and meant[start] in _INTERJECTIONS:
        start += 1
    return meant[start:]


def _speaker(flow: Flow, turn: TurnInput) -> Speaker:
    return Speaker(flow=flow, now_iso=turn.now_iso, time_zone=turn.variables.get("time_zone", ""))


def _capture_of(flow: Flow, pending: Pending) -> Capture | None:
    """The capture that a pending value is of; None where the flow has changed since."""
    state = flow.states.get(pending.state)
    return next((c for c in state.capture if c.variable == pending.variable), None) if state else None


def _pending(
    flow: Flow, dialogue: Dialogue, pending: Pending, turn: TurnInput, words: Sequence[str], choice: Choice
) -> Understanding:
    capture = _capture_of(flow, pending)
    if capture is None:
        return Understanding(branch=UNCLEAR)
    answers = _answers(dialogue, turn, words)
    answer = answers.get(capture.source, answers[""])
    settled = settle(pending, capture, answer, _speaker(flow, turn))
    return replace(_settlement(settled, dialogue), considered=choice.considered)


def _unheard(flow: Flow, pending: Pending, turn: TurnInput) -> Settlement:
    capture = _capture_of(flow, pending)
    return (
        Settlement(branch=NO_SPEECH) if capture is None else unheard(pending, capture, _speaker(flow, turn))
    )


def _settlement(settlement: Settlement, dialogue: Dialogue) -> Understanding:
    """A settled value as the turn's meaning; where no branch follows, the open question is asked again."""
    pending = dialogue.pending
    settled = None
    if settlement.captured and pending is not None:
        names = tuple(settlement.captured)
        settled = Settled(
            state=pending.state, variables=names, turn=dialogue.turns + 1, by_keys=pending.by_keys
        )
    return Understanding(
        branch=settlement.branch or STAYS,
        captured=settlement.captured,
        says=settlement.says,
        pending=settlement.pending,
        settled=settled,
    )


def _settled(
    state: State, dialogue: Dialogue, kept: Mapping[str, str], *, by_keys: bool = False
) -> Settled | None:
    if not kept:
        return None
    return Settled(state=state.name, variables=tuple(kept), turn=dialogue.turns + 1, by_keys=by_keys)


def _of_the_turn_before(
    flow: Flow,
    dialogue: Dialogue,
    turn: TurnInput,
    answers: Mapping[str, Answer],
    readings: Mapping[str, Reading],
) -> Understanding | None:
    """A value of the turn before put right; None where the turn is about the question that is open."""
    settled = correctable(flow, dialogue)
    if settled is None:
        return None
    found = corrected(flow, dialogue, settled, answers, in_doubt=bool(readings))
    if found is None:
        return None
    capture, reading = found
    speaker = _speaker(flow, turn)
    waiting = Pending(state=settled.state, variable=capture.variable, value=reading.value)
    if settled.by_keys:
        keyed = dialogue.captured[capture.variable]
        return _settlement(
            disputed(waiting, capture, keyed=keyed, said=reading.value, speaker=speaker), dialogue
        )
    if needs_confirmation(capture, reading, turn.stt_confidence):
        waiting = replace(waiting, attempts=1)
        says = speaker.read_back(capture, waiting)
        return Understanding(branch=STAYS, says=says, pending=waiting)
    return Understanding(
        branch=STAYS,
        captured={capture.variable: reading.value},
        says=speaker.corrected(capture, reading.value),
        settled=replace(settled, turn=dialogue.turns + 1),
    )


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
    pending = dialogue.pending
    awaited = _capture_of(flow, pending) if pending is not None else None
    if pending is not None and awaited is not None and (value := _keyed(awaited, keys, dialogue, turn)):
        return _settlement(settle_by_keys(pending, awaited, value, _speaker(flow, turn)), dialogue)
    branch = {**flow.keys, **state.keys}.get(keys)
    if branch is not None:
        return Understanding(branch=branch)
    values = {c.variable: value for c in state.capture if (value := _keyed(c, keys, dialogue, turn))}
    deciding = next((c for c in state.capture if c.branch and c.variable in values), None)
    if deciding is not None:
        settled = _settled(state, dialogue, values, by_keys=True)
        return Understanding(branch=deciding.branch, captured=values, settled=settled)
    late = _keyed_late(flow, dialogue, turn, keys)
    if late is not None:
        return late
    if pending is not None and awaited is not None:
        return _settlement(unheard(pending, awaited, _speaker(flow, turn)), dialogue)
    return Understanding(branch=UNCLEAR)


def _keyed(capture: Capture, keys: str, dialogue: Dialogue, turn: TurnInput) -> str | None:
    """The value that telephone keys give for a capture; None where it takes none or they fit none."""
    if keys in capture.settings.keys:
        return capture.settings.keys[keys]
    digits = "".join(key for key in keys if key in "0123456789")
    if not digits or capture.type not in KEYED_TYPES:
        return None
    reading: Reading | None
    if capture.type is ValueType.NUMBER:
        reading = number_keyed(digits, least=capture.settings.least, most=capture.settings.most)
    elif capture.type is ValueType.DATE:
        reading = date_keyed(digits)
    else:
        answers = _answers(dialogue, turn, digit_by_digit(digits).split())
        reading = read_value(capture, answers.get(capture.source, answers[""]))
    return reading.value if reading is not None else None


def _keyed_late(flow: Flow, dialogue: Dialogue, turn: TurnInput, keys: str) -> Understanding | None:
    """Keys for the question before, whose answer was spoken: another value is asked about."""
    settled = correctable(flow, dialogue)
    if settled is None or settled.by_keys:
        return None
    for capture in flow.states[settled.state].capture:
        value = _keyed(capture, keys, dialogue, turn) if capture.variable in settled.variables else None
        if value is None:
            continue
        speaker = _speaker(flow, turn)
        said = dialogue.captured[capture.variable]
        if value == said:
            return Understanding(branch=STAYS, says=speaker.corrected(capture, value))
        waiting = Pending(state=settled.state, variable=capture.variable, value=value)
        return _settlement(disputed(waiting, capture, keyed=value, said=said, speaker=speaker), dialogue)
    return None


def _answers(dialogue: Dialogue, turn: TurnInput, words: Sequence[str]) -> dict[str, Answer]:
    zone = turn.variables.get("time_zone", "")
    every = {name: _several(value) for name, value in dialogue.known.items()}
    every[""] = ()
    return {
        source: Answer(words=words, offered=offered, now_iso=turn.now_iso, time_zone=zone)
        for source, offered in every.items()
    }


def _readings(state: State, answers: Mapping[str, Answer]) -> dict[str, Reading]:
    found = {
        capture.variable: read_value(capture, answers.get(capture.source, answers[""]))
        for capture in state.capture
    }
    return {variable: reading for variable, reading in found.items() if reading is not None}


def _several(value: Value) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else value
