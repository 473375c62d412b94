"""A vocabulary by its letters: which words a beginning can become, the best of them, and how strangers are spelled.

A search that knew a word's probability only at its last letter would give up the likely word for the unlikely one
that happens to lead by a letter. So each beginning carries the probability of the best word below it (Ortmanns,
Eiden & Ney, "Improved lexical tree search for large vocabulary speech recognition", ICASSP 1998). The tree is not
built: a branch is a range of the sorted vocabulary, narrowed when somebody asks for its next letter, so that 30,000
words cost nothing at start and the beginnings that speech visits are made once.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

LETTERS = "abcdefghijklmnopqrstuvwxyz'"
EDGE = " "  # what comes before a word's first letter and after its last, in a spelling

_ANY_LETTER = 0.3
_AFTER_LETTERS = "\x7f"

Logs = NDArray[np.float32]


class Branch:
    """A beginning of words: what begins so, from `low` to before `high` in the sorted vocabulary.

    Attributes:
        best: natural log probability of the likeliest word that begins so, the beginning itself included.
        ends: whether the beginning is a word.
    """

    __slots__ = ("_high", "_logs", "_low", "_next", "_prefix", "_words", "best", "ends")

    def __init__(self, words: Sequence[str], logs: Logs, prefix: str, low: int, high: int) -> None:
        self._words, self._logs, self._prefix, self._low, self._high = words, logs, prefix, low, high
        self._next: dict[str, Branch | None] = {}
        self.best = float(logs[low:high].max())
        self.ends = words[low] == prefix

    def next(self, letter: str) -> Branch | None:
        """The beginning that is one letter longer, or nothing when no word begins so."""
        try:
            return self._next[letter]
        except KeyError:
            prefix = self._prefix + letter
            low = bisect_left(self._words, prefix, self._low, self._high)
            high = bisect_left(self._words, prefix + _AFTER_LETTERS, low, self._high)
            branch = Branch(self._words, self._logs, prefix, low, high) if low < high else None
            self._next[letter] = branch
            return branch


def prefix_tree(words: Sequence[str], logs: Logs) -> Branch | None:
    """The tree of a vocabulary, at its root; nothing for no words.

    Args:
        words: distinct, sorted.
        logs: their natural log probabilities, shape (words,).
    """
    return Branch(words, logs, "", 0, len(words)) if words else None


def spelling(words: Sequence[str]) -> Mapping[str, float]:
    """How words are spelled: the natural log probability of a letter after another, by the two of them.

    " a" is a word that begins with a, "a " one that ends so. Each word counts once, however frequent: a word that
    nobody has seen is spelled like the many rare ones. Names keep to no spelling, so a share of the mass is any
    letter's, and no letter costs more than 4.5.
    """
    symbols = EDGE + LETTERS
    count = np.ones((len(symbols), len(symbols)))
    codes = np.frombuffer(EDGE.join(["", *words, ""]).encode("ascii"), dtype=np.uint8)
    index = np.zeros(256, dtype=np.int64)
    index[np.frombuffer(symbols.encode("ascii"), dtype=np.uint8)] = np.arange(len(symbols))
    at = index[codes]
    pairs = at[:-1] * len(symbols) + at[1:]
    count += np.bincount(pairs, minlength=count.size).reshape(count.shape)
    seen = count / count.sum(axis=1, keepdims=True)
    logs = np.log((1 - _ANY_LETTER) * seen + _ANY_LETTER / len(symbols)).tolist()
    return {a + b: logs[i][j] for i, a in enumerate(symbols) for j, b in enumerate(symbols)}


def mixed_spelling(parts: Sequence[tuple[float, Mapping[str, float]]]) -> Mapping[str, float]:
    """The mean of several spellings, each with its weight."""
    total = sum(weight for weight, _ in parts)
    return {
        pair: float(np.log(sum(weight / total * np.exp(logs[pair]) for weight, logs in parts)))
        for pair in parts[0][1]
    }
