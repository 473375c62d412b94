"""What people say, for shallow fusion: interpolated word trigrams over an open vocabulary, and mixtures of them.

The words are modelled by `agent.audio.stt.trigram` (Kneser-Ney). A word that no sentence had is not impossible: a
share of the mass belongs to words unseen, each by its symbols, so that a name is heard when its sounds are clear.
Where the sentences hold UNKNOWN (rare words are turned into it, `least_words`), that share depends on the words
before, as it should: after "my name is" comes a stranger.

Probabilities are stored in steps of 1/128 of a natural log, which no search can notice.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from itertools import pairwise
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from agent.audio.stt.ear.word_file import Grams, packed, unpacked
from agent.audio.stt.ear.word_tree import (
    EDGE,
    LETTERS,
    Branch,
    Vocabulary,
    prefix_tree,
    spelling,
)
from agent.audio.stt.trigram import END, START, Gram, kneser_ney

History = tuple[str, str]

BEGINNING: History = ("", START)
UNKNOWN = "<unk>"
STEPS_A_NAT = 128

_MARKS = (END, START, UNKNOWN)  # behind the words, in the numbering of both
_NEVER = 65_535  # steps: no such word can follow
_SPELLABLE = re.compile(f"[{LETTERS}]+")


class LanguageModel(Protocol):
    """What the search asks of a model of words."""

    def log_probability(self, history: History, word: str) -> float:
        """Natural log probability of `word` (or END) after the two words of `history`."""
        ...

    @property
    def tree(self) -> Branch | None:
        """The known words by their symbols, with probabilities that ignore what came before."""
        ...

    def unknown_log_probability(self, history: History) -> float:
        """Natural log probability that none of the known words comes after the two words of `history`."""
        ...

    @property
    def unknown_share_log(self) -> float:
        """Natural log of the probability that a word is none of the known ones, whatever came before."""
        ...

    @property
    def spelling(self) -> Mapping[str, float]:
        """How unknown words are made, by pairs of symbols (`word_tree.spelling`)."""
        ...


class WordModel:
    """A trigram model of some sentences. Made by `of_sentences` or `from_bytes`."""

    def __init__(self, grams: Grams) -> None:
        self._grams = grams
        words = grams.words
        self._ids = dict(zip((*words, *_MARKS), range(len(words) + len(_MARKS)), strict=True))
        self._single, self._pair = grams.single_steps.data, grams.pair_steps.data
        self._triple = grams.triple_steps.data
        self._single_left, self._pair_left = grams.single_left.data, grams.pair_left.data
        self._pair_rows, self._triple_rows = grams.pair_rows.data, grams.triple_rows.data
        self._pair_words, self._triple_words = grams.pair_words.data, grams.triple_words.data
        self._unknown, self._known_log = grams.unknown_share, math.log1p(-grams.unknown_share)

    @classmethod
    def of_sentences(
        cls,
        sentences: Iterable[str],
        *,
        least_words: int = 1,
        least_pairs: int = 1,
        least_triples: int = 1,
        unknown_share: float = 0.005,
    ) -> WordModel:
        """The model of these sentences: words of a-z and apostrophes, spaces between them.

        Args:
            sentences: one that comes twice weighs twice.
            least_words: words seen less often are unknown.
            least_pairs: pairs seen in fewer places are not listed, unless a listed triple begins so.
            least_triples: triples seen less often are not listed.
            unknown_share: how often a word is none of the known ones, apart from those that are UNKNOWN here.

        Raises:
            ValueError: a word has other letters, or the share is no probability.
        """
        if not 0 < unknown_share < 1:
            raise ValueError(f"unknown_share is between 0 and 1, not {unknown_share}")
        lines = [sentence.split() for sentence in sentences]
        seen = Counter(word for line in lines for word in line)
        odd = sorted(word for word in seen if not _SPELLABLE.fullmatch(word))
        if odd:
            raise ValueError(f"words are spelled with a-z and ', not {odd[:5]}")
        words = sorted(word for word, n in seen.items() if n >= least_words)
        known = set(words)
        singles, pairs, triples = kneser_ney(
            (" ".join(word if word in known else UNKNOWN for word in line) for line in lines),
            least_pairs=least_pairs,
            least_triples=least_triples,
        )
        ids = {word: at for at, word in enumerate((*words, *_MARKS))}
        listed = sorted(pairs.probability, key=lambda gram: (ids[gram[0]], ids[gram[1]]))
        pair_at = {gram: at for at, gram in enumerate(listed)}
        last = sorted(triples.probability, key=lambda gram: (pair_at[gram[:2]], ids[gram[2]]))
        order: list[Gram] = [(word,) for word in ids]
        return cls(
            Grams(
                words=tuple(words),
                unknown_share=unknown_share,
                single_steps=_steps(singles.probability.get(gram, 0.0) for gram in order),
                single_left=_steps(pairs.left.get(gram, 1.0) for gram in order),
                pair_rows=_rows((ids[gram[0]] for gram in listed), len(order)),
                pair_words=np.array([ids[gram[1]] for gram in listed], dtype=np.uint32),
                pair_steps=_steps(pairs.probability[gram] for gram in listed),
                pair_left=_steps(triples.left.get(gram, 1.0) for gram in listed),
                triple_rows=_rows((pair_at[gram[:2]] for gram in last), len(listed)),
                triple_words=np.array([ids[gram[2]] for gram in last], dtype=np.uint32),
                triple_steps=_steps(triples.probability[gram] for gram in last),
            )
        )

    @classmethod
    def from_bytes(cls, data: bytes) -> WordModel:
        """The model that `to_bytes` wrote.

        Raises:
            ValueError: the bytes are none, of another version, or damaged.
        """
        return cls(unpacked(data, marks=len(_MARKS)))

    def to_bytes(self) -> bytes:
        """The model as a file holds it."""
        return packed(self._grams)

    @property
    def words(self) -> tuple[str, ...]:
        """The known words, sorted."""
        return self._grams.words

    @property
    def sizes(self) -> tuple[int, int, int]:
        """How many words, pairs and triples are listed."""
        grams = self._grams
        return len(grams.words), len(grams.pair_words), len(grams.triple_words)

    @cached_property
    def tree(self) -> Branch | None:
        """The known words by their letters."""
        return prefix_tree(Vocabulary(symbols=self.words, words=self.words, logs=self.single_logs()))

    @cached_property
    def spelling(self) -> Mapping[str, float]:
        """How unknown words are spelled."""
        return spelling(self.words)

    @cached_property
    def unknown_share_log(self) -> float:
        """How likely an unknown word is, whatever came before."""
        return self._stranger(self._log(-1, -1, self._ids[UNKNOWN]))

    def single_logs(self) -> NDArray[np.float32]:
        """Natural log probability of each word whatever came before, shape (words,)."""
        steps = self._grams.single_steps[: len(self.words)].astype(np.float32)
        return steps * np.float32(-1 / STEPS_A_NAT) + np.float32(self._known_log)

    def known(self, word: str) -> bool:
        """Whether a sentence had the word."""
        return word in self._ids

    def log_probability(self, history: History, word: str) -> float:
        """Natural log probability of `word` (or END) after the two words of `history`."""
        ids = self._ids
        strange = ids[UNKNOWN]
        first, second = (ids.get(before, strange if before else -1) for before in history)
        at = ids.get(word)
        if at is None:
            return self.unknown_log_probability(history) + spelled_log(self.spelling, word)
        return self._known_log + self._log(first, second, at)

    def unknown_log_probability(self, history: History) -> float:
        """Natural log probability that none of the known words comes after the two words of `history`."""
        strange = self._ids[UNKNOWN]
        first, second = (self._ids.get(before, strange if before else -1) for before in history)
        return self._stranger(self._log(first, second, strange))

    def _stranger(self, unknown_log: float) -> float:
        return math.log(self._unknown + (1 - self._unknown) * math.exp(unknown_log))

    def _log(self, first: int, second: int, word: int) -> float:
        """Of the word with this number after those with these; -1 is no word."""
        steps = 0
        if second >= 0:
            at = _found(self._pair_words, self._pair_rows, first, second)
            if at >= 0:
                triple = _found(self._triple_words, self._triple_rows, at, word)
                if triple >= 0:
                    return self._triple[triple] / -STEPS_A_NAT
                steps += self._pair_left[at]
            at = _found(self._pair_words, self._pair_rows, second, word)
            if at >= 0:
                return (steps + self._pair[at]) / -STEPS_A_NAT
            steps += self._single_left[second]
        return (steps + self._single[word]) / -STEPS_A_NAT


def spelled_log(pairs: Mapping[str, float], word: str) -> float:
    """Natural log probability of an unknown word's letters, given that it is one."""
    return sum(pairs[a + b] for a, b in pairwise(EDGE + word + EDGE))


def _found(words: Sequence[int], rows: Sequence[int], row: int, word: int) -> int:
    """Where the word stands in its row, or -1."""
    if row < 0:
        return -1
    end = rows[row + 1]
    at = bisect_left(words, word, rows[row], end)
    return at if at < end and words[at] == word else -1


def _rows(firsts: Iterable[int], size: int) -> NDArray[np.uint32]:
    """Where each row begins in a list sorted by rows, and where the last one ends; shape (size + 1,)."""
    starts = np.zeros(size + 1, dtype=np.uint32)
    np.cumsum(np.bincount(np.fromiter(firsts, dtype=np.int64), minlength=size), out=starts[1:])
    return starts


def _steps(probabilities: Iterable[float]) -> NDArray[np.uint16]:
    values = np.fromiter(probabilities, dtype=np.float64)
    steps: NDArray[np.float64] = np.rint(-np.log(np.maximum(values, 1e-300)) * STEPS_A_NAT)
    return np.minimum(steps, _NEVER).astype(np.uint16)
