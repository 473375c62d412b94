"""Words and phrases that are likely in this utterance: what they are worth while they are being heard, and after.

A phrase is followed from word to word. Each of its words brings its bonus when it is complete, so that the second
word need not win alone; when the phrase is not said to its end, all of it is taken back, but for shorter phrases that
were complete inside (the failure arcs of Zhao et al., "Shallow-fusion end-to-end contextual biasing", Interspeech
2019, and the composition on the fly of Hall et al., "Composition-based on-the-fly rescoring for salient n-gram
biasing", Interspeech 2015). Inside a word a part of its bonus is lent by the symbol, which keeps the word alive in
the search; a word that turns out another one has nothing of it.

Short words sound like parts of others, so the bonus grows with the letters. It is capped by the word and by the
phrase: a hint may win against one or two doubtful letters, never against a clearly spoken word.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from agent.audio.stt.ear.search_config import SearchConfig
from agent.audio.stt.ear.word_tree import LETTERS, Ways, as_spelled

Run = tuple[str, ...]  # the words of a phrase heard so far

_SPELLABLE = re.compile(f"[{LETTERS}]+")


class HintBranch:
    """A beginning of hinted words.

    Attributes:
        next: the beginnings that are one symbol longer.
        words: the hinted words that end here.
        lent: the part of a bonus that the beginning has earned.
    """

    __slots__ = ("lent", "next", "words")

    def __init__(self) -> None:
        self.next: dict[str, HintBranch] = {}
        self.words: tuple[str, ...] = ()
        self.lent = 0.0


class Hints:
    """Phrases, and what it is worth to have heard them.

    Args:
        phrases: words of a-z and apostrophes, spaces between them; case does not matter. A phrase with other
            letters cannot be heard and is left out.
        config: bonuses and caps.
        ways: how words are said, in symbols.
    """

    def __init__(self, phrases: Iterable[str], config: SearchConfig, ways: Ways = as_spelled) -> None:
        self._config = config
        spoken = (tuple(phrase.lower().split()) for phrase in phrases)
        self._phrases = {run for run in spoken if run and all(_SPELLABLE.fullmatch(word) for word in run)}
        self._beginnings = {run[:size] for run in self._phrases for size in range(len(run) + 1)} | {()}
        self.tree = HintBranch()
        for word in sorted({word for run in self._phrases for word in run}):
            for way in ways(word):
                self._plant(word, way)
        self._longest = max(map(len, self._phrases), default=0)
        self.after = cache(self._after)

    def left(self, run: Run) -> float:
        """What changes when nothing comes after `run`: an unfinished phrase loses its bonus."""
        return self._finished(run) - self._lent(run)

    def _after(self, run: Run, word: str) -> tuple[Run, float]:
        """The run after one more word, and by how much the score changes. (`after` remembers it.)"""
        heard = (*run, word)
        cut = next(at for at in range(len(heard) + 1) if heard[at:] in self._beginnings)
        return heard[cut:], self._finished(heard[:cut]) + self._lent(heard[cut:]) - self._lent(run)

    def _plant(self, word: str, way: str) -> None:
        branch, bonus = self.tree, self._bonus(word)
        for size, symbol in enumerate(way, 1):
            branch = branch.next.setdefault(symbol, HintBranch())
            branch.lent = max(branch.lent, bonus * size / len(way))
        branch.words = (*branch.words, word)

    def _bonus(self, word: str) -> float:
        return min(self._config.hint_word_cap, self._config.hint_bonus * len(word))

    def _lent(self, run: Run) -> float:
        return min(self._config.hint_phrase_cap, sum(map(self._bonus, run)))

    def _finished(self, heard: Run) -> float:
        """The most that whole phrases in these words are worth, no word in two of them."""
        most = [0.0]
        for end in range(1, len(heard) + 1):
            ways = [
                most[start] + self._lent(heard[start:end])
                for start in range(max(0, end - self._longest), end)
                if heard[start:end] in self._phrases
            ]
            most.append(max([most[-1], *ways]))
        return most[-1]
