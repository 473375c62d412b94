"""A vocabulary by its symbols: which words a beginning can become, the best of them, and how strangers are made.

Symbols are letters, or sounds where words are listened for by how they sound: then several words may be one sound
(*to*, *two*), and a word may sound in several ways.

A search that knew a word's probability only at its last letter would give up the likely word for the unlikely one
that happens to lead by a letter. So each beginning carries the probability of the best word below it (Ortmanns,
Eiden & Ney, "Improved lexical tree search for large vocabulary speech recognition", ICASSP 1998). The tree is not
built: a branch is a range of the sorted vocabulary, narrowed when somebody asks for its next symbol, so that 60,000
words cost nothing at start and the beginnings that speech visits are made once.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

LETTERS = "abcdefghijklmnopqrstuvwxyz'"
EDGE = " "  # what comes before a word's first symbol and after its last

_ANY_SYMBOL = 0.3
_AFTER_SYMBOLS = "\x7f"

Logs = NDArray[np.float32]
Ways = Callable[[str], tuple[str, ...]]  # how a word may be said, in symbols


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Vocabulary:
    """Ways to say words, sorted by their symbols.

    Attributes:
        symbols: of each way.
        words: which is said so.
        logs: natural log probability of the word, shape (ways,).
    """

    symbols: Sequence[str]
    words: Sequence[str]
    logs: Logs


class Branch:
    """A beginning of words: what begins so, from `low` to before `high` in the sorted vocabulary.

    Attributes:
        best: natural log probability of the likeliest word that begins so, those that end here included.
        words: the words that end here, likeliest first.
    """

    __slots__ = ("_high", "_low", "_next", "_prefix", "_vocabulary", "best", "words")

    def __init__(self, vocabulary: Vocabulary, prefix: str, low: int, high: int) -> None:
        self._vocabulary, self._prefix, self._low, self._high = vocabulary, prefix, low, high
        self._next: dict[str, Branch | None] = {}
        self.best = float(vocabulary.logs[low:high].max())
        ends = bisect_right(vocabulary.symbols, prefix, low, high)
        self.words = tuple(vocabulary.words[low:ends])

    def next(self, symbol: str) -> Branch | None:
        """The beginning that is one symbol longer, or nothing when no word begins so."""
        try:
            return self._next[symbol]
        except KeyError:
            prefix, symbols = self._prefix + symbol, self._vocabulary.symbols
            low = bisect_left(symbols, prefix, self._low, self._high)
            high = bisect_left(symbols, prefix + _AFTER_SYMBOLS, low, self._high)
            branch = Branch(self._vocabulary, prefix, low, high) if low < high else None
            self._next[symbol] = branch
            return branch


def prefix_tree(vocabulary: Vocabulary) -> Branch | None:
    """The tree of a vocabulary, at its root; nothing for no words."""
    return Branch(vocabulary, "", 0, len(vocabulary.words)) if vocabulary.words else None


def vocabulary_of(words: Sequence[str], logs: Logs, ways: Ways) -> Vocabulary:
    """Words with all the ways in which they are said, of those that sound alike the likeliest first; one that is said
    in none is left out.

    Args:
        words: distinct.
        logs: their natural log probabilities, shape (words,).
        ways: of a word.
    """
    rank = np.argsort(-logs, kind="stable").tolist()
    symbols: list[str] = []
    places: list[int] = []
    for place in rank:
        said = ways(words[place])
        symbols += said
        places += [place] * len(said)
    order = sorted(range(len(symbols)), key=symbols.__getitem__)  # stable: of those alike the likeliest first
    at = [places[each] for each in order]
    return Vocabulary(
        symbols=[symbols[each] for each in order], words=[words[place] for place in at], logs=logs[at]
    )


def as_spelled(word: str) -> tuple[str, ...]:
    """A word by its letters."""
    return (word,)


def spelling(words: Sequence[str], alphabet: str = LETTERS) -> Mapping[str, float]:
    """How words are made: the natural log probability of a symbol after another, by the two of them.

    " a" is a word that begins with a, "a " one that ends so. Each word counts once, however frequent: a word that
    nobody has seen is made like the many rare ones. Names keep to no rules, so a share of the mass is any symbol's,
    and no symbol costs more than 5.
    """
    symbols = EDGE + alphabet
    count = np.ones((len(symbols), len(symbols)))
    codes = np.frombuffer(EDGE.join(["", *words, ""]).encode("ascii"), dtype=np.uint8)
    index = np.zeros(256, dtype=np.int64)
    index[np.frombuffer(symbols.encode("ascii"), dtype=np.uint8)] = np.arange(len(symbols))
    at = index[codes]
    pairs = at[:-1] * len(symbols) + at[1:]
    count += np.bincount(pairs, minlength=count.size).reshape(count.shape)
    seen = count / count.sum(axis=1, keepdims=True)
    logs = np.log((1 - _ANY_SYMBOL) * seen + _ANY_SYMBOL / len(symbols)).tolist()
    return {a + b: logs[i][j] for i, a in enumerate(symbols) for j, b in enumerate(symbols)}
