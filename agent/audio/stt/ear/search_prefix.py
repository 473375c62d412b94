"""The beginning of a text in the search, with the ways to hear it."""

from __future__ import annotations

from agent.audio.stt.ear.search_fusion import Spelled, Words
from agent.audio.stt.ear.search_hypothesis import Trace

NEVER = -1e30  # a log probability of nothing that can be subtracted from itself


class Prefix:
    """The beginning of a text, up to its last symbol, with the log probability of all ways to hear it.

    A space as the last symbol stands for a boundary, the one before the first word included.

    Attributes:
        words, spelled: its complete words, and the symbols after them.
        longer: with one symbol more, where somebody asked; a boundary may make several.
        fused: what words add to its score.
        blank, letter: ways that end in a blank (or in a space that changed nothing), and in its last symbol.
        total, score: all ways; with what words add.
        blank_trace, letter_trace: symbols on the likeliest of those ways.
        frame: the last frame in which it was reached, with the values that will be its own after that frame.
    """

    __slots__ = (
        "blank",
        "blank_trace",
        "frame",
        "fused",
        "letter",
        "letter_trace",
        "longer",
        "next_blank",
        "next_blank_trace",
        "next_letter",
        "next_letter_trace",
        "score",
        "spelled",
        "symbol",
        "total",
        "words",
    )

    def __init__(self, symbol: int, words: Words, spelled: Spelled) -> None:
        self.symbol, self.words, self.spelled = symbol, words, spelled
        self.fused = words.score + spelled.ahead
        self.longer: dict[int, tuple[Prefix, ...]] = {}
        self.blank = self.letter = self.total = self.score = NEVER
        self.next_blank = self.next_letter = NEVER
        self.blank_trace: Trace | None = None
        self.letter_trace: Trace | None = None
        self.next_blank_trace: Trace | None = None
        self.next_letter_trace: Trace | None = None
        self.frame = -1

    @property
    def trace(self) -> Trace | None:
        """The symbols on the likeliest way."""
        return self.blank_trace if self.blank >= self.letter else self.letter_trace

    @property
    def text(self) -> str:
        """Its words and the symbols after them."""
        return " ".join([*(words.word for words in self.words.listed()), self.spelled.symbols])
