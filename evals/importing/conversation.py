"""A conversation as transcripts hold it: who said what, in order. Each reader makes these; the writer takes them.

What a reader knows beyond the words (the call's clock, the flow) travels along, so that a log of the agent's own
turns becomes a scenario of the same day. What cannot stand in a scenario is taken out of the words by `cleaned`, and
counted.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

MAX_UTTERANCES = 1_000
"""Of one conversation; the reference agent itself gives up after 60 turns."""

_MARK = re.compile(r"\[[^\[\]]*\]")
_BRACKET = re.compile(r"\[")


class Speaker(StrEnum):
    """Whose words they are."""

    CALLER = "caller"
    AGENT = "agent"


class Doing(StrEnum):
    """What is done in an utterance; transcripts hold `SAYS` only, logs of turns the others too."""

    SAYS = "says"
    KEYS = "keys"
    SILENCE = "silence"
    VOICEMAIL = "voicemail"
    HANGS_UP = "hangs_up"


@dataclass(frozen=True, slots=True, kw_only=True)
class Utterance:
    """What one side did at once.

    Attributes:
        speaker: who.
        text: the words, as they stand in the file; the keys pressed for `KEYS`.
        doing: what it was.
        heard_words: for a caller who interrupted: how many words of the reply they had heard; None otherwise.
    """

    speaker: Speaker
    text: str = ""
    doing: Doing = Doing.SAYS
    heard_words: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """One call.

    Attributes:
        id: what the file calls it.
        file, line: where it begins.
        utterances: in order.
        flow, now_iso, time_zone, variables: the call's own, where the file tells them.
    """

    id: str
    file: str
    line: int
    utterances: tuple[Utterance, ...]
    flow: str = ""
    now_iso: str = ""
    time_zone: str = ""
    variables: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A text that can be spoken and stored, and what was taken out: marks in brackets, and characters."""

    text: str
    marks: int = 0
    characters: int = 0

    @property
    def has_words(self) -> bool:
        """Whether there is anything to say."""
        return any(character.isalnum() for character in self.text)


def cleaned(text: str) -> Cleaned:
    """The text with single spaces, without `[marks]` and characters that no line of a suite can hold.

    Transcribers write `[laughs]` and `[inaudible]`; in a suite square brackets are marks of its own. Invisible format
    characters go without a trace, other control characters become spaces.
    """
    without, marks = _MARK.subn(" ", text)
    without, brackets = _BRACKET.subn(" ", without)
    kept = []
    characters = 0
    for character in without:
        if character.isprintable() or character.isspace():
            kept.append(character)
            continue
        characters += 1
        if unicodedata.category(character) != "Cf":
            kept.append(" ")
    return Cleaned(" ".join("".join(kept).split()), marks + brackets, characters)
