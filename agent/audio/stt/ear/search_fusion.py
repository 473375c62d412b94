"""What words add to the score of sounds: language model, bonus for each word, hints (shallow fusion).

A word's share is settled when it is complete. Until then the search goes by a look-ahead: the best word that its
symbols can still become. Symbols may be sounds; then one row of them may be several words, each a hypothesis of its
own.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable

from agent.audio.stt.ear.search_alphabet import Writing
from agent.audio.stt.ear.search_config import SearchConfig
from agent.audio.stt.ear.search_hints import HintBranch, Hints, Run
from agent.audio.stt.ear.word_model import BEGINNING, History, LanguageModel
from agent.audio.stt.ear.word_tree import EDGE, Branch, Ways, as_spelled
from agent.audio.stt.trigram import END

_LEAST = 1e-30  # stands for a probability of nothing


class Spelled:
    """Symbols of a word that may go on.

    Attributes:
        symbols: the symbols.
        next: with one symbol more, where somebody asked.
        ahead: what the best word that begins so adds to the score.
        log_probability: of that word, or of all unknown words that begin so.
        branch: where the symbols stand in the vocabulary; nowhere in it, when nothing.
        hint: and in the hinted words.
        unknown_log: of an unknown word that begins so.
    """

    __slots__ = ("ahead", "branch", "hint", "log_probability", "next", "symbols", "unknown_log")

    def __init__(
        self,
        symbols: str,
        *,
        branch: Branch | None,
        hint: HintBranch | None,
        unknown_log: float,
    ) -> None:
        self.symbols, self.branch, self.hint, self.unknown_log = symbols, branch, hint, unknown_log
        self.next: dict[str, Spelled] = {}
        self.ahead = 0.0
        self.log_probability = 0.0


class Words:
    """Complete words, the last of them and a link to those before.

    Attributes:
        before: the words before; nothing for the beginning, which is no word.
        word: the last word.
        size: its symbols.
        depth: how many words there are.
        history: the last two words, as the language model takes them.
        score: what all of them add to the score of sounds.
        log_probability: of the last word, unweighted; 0 without a language model.
        run: the hinted phrase being said.
        closed_frame: when the last word was first complete.
        kept: how many frames had been listened to when a hypothesis last began with these words.
    """

    __slots__ = (
        "before",
        "closed_frame",
        "depth",
        "history",
        "kept",
        "log_probability",
        "run",
        "score",
        "size",
        "word",
    )

    def __init__(
        self,
        before: Words | None,
        word: str,
        size: int,
        *,
        score: float,
        log_probability: float,
        run: Run,
        closed_frame: int,
    ) -> None:
        self.before, self.word, self.score, self.run = before, word, score, run
        self.log_probability, self.closed_frame, self.size = log_probability, closed_frame, size
        self.kept = 0
        self.depth: int = before.depth + 1 if before else 0
        self.history: History = (before.history[1], word) if before else BEGINNING

    def at(self, depth: int) -> Words | None:
        """The first `depth` of these words, or nothing when there are fewer."""
        words: Words | None = self
        while words is not None and words.depth > depth:
            words = words.before
        return words if words is not None and words.depth == depth else None

    def listed(self) -> list[Words]:
        """Every word with those before it, first word first."""
        found = []
        words: Words | None = self
        while words is not None and words.depth:
            found.append(words)
            words = words.before
        return found[::-1]


class Fusion:
    """Scores of words and of their beginnings, for one search."""

    def __init__(
        self,
        model: LanguageModel | None,
        config: SearchConfig,
        hints: Iterable[str],
        ways: Ways = as_spelled,
    ) -> None:
        self._model, self._config = model, config
        self._hints = Hints(hints, config, ways)
        self._pairs = model.spelling if model else {}
        self._hint_log = math.log(max(config.hint_probability, _LEAST))
        self.root = Spelled(
            "",
            branch=model.tree if model else None,
            hint=self._hints.tree,
            unknown_log=model.unknown_share_log if model else 0.0,
        )
        self.nothing = Words(None, "", 0, score=0.0, log_probability=0.0, run=(), closed_frame=0)

    def spell(self, spelled: Spelled, symbol: str) -> Spelled:
        """With one symbol more; asked twice, the same object."""
        longer = spelled.next.get(symbol)
        if longer is None:
            before = spelled.symbols[-1] if spelled.symbols else EDGE
            longer = spelled.next[symbol] = Spelled(
                spelled.symbols + symbol,
                branch=spelled.branch.next(symbol) if spelled.branch else None,
                hint=spelled.hint.next.get(symbol) if spelled.hint else None,
                unknown_log=spelled.unknown_log + self._pairs[before + symbol] if self._model else 0.0,
            )
            self._look_ahead(longer)
        return longer

    def close(
        self, words: Words, spelled: Spelled, frame: int, written: Callable[[], Writing]
    ) -> list[Words]:
        """The words with this one behind them, whose last symbol was heard before `frame`: likeliest first.

        Args:
            words: the words before.
            spelled: the symbols, which may be several words, or none that anybody knows.
            frame: now.
            written: how the word was heard to be written, which tells words apart that sound alike.
        """
        hinted = spelled.hint.words if spelled.hint else ()
        known = spelled.branch.words if spelled.branch else ()
        candidates = tuple(dict.fromkeys((*known, *hinted)))
        if not candidates:
            word = written().text()
            return [self._closed(words, word, spelled, frame, known=False, hinted=False)] if word else []
        closed = [
            self._closed(words, word, spelled, frame, known=word in known, hinted=word in hinted)
            for word in candidates
        ]
        if len(closed) == 1:
            return closed
        if self._config.letters_weight:
            likelihoods = written().log_likelihoods(candidates)
            best = max(likelihoods)
            for each, likelihood in zip(closed, likelihoods, strict=True):
                each.score += self._config.letters_weight * (likelihood - best)
        closed.sort(key=lambda each: (-each.score, each.word))
        least = closed[0].score - self._config.alike_margin
        return [each for each in closed[: self._config.alike] if each.score >= least]

    def _closed(
        self, words: Words, word: str, spelled: Spelled, frame: int, *, known: bool, hinted: bool
    ) -> Words:
        log, added = 0.0, 0.0
        if self._model is not None:
            if known:
                log = self._model.log_probability(words.history, word)
            else:
                log = self._model.unknown_log_probability(words.history) - self._model.unknown_share_log
                log += spelled.unknown_log + self._pairs[spelled.symbols[-1] + EDGE]
            if hinted:
                log = max(log, self._hint_log)
            added = self._weighed(log, stranger=not known and not hinted)
        run, bonus = self._hints.after(words.run, word)
        return Words(
            words,
            word,
            len(spelled.symbols),
            score=words.score + added + bonus,
            log_probability=log,
            run=run,
            closed_frame=frame,
        )

    def end(self, words: Words) -> float:
        """What it adds that nothing comes after these words."""
        if self._model is None:
            return self._hints.left(words.run)
        log = self._model.log_probability(words.history, END)
        return self._config.language_weight * log + self._hints.left(words.run)

    def _look_ahead(self, spelled: Spelled) -> None:
        lent = spelled.hint.lent if spelled.hint else 0.0
        if self._model is None:
            spelled.ahead = lent
            return
        known = [spelled.branch.best] if spelled.branch else []
        if spelled.hint:
            known.append(self._hint_log)
        spelled.log_probability = max(known, default=spelled.unknown_log)
        spelled.ahead = self._weighed(spelled.log_probability, stranger=not known) + lent

    def _weighed(self, log_probability: float, *, stranger: bool) -> float:
        penalty = self._config.unknown_penalty if stranger else 0.0
        return self._config.language_weight * log_probability + self._config.word_bonus - penalty
