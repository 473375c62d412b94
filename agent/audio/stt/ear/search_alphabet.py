"""What a search listens for, and how words that nobody knows are written down."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from agent.audio.stt.ear.word_tree import LETTERS, Ways, as_spelled

_FAINTEST = -9.0  # a letter hardly heard speaks against a word only so much
_LEAST = 1e-300
_EARLY_FRAMES = 1  # by which a word's letters may come before its sounds


@dataclass(frozen=True, slots=True, kw_only=True)
class Alphabet:
    """What the search listens for.

    Attributes:
        symbols: in the order of the network's columns, a space for the boundary of words last; the blank's column
            comes before them.
        first: the blank's column.
        ways: how words are said in these symbols.
    """

    symbols: str
    first: int
    ways: Ways

    @property
    def columns(self) -> slice:
        """Of the network's outputs."""
        return slice(self.first, self.first + 1 + len(self.symbols))


IN_LETTERS = Alphabet(symbols=LETTERS + " ", first=0, ways=as_spelled)


class Writing(Protocol):
    """How the word that has just been said is written."""

    def text(self) -> str:
        """As it was heard; nothing when nothing was."""
        ...

    def log_likelihoods(self, words: Sequence[str]) -> Sequence[float]:
        """How well each of these words fits what was heard."""
        ...


class AsSpelled:
    """Of symbols that are letters: they are the word."""

    def __init__(self, symbols: str) -> None:
        self._symbols = symbols

    def text(self) -> str:
        """The symbols."""
        return self._symbols

    def log_likelihoods(self, words: Sequence[str]) -> Sequence[float]:
        """Nothing speaks for any word beyond its symbols."""
        return [0.0] * len(words)


class AsHeard:
    """Of symbols that are sounds: the network's letters while the word was said tell how it is written.

    Args:
        rows: log probabilities of letters in the frames of the word.
    """

    def __init__(self, rows: NDArray[np.floating]) -> None:
        self._rows = rows

    def text(self) -> str:
        """The longest word among the likeliest letters."""
        heard = self._rows.argmax(axis=1).tolist()
        letters = (
            IN_LETTERS.symbols[letter - 1]
            for letter, before in zip(heard, [0, *heard], strict=False)
            if letter and letter != before
        )
        return max("".join(letters).split(), key=len, default="").strip("'")

    def log_likelihoods(self, words: Sequence[str]) -> Sequence[float]:
        """Of the letters of each word, by CTC's forward sum; a boundary counts as a blank."""
        rows = np.exp(np.maximum(self._rows, _FAINTEST))
        rows[:, 0] += rows[:, -1]
        frames: list[list[float]] = rows.tolist()
        return [
            _log_likelihood(frames, [IN_LETTERS.symbols.index(letter) + 1 for letter in word])
            for word in words
        ]


def _log_likelihood(frames: Sequence[Sequence[float]], letters: Sequence[int]) -> float:
    """Log of the sum over all ways of dividing frames among letters (Graves et al., ICML 2006)."""
    size = len(letters)
    blank, ends = (
        [1.0] + [0.0] * size,
        [0.0] * (size + 1),
    )  # ways that end in a blank, and in the letter, after each
    for row in frames:
        for at in range(size, 0, -1):
            letter = letters[at - 1]
            fresh = blank[at - 1] if at > 1 and letters[at - 2] == letter else blank[at - 1] + ends[at - 1]
            blank[at] = (blank[at] + ends[at]) * row[0]
            ends[at] = (ends[at] + fresh) * row[letter]
        blank[0] *= row[0]
    return math.log(max(blank[size] + ends[size], _LEAST))


class Letters:
    """The network's letters of all frames."""

    def __init__(self) -> None:
        self._pieces: list[NDArray[np.floating]] = []
        self._all: NDArray[np.floating] | None = None

    def hear(self, log_probs: NDArray[np.floating]) -> None:
        """Takes more frames, of which the first columns are the letters'."""
        self._pieces.append(log_probs[:, IN_LETTERS.columns])
        self._all = None

    def written(self, first: int, after: int) -> Writing:
        """What was heard from the first frame to before the last."""
        if self._all is None:
            self._all = np.concatenate(self._pieces)
            self._pieces = [self._all]
        return AsHeard(self._all[max(0, first - _EARLY_FRAMES) : after])
