"""What redaction hands on: the state from line to line, spans, and a line fit to be kept."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from agent.cognitive.guard.located_words import locate
from agent.cognitive.guard.redaction.context import Asked


class Speaker(StrEnum):
    """Whose line it is. A tool's data and other texts are nobody's."""

    CALLER = "caller"
    AGENT = "agent"
    DATA = "data"


@dataclass(frozen=True, slots=True)
class PendingPiece:
    """Digits said earlier that may begin a card; `joined` to the piece before by no more than hesitation."""

    digits: str
    line: int
    start: int
    end: int
    joined: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RedactionState:
    """What must be remembered of a call from line to line.

    Attributes:
        names: the names to take out, in plain form, each as its words.
        asked: what the agent asked for last.
        asked_lines: how many lines of the caller that still holds for.
        line: how many lines there were.
        pending: digits that may be the beginning of a card, by speaker.
    """

    names: frozenset[tuple[str, ...]] = frozenset()
    asked: Asked = Asked.NOTHING
    asked_lines: int = 0
    line: int = 0
    pending: tuple[tuple[Speaker, tuple[PendingPiece, ...]], ...] = ()

    def knowing(self, names: Iterable[str]) -> RedactionState:
        """The state with these people's names known, such as a flow's `first_name`."""
        words = {tuple(word.text for word in locate(name).words) for name in names}
        kept = {name for name in words if name and sum(map(len, name)) > 1}
        return replace(self, names=self.names | kept)


@dataclass(frozen=True, slots=True, order=True)
class RedactedSpan:
    """Characters of the line as it was, from `start` to before `end`, and the placeholder put there."""

    start: int
    end: int
    placeholder: str


@dataclass(frozen=True, slots=True, order=True)
class EarlierSpan:
    """The same for a line before this one; `line` counts from 0 at the call's first."""

    line: int
    start: int
    end: int
    placeholder: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Redaction:
    """A line fit to be kept, what was taken out of it, and what must be taken out of earlier lines too."""

    text: str
    spans: tuple[RedactedSpan, ...] = ()
    earlier: tuple[EarlierSpan, ...] = ()
    state: RedactionState = field(default_factory=RedactionState)


def with_earlier(spans: Sequence[RedactedSpan], late: EarlierSpan) -> tuple[RedactedSpan, ...]:
    """A line's spans with one more that a later line brought; where they overlap, they become one."""
    touching = [span for span in spans if span.start < late.end and late.start < span.end]
    start = min([late.start, *(span.start for span in touching)])
    end = max([late.end, *(span.end for span in touching)])
    others = [span for span in spans if span not in touching]
    return tuple(sorted([*others, RedactedSpan(start, end, late.placeholder)]))


def replaced(text: str, spans: Sequence[RedactedSpan]) -> str:
    """The text with each span's placeholder in its place."""
    parts, at = [], 0
    for span in spans:
        parts += [text[at : span.start], span.placeholder]
        at = span.end
    return "".join([*parts, text[at:]])
