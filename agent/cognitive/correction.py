"""Whether a turn puts right the answer to the question before: "sorry, I meant Thursday". Pure.

Only the turn right after may, and only values that no tool has been given since: what a tool was told is done.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from agent.cognitive.capture import Answer, read_value
from agent.cognitive.dialogue import Dialogue
from agent.cognitive.flow import Capture, Flow
from agent.cognitive.pending import Settled
from agent.cognitive.reading import Reading
from agent.cognitive.repairs import opening_repair
from agent.cognitive.value_types import ValueType
from agent.cognitive.wording import placeholders
from agent.turn import Json

# "No, Wednesday" is short. "No, I'm busy on Wednesday" is an answer to the question that is open.
_MOST_WORDS = 6
_MOST_WORDS_WHEN_FORCEFUL = 16
# Values of any kind of words, which every repair would hold.
_SHAPELESS = frozenset({ValueType.TEXT, ValueType.NAME})


def correctable(flow: Flow, dialogue: Dialogue) -> Settled | None:
    """The values taken in the turn before that can still be put right; None where there are none."""
    settled = dialogue.settled
    if settled is None or settled.turn != dialogue.turns or settled.state not in flow.states:
        return None
    told = set(_told_since(flow, dialogue, settled.state))
    variables = tuple(name for name in settled.variables if name not in told and name in dialogue.captured)
    if not variables:
        return None
    return Settled(state=settled.state, variables=variables, turn=settled.turn, by_keys=settled.by_keys)


def corrected(
    flow: Flow, dialogue: Dialogue, settled: Settled, answers: Mapping[str, Answer], *, in_doubt: bool
) -> tuple[Capture, Reading] | None:
    """The one value of before that the words replace by another; None where they do not, or two fit.

    Args:
        flow: the conversation.
        dialogue: where the call stands.
        settled: what can be put right.
        answers: the caller's words, by what was offered.
        in_doubt: whether the words answer the open question as well; then only "I meant" and the like count.
    """
    opening = opening_repair(answers[""].words)
    if opening is None:
        return None
    rest, forceful = opening
    if (in_doubt and not forceful) or len(rest) > (_MOST_WORDS_WHEN_FORCEFUL if forceful else _MOST_WORDS):
        return None
    found: list[tuple[Capture, Reading]] = []
    for capture in flow.states[settled.state].capture:
        if capture.variable not in settled.variables or capture.type in _SHAPELESS:
            continue
        asked = answers.get(capture.source, answers[""])
        answer = Answer(words=rest, offered=asked.offered, now_iso=asked.now_iso, time_zone=asked.time_zone)
        reading = read_value(capture, answer)
        if reading is not None and reading.value != dialogue.captured[capture.variable]:
            found.append((capture, reading))
    return found[0] if len(found) == 1 else None


def _told_since(flow: Flow, dialogue: Dialogue, state: str) -> Iterator[str]:
    """The variables that tools have been given since the state was left."""
    path = dialogue.path
    left = max((place for place, name in enumerate(path) if name == state), default=-1)
    for name in path[left + 1 :]:
        entered = flow.states.get(name)
        if entered is not None and entered.action is not None:
            for text in _strings(entered.action.arguments):
                yield from (placeholder.name for placeholder in placeholders(text))


def _strings(value: Json) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _strings(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _strings(item)
