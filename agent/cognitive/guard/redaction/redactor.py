"""What is logged or stored of a call, without what must not be: cards, codes, accounts, numbers and names of people.

`redact` takes one line after another, whoever speaks, and hands on a `RedactionState`. It is total: any text gives a
text. What it takes out stands as a placeholder ("[card]"), and the characters it stood on are kept as spans, so that
word times can be mapped to them and the audio muted.

A card comes in pieces: "four one one one", "yes?", "one one one one". Once the agent has asked for one, every digit of
the caller is taken out at once. Where nobody asked, digits said by themselves are taken out as "[digits]"; and digits
that first looked harmless and turn out to be a card's beginning are named in `earlier`, to be taken out of what has
been stored of those lines. `redact_lines` does that by itself, for a call that is over.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from agent.cognitive.guard.located_words import LocatedWord, locate
from agent.cognitive.guard.redaction.addresses import address_spans
from agent.cognitive.guard.redaction.cards import card_windows
from agent.cognitive.guard.redaction.codes import code_spans
from agent.cognitive.guard.redaction.context import Asked, Naming, asked_for
from agent.cognitive.guard.redaction.digits import REPEATS, ZEROS, DigitPiece, digit_pieces, readable_spans
from agent.cognitive.guard.redaction.masking import HOLE, mask, mask_placeholders
from agent.cognitive.guard.redaction.number_runs import joined_by, nothing_but, number_runs, run_kind
from agent.cognitive.guard.redaction.redaction import (
    EarlierSpan,
    PendingPiece,
    RedactedSpan,
    Redaction,
    RedactionState,
    Speaker,
    replaced,
    with_earlier,
)
from agent.cognitive.spoken_words import NUMBER_WORDS

CARD_WINDOW_LINES = 5
"""After the agent asked for a card or a secret, so many lines of the caller have all their digits taken out."""
NUMBER_WINDOW_LINES = 2
"""The same for other numbers."""
PENDING_LINES = 12
"""Digits of a card that lie further apart than so many lines, whoever spoke them, are not brought together."""
_PENDING_PIECES = 40
_DIGIT_WORDS = NUMBER_WORDS | ZEROS | frozenset(REPEATS)
_ADDRESS_WORDS = frozenset({"dot", "point"})
# Names that are words: in lower case they are taken for the word.
_COMMON_NAMES = frozenset(
    "will may mark grace hope joy faith bill sue rose pat art dean drew gene grant guy jack june "
    "april august ray rich rob "
    "rusty sandy sky summer violet ivy iris lily olive pearl ruby dawn eve frank chase christian "
    "earnest max miles penny so an "
    "you me no the there account holder".split()
)


def redact(
    text: str, state: RedactionState, speaker: Speaker = Speaker.CALLER, *, means: Asked = Asked.NOTHING
) -> Redaction:
    """The line without what must not be kept.

    Args:
        text: any text.
        state: as the line before left it.
        speaker: whose line it is.
        means: what a number in it is, where that is known (by the key of a structure, say).
    """
    line = _Line(text, state, speaker, means)
    earlier: dict[EarlierSpan, None] = {}
    if line.worth_reading():
        # What one pass takes out may leave digits that were part of something larger before: until nothing changes.
        while found := line.next_spans(earlier):
            line.take_out(found)
    spans = tuple(sorted(line.spans))
    return Redaction(
        text=replaced(text, spans),
        spans=spans,
        earlier=tuple(sorted(earlier)),
        state=line.state_after(),
    )


def redact_lines(
    lines: Sequence[tuple[Speaker, str]], state: RedactionState | None = None
) -> list[tuple[str, tuple[RedactedSpan, ...]]]:
    """The lines of a whole call, each with its spans; digits that a later line completes to a card are out, too."""
    state = state if state is not None else RedactionState()
    first = state.line
    spans: list[tuple[RedactedSpan, ...]] = []
    for speaker, text in lines:
        done = redact(text, state, speaker)
        state = done.state
        spans.append(done.spans)
        for late in done.earlier:
            if late.line >= first:
                spans[late.line - first] = with_earlier(spans[late.line - first], late)
    return [(replaced(text, found), found) for (_, text), found in zip(lines, spans, strict=True)]


class _Line:
    """One line on its way: what is taken out grows until nothing is left to find."""

    def __init__(self, text: str, state: RedactionState, speaker: Speaker, means: Asked) -> None:
        self._before, self._speaker, self._means = state, speaker, means
        self._read(mask_placeholders(text))
        self._own_words = self._located
        self.spans: list[RedactedSpan] = []
        self._asked = state.asked if speaker is Speaker.CALLER else Asked.NOTHING
        self._pending_after: tuple[PendingPiece, ...] = self._pending()

    def worth_reading(self) -> bool:
        """Whether anything in it could have to go: most lines have no digit, no sign of an address, no name."""
        words = {word.text for word in self._located.words}
        return (
            "@" in self._masked
            or any(map(str.isdigit, words and "".join(words)))
            or not words.isdisjoint(_DIGIT_WORDS)
            or ("at" in words and not words.isdisjoint(_ADDRESS_WORDS))
            or any(
                any(part in words or f"{part}s" in words for part in name[-1:]) for name in self._before.names
            )
        )

    def next_spans(self, earlier: dict[EarlierSpan, None]) -> list[RedactedSpan]:
        """What is found beside what has been taken out already: the weightiest kind that is there."""
        text, words = self._masked, self._located.words
        return (
            self._cards(words, earlier)
            or [RedactedSpan(start, end, "[email]") for start, end in address_spans(text, words)]
            or [RedactedSpan(start, end, f"[{kind}]") for kind, start, end in code_spans(text, words)]
            or self._numbers(words)
            or self._names(words)
        )

    def take_out(self, found: Sequence[RedactedSpan]) -> None:
        """Adds spans; of two that overlap the first stays, and the rest of the other is looked at again."""
        for span in sorted(found):
            if not any(span.start < other.end and other.start < span.end for other in self.spans):
                self.spans.append(span)
        self._read(mask(self._masked, ((span.start, span.end) for span in self.spans)))

    def state_after(self) -> RedactionState:
        """What the next line must know."""
        before = self._before
        pending = {speaker: pieces for speaker, pieces in before.pending if speaker is not self._speaker}
        kept = tuple(p for p in self._pending_after if before.line - p.line < PENDING_LINES)[
            -_PENDING_PIECES:
        ]
        if kept:
            pending[self._speaker] = kept
        asked, lines = before.asked, before.asked_lines
        if self._speaker is Speaker.AGENT:
            now = asked_for(self._own_words)
            if now is not Asked.NOTHING:
                secret = now in (Asked.CARD, Asked.SECRET)
                asked, lines = now, CARD_WINDOW_LINES if secret else NUMBER_WINDOW_LINES
        elif self._speaker is Speaker.CALLER and lines:
            lines -= 1
            asked = asked if lines else Asked.NOTHING
        return replace(
            before,
            asked=asked,
            asked_lines=lines,
            line=before.line + 1,
            pending=tuple(sorted(pending.items())),
        )

    def _read(self, masked: str) -> None:
        self._masked = masked
        self._located = locate(masked)
        self._readable = readable_spans(masked)

    def _pending(self) -> tuple[PendingPiece, ...]:
        return dict(self._before.pending).get(self._speaker, ())

    def _pieces(self, words: Sequence[LocatedWord]) -> list[DigitPiece]:
        readable = self._readable
        skip = (
            [any(start <= word.start < end for start, end in readable) for word in words] if readable else ()
        )
        return digit_pieces(words, skip=skip)

    def _cards(self, words: Sequence[LocatedWord], earlier: dict[EarlierSpan, None]) -> list[RedactedSpan]:
        """Cards among the digits of this line and those that were pending, never across what has been taken out."""
        number = self._before.line
        stretches: list[list[PendingPiece]] = [list(self._pending())]
        walls = [word.start for word in words if HOLE in word.text]
        for piece in self._own_pieces(words):
            while walls and walls[0] <= piece.start:
                walls.pop(0)
                stretches.append([])
            stretches[-1].append(piece)
        if walls:
            stretches.append([])
        found: list[RedactedSpan] = []
        for stretch in stretches:
            for first, end in card_windows([piece.digits for piece in stretch]):
                window = stretch[first:end]
                for piece in _merged(window):
                    if piece.line == number:
                        found.append(RedactedSpan(piece.start, piece.end, "[card]"))
                    else:
                        earlier[EarlierSpan(piece.line, piece.start, piece.end, "[card]")] = None
        if not found and all(span.placeholder == "[card]" for span in self.spans):
            self._pending_after = tuple(stretches[-1])
        return found

    def _own_pieces(self, words: Sequence[LocatedWord]) -> list[PendingPiece]:
        own: list[PendingPiece] = []
        word_end = 0
        for piece in self._pieces(words):
            joined = bool(own) and joined_by(words[word_end : piece.word])
            own.append(PendingPiece(piece.digits, self._before.line, piece.start, piece.end, joined))
            word_end = piece.word_end
        return own

    def _numbers(self, words: Sequence[LocatedWord]) -> list[RedactedSpan]:
        runs = number_runs(self._pieces(words), words, self._masked)
        if not runs:
            return []
        naming = Naming(self._located)
        alone = self._speaker is Speaker.CALLER and nothing_but(runs, words)
        return [
            RedactedSpan(run.start, run.end, f"[{kind}]")
            for run in runs
            if (
                kind := run_kind(
                    run, naming.of(run.start, run.end) or self._means, asked=self._asked, alone=alone
                )
            )
        ]

    def _names(self, words: Sequence[LocatedWord]) -> list[RedactedSpan]:
        found = []
        for name in sorted(self._before.names):
            for place in range(len(words) - len(name) + 1):
                window = words[place : place + len(name)]
                if all(map(_same, window, name)) and self._is_name(window):
                    found.append(RedactedSpan(window[0].start, window[-1].end, "[name]"))
        return found

    def _is_name(self, window: Sequence[LocatedWord]) -> bool:
        """A name that is also a common word counts where it has a capital, or stands beside another of the name."""
        if len(window) > 1 or window[0].text not in _COMMON_NAMES:
            return True
        return self._masked[window[0].start].isupper() and window[0].start > 0


def _merged(pieces: Sequence[PendingPiece]) -> list[PendingPiece]:
    """One piece for those of a line that are joined."""
    merged: list[PendingPiece] = []
    for piece in pieces:
        if merged and piece.joined and merged[-1].line == piece.line:
            merged[-1] = replace(merged[-1], end=piece.end)
        else:
            merged.append(piece)
    return merged


def _same(word: LocatedWord, name: str) -> bool:
    """Whether a word is this part of a name: "Alex", "alex's"."""
    return word.text in (name, f"{name}s")
