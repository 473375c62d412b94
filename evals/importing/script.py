"""A conversation becomes a caller's script: their turns as steps, each with the agent's words that it answered.

Lines of one side that follow each other are one turn, since a line that comes from a recogniser ends at every pause.
A caller's turn without a word (`[inaudible]`) is a silence. What the agent says last, after the caller's last turn,
is answered by nobody and left out.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from evals.importing.conversation import Conversation, Doing, Speaker, Utterance, cleaned
from evals.importing.source import shown
from evals.scenario.caller_file import DEFAULT_WORDS, MAX_WAIT_MS
from evals.scenario.fields import MAX_TEXT
from evals.scenario.model import CallerStep, Sound, StepKind
from evals.sim.text_call import WORDS_PER_MS

_KEYS = re.compile(r"[0-9*#A-D]{1,40}")


@dataclass(slots=True)
class Notes:
    """What did not come through as it stood, counted over an import; and what is wrong, one sentence each."""

    marks: int = 0
    characters: int = 0
    silences: int = 0
    cut_replies: int = 0
    mistakes: list[str] = field(default_factory=list)


def script(conversation: Conversation, notes: Notes) -> tuple[CallerStep, ...]:
    """The caller's steps; what cannot be one is noted and left out."""
    steps: list[CallerStep] = []
    for turn, replies in _turns(conversation):
        step = _step(turn, _reply(replies, notes), conversation, notes)
        if step is None:
            continue
        steps.append(step)
        if step.kind is StepKind.HANGS_UP:
            break
    if not steps:
        notes.silences += 1
        steps.append(CallerStep(kind=StepKind.SOUND, sound=Sound.SILENCE))
    return tuple(steps)


def _turns(conversation: Conversation) -> Iterator[tuple[list[Utterance], list[Utterance]]]:
    """The caller's turns, each with what the agent said before it."""
    said: list[Utterance] = []
    replies: list[Utterance] = []
    for utterance in conversation.utterances:
        if utterance.speaker is Speaker.AGENT:
            if said:
                yield said, replies
                said, replies = [], []
            replies.append(utterance)
        elif said and (utterance.doing is not Doing.SAYS or said[-1].doing is not Doing.SAYS):
            yield said, replies
            said, replies = [utterance], []
        else:
            said.append(utterance)
    if said:
        yield said, replies


def _reply(replies: list[Utterance], notes: Notes) -> str:
    """What the agent said, as one text; of a very long one the end, which is what is answered."""
    text = _joined(replies, notes)
    if len(text) <= MAX_TEXT:
        return text
    notes.cut_replies += 1
    return text[-MAX_TEXT:].partition(" ")[2]


def _joined(utterances: list[Utterance], notes: Notes) -> str:
    parts = []
    for utterance in utterances:
        clean = cleaned(utterance.text)
        notes.marks += clean.marks
        notes.characters += clean.characters
        if clean.has_words:
            parts.append(clean.text)
    return " ".join(parts)


def _step(turn: list[Utterance], reply: str, conversation: Conversation, notes: Notes) -> CallerStep | None:
    first = turn[0]
    match first.doing:
        case Doing.HANGS_UP:
            return CallerStep(kind=StepKind.HANGS_UP)
        case Doing.VOICEMAIL:
            greeting = Sound.VOICEMAIL_GREETING
            return CallerStep(
                kind=StepKind.SOUND, sound=greeting, text=DEFAULT_WORDS[greeting], replies_to=reply
            )
        case Doing.KEYS:
            if not _KEYS.fullmatch(first.text):
                _wrong(notes, conversation, f'"{shown(first.text)}" are no keys such as "3" or "1234#"')
                return None
            return CallerStep(kind=StepKind.KEYS, keys=first.text, replies_to=reply)
        case Doing.SAYS | Doing.SILENCE:
            text = _joined(turn, notes)
    if not text:
        notes.silences += 1
        return CallerStep(kind=StepKind.SOUND, sound=Sound.SILENCE, replies_to=reply)
    if len(text) > MAX_TEXT:
        _wrong(
            notes, conversation, f"a turn of the caller's has {len(text)} characters; {MAX_TEXT} is the most"
        )
        return None
    if first.heard_words is None:
        return CallerStep(kind=StepKind.SAYS, text=text, replies_to=reply)
    # The same pace as the text level's, so that the reply is cut after the same word.
    after_ms = min(MAX_WAIT_MS, math.ceil(first.heard_words / WORDS_PER_MS))
    return CallerStep(kind=StepKind.INTERRUPTS, text=text, after_ms=after_ms, replies_to=reply)


def _wrong(notes: Notes, conversation: Conversation, what: str) -> None:
    notes.mistakes.append(
        f"{conversation.file}: line {conversation.line}: conversation `{shown(conversation.id)}`: {what}"
    )
