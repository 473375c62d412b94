"""Models of words put together from others: a mixture of several, and a mere list of words.

Both know their words by how they are said, in letters or in sounds.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from agent.audio.stt.ear.possessives import CLITIC, pieces, possessives
from agent.audio.stt.ear.word_model import History, WordModel
from agent.audio.stt.ear.word_tree import (
    LETTERS,
    Branch,
    Logs,
    Vocabulary,
    Ways,
    as_spelled,
    prefix_tree,
    spelling,
    vocabulary_of,
)
from agent.audio.stt.trigram import END

# People hesitate anywhere, some two times in a hundred words (Bortfeld et al., "Disfluency rates in conversation",
# Language and Speech 2001); what is written down holds far fewer.
_HESITATIONS = frozenset(("er", "erm", "uh", "um"))
_HESITATION_LOG = math.log(0.02 / len(_HESITATIONS))
_REMEMBERED = 60_000  # probabilities a mixture keeps before its memory begins anew: about 10 MB


@dataclass(frozen=True, slots=True, kw_only=True)
class _Share:
    model: WordModel
    weight: float


class _SaidWords(ABC):
    """Words known by how they are said in symbols of an alphabet."""

    def __init__(self, ways: Ways, alphabet: str) -> None:
        self._ways, self._alphabet = ways, alphabet

    @cached_property
    def tree(self) -> Branch | None:
        """The known words, by their symbols."""
        return prefix_tree(self._vocabulary)

    @cached_property
    def spelling(self) -> Mapping[str, float]:
        """How unknown words are made."""
        return spelling(self._vocabulary.symbols, self._alphabet)

    @cached_property
    def _vocabulary(self) -> Vocabulary:
        words, logs = self._known()
        return vocabulary_of(words, logs, self._ways)

    @abstractmethod
    def _known(self) -> tuple[Sequence[str], Logs]:
        """The words, and their log probabilities whatever came before."""


class MixedModel(_SaidWords):
    """A weighted sum of models, after weights are scaled to sum to one.

    A word known to one part counts with that part's weight alone; what the others hold for strangers is little.

    Args:
        parts, weights: as many of each; made of sentences whose words are in their pieces (`possessives.apart`).
        own: words that may have 's behind them, as words of their own for the search.
        ways: how words are said, in symbols of `alphabet`; they are listened for so.

    Raises:
        ValueError: no parts, or weights that do not fit them.
    """

    def __init__(
        self,
        parts: Sequence[WordModel],
        weights: Sequence[float],
        ways: Ways = as_spelled,
        alphabet: str = LETTERS,
        own: Iterable[str] = (),
    ) -> None:
        if not parts or len(parts) != len(weights) or min(weights) <= 0:
            raise ValueError(f"a mixture wants a positive weight for each part, not {list(weights)}")
        total = sum(weights)
        self._shares = [
            _Share(model=part, weight=weight / total) for part, weight in zip(parts, weights, strict=True)
        ]
        super().__init__(ways, alphabet)
        self._own = possessives(own)
        self._memory: dict[tuple[History, str], float] = {}

    @cached_property
    def unknown_share_log(self) -> float:
        """How likely an unknown word is, whatever came before."""
        return math.log(sum(share.weight * math.exp(share.model.unknown_share_log) for share in self._shares))

    def unknown_log_probability(self, history: History) -> float:
        """Natural log probability that none of the known words comes after the two words of `history`."""
        before = _in_pieces(history)
        return math.log(
            sum(
                share.weight * math.exp(share.model.unknown_log_probability(before)) for share in self._shares
            )
        )

    def _known(self) -> tuple[Sequence[str], Logs]:
        words = sorted({word for share in self._shares for word in share.model.words})
        ids = dict(zip(words, range(len(words)), strict=True))
        mass = np.zeros(len(words))
        for share in self._shares:
            at = [ids[word] for word in share.model.words]
            mass[at] += share.weight * np.exp(share.model.single_logs())
        logs = np.log(mass)
        own = [(word, ids[stem]) for word in sorted(self._own) if (stem := word[: -len(CLITIC)]) in ids]
        if (clitic := ids.get(CLITIC)) is not None:
            # Whatever comes before it: the search asks again when the word is complete.
            owned = logs[[stem for _, stem in own]] + logs[clitic]
            del words[clitic]
            logs = np.delete(logs, clitic)
        else:
            owned = logs[[stem for _, stem in own]]
        words += [word for word, _ in own]
        return words, np.concatenate((logs, owned)).astype(np.float32)

    def log_probability(self, history: History, word: str) -> float:
        """Natural log probability of `word` (or END) after the two words of `history`."""
        key = (history, word)
        found = self._memory.get(key)
        if found is None:
            before, found = _in_pieces(history), 0.0
            for piece in pieces(word):
                found += self._log(before, piece)
                before = (before[1], piece)
            if word in _HESITATIONS:
                found = max(found, _HESITATION_LOG)
            if len(self._memory) >= _REMEMBERED:
                self._memory.clear()
            self._memory[key] = found
        return found

    def _log(self, history: History, piece: str) -> float:
        knowing = [share for share in self._shares if share.model.known(piece)] or self._shares
        return math.log(
            sum(share.weight * math.exp(share.model.log_probability(history, piece)) for share in knowing)
        )


def _in_pieces(history: History) -> History:
    """The last two pieces of the two words."""
    last = pieces(history[1])
    return (last[0], last[1]) if len(last) == 2 else (pieces(history[0])[-1], last[0])


class WordList(_SaidWords):
    """Words each as likely as the next, whatever came before: how words are said and written, and no language.

    Args:
        words: distinct.
        ways, alphabet: how they are said, in which symbols.
        unknown_share: how often a word is none of them.
    """

    def __init__(
        self,
        words: Iterable[str],
        ways: Ways = as_spelled,
        alphabet: str = LETTERS,
        unknown_share: float = 0.005,
    ) -> None:
        super().__init__(ways, alphabet)
        self._words = sorted(words)
        self._log = math.log((1 - unknown_share) / len(self._words))
        self.unknown_share_log = math.log(unknown_share)

    def log_probability(self, history: History, word: str) -> float:
        """The same for every word; the end costs nothing."""
        return self._log if word != END else 0.0

    def unknown_log_probability(self, history: History) -> float:
        """The same after any words."""
        return self.unknown_share_log

    def _known(self) -> tuple[Sequence[str], Logs]:
        return self._words, np.full(len(self._words), self._log, np.float32)
