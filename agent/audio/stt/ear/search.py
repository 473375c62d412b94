"""Words from the symbols of a CTC network, frame by frame: prefix beam search with words' probabilities fused in.

A network trained with CTC (Graves et al., ICML 2006) gives each frame probabilities of symbols (letters, or sounds)
and of a blank, and many ways of dividing frames among symbols make the same text. Prefix beam search (Hannun et al.,
"First-pass large vocabulary continuous speech recognition using bi-directional recurrent DNNs", 2014) keeps the
texts, each with the sum of its ways: those that end in a blank apart from those that end in its last symbol, since
only after a blank does the same symbol begin again. Spaces that follow each other, begin or end a text are one
boundary and change no word. Sounds may be several words; each of them is then a text of its own.

Texts share what they have in common. A prefix holds its longer ones, and no link back, so that what nobody can reach
any more is gone; words are linked the other way. Each prefix also remembers the likelier of its ways, in which a
symbol stands at the frame where it was clearest: from there come the times and the clearness of words.

Nothing here depends on how the frames were cut into calls of `advance`, and ties are broken by the text.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from operator import attrgetter

import numpy as np
from numpy.typing import NDArray

from agent.audio.stt.ear.search_alphabet import IN_LETTERS, Alphabet, AsSpelled, Letters, Writing
from agent.audio.stt.ear.search_config import SearchConfig
from agent.audio.stt.ear.search_fusion import Fusion, Words
from agent.audio.stt.ear.search_hypothesis import Hypothesis, Unfinished, heard_words, with_margins
from agent.audio.stt.ear.search_prefix import NEVER, Prefix
from agent.audio.stt.ear.word_model import LanguageModel

BLANK = 0

_HARDLY = -1e29  # more than that is something
_CERTAIN = 1e-3  # a log probability of 0, rounded up
_FAINTEST = -1e4  # stands for minus infinity in what the network says
_CROWD = 2  # in a frame full of doubt, so many ways are looked at for each hypothesis that is kept
_COMMIT_EVERY_FRAMES = 8
_REMEMBERS_WORDS = 3  # back to which a hypothesis keeps its words from being written anew


class BeamSearch:
    """One utterance being searched.

    Args:
        model: a model of words; without one, symbols alone decide.
        config: widths and weights.
        hints: words and phrases that are likely.
        alphabet: what is listened for; with other symbols than letters, letters write the words that nobody knows.
    """

    def __init__(
        self,
        model: LanguageModel | None = None,
        config: SearchConfig | None = None,
        hints: Iterable[str] = (),
        alphabet: Alphabet = IN_LETTERS,
    ) -> None:
        self._config = config or SearchConfig()
        self._alphabet, self._space = alphabet, len(alphabet.symbols)
        self._fusion = Fusion(model, self._config, hints, alphabet.ways)
        self._token_log = _log(self._config.token_probability)
        self._quiet_log = _log(self._config.quiet_probability)
        start = Prefix(self._space, self._fusion.nothing, self._fusion.root)
        start.blank = start.total = start.score = 0.0
        self._beam = [start]
        self._frame = 0
        self._letters = Letters()
        self._listened = 0  # frames in which something may have begun
        self._quiet_total = 0.0  # of frames of blanks, in which all prefixes fare alike
        self._after_blank = True
        self._stable = self._fusion.nothing
        self._stable_margins: list[float] = []

    @property
    def frames(self) -> int:
        """How many frames were heard."""
        return self._frame

    @property
    def stable_words(self) -> tuple[str, ...]:
        """The words that every later partial and the end will begin with."""
        return tuple(words.word for words in self._stable.listed())

    def advance(self, log_probs: NDArray[np.floating]) -> None:
        """Hears more frames.

        Args:
            log_probs: natural log probabilities, shape (frames, columns): blank, a to z, apostrophe, space, and
                the alphabet's own where that is another.

        Raises:
            ValueError: another shape, or what cannot be the log of a probability.
        """
        columns = self._alphabet.columns
        if log_probs.ndim != 2 or log_probs.shape[1] < columns.stop:
            raise ValueError(
                f"frames of {columns.stop} log probabilities are wanted, not shape {log_probs.shape}"
            )
        if not (log_probs <= _CERTAIN).all():
            raise ValueError("natural logs of probabilities are wanted, not numbers above 0 or none at all")
        rows: list[list[float]] = np.maximum(log_probs[:, columns], _FAINTEST).tolist()
        self._letters.hear(log_probs)
        for row in rows:
            if row[BLANK] > self._quiet_log:
                self._pause(row[BLANK])
            else:
                self._listen(row)
            self._frame += 1
            if self._frame % _COMMIT_EVERY_FRAMES == 0:
                self._commit()

    @property
    def text(self) -> str:
        """The words of `partial`, for less work."""
        words = [each.word for each in self._beam[0].words.listed()]
        unfinished = self._unfinished()
        return " ".join([*words, unfinished.text] if unfinished else words)

    def partial(self) -> Hypothesis:
        """The best hypothesis so far; its last word may be unfinished."""
        best = self._beam[0]
        return Hypothesis(
            words=heard_words(best.words, best.trace, unfinished=self._unfinished(), closed=True),
            score=best.score + self._quiet_total,
        )

    def _unfinished(self) -> Unfinished | None:
        """The word that the best hypothesis is in the midst of, where anything of it can be written."""
        best = self._beam[0]
        if best.symbol == self._space:
            return None
        branch, spelled = best.spelled.branch, best.spelled
        text = branch.words[0] if branch and branch.words else self._written(best).text()
        if not text:
            return None
        return Unfinished(text=text, size=len(spelled.symbols), log_probability=spelled.log_probability)

    def finish(self) -> list[Hypothesis]:
        """What was heard if nothing comes after: best first, no text twice. The search may go on all the same."""
        ends: dict[str, tuple[float, float, Prefix, Words]] = {}
        for prefix in sorted(self._beam, key=lambda prefix: (-prefix.total, prefix.text)):
            for words in self._closed(prefix) or [prefix.words]:  # sounds that are no word are left out
                text = " ".join(each.word for each in words.listed())
                score = prefix.total + words.score + self._fusion.end(words)
                if text not in ends:
                    ends[text] = (score, score, prefix, words)
                    continue
                # Said in two ways, or once with a boundary behind it and once without: the likelier shows its symbols.
                total, best, likelier, its_words = ends[text]
                if score > best:
                    best, likelier, its_words = score, prefix, words
                ends[text] = (_sum(total, score), best, likelier, its_words)
        ranked = [
            Hypothesis(
                words=heard_words(words, prefix.trace, closed=prefix.symbol == self._space),
                score=total + self._quiet_total,
            )
            for total, _, prefix, words in ends.values()
        ]
        ranked.sort(key=lambda hypothesis: (-hypothesis.score, hypothesis.text))
        config = self._config
        return with_margins(ranked, size=config.best, settled=self._stable_margins, most=config.score_margin)

    def _closed(self, prefix: Prefix) -> list[Words]:
        """What the prefix says when a boundary comes; nothing when its last word cannot be written."""
        if prefix.symbol == self._space:
            return [prefix.words]
        return self._fusion.close(prefix.words, prefix.spelled, self._frame, lambda: self._written(prefix))

    def _written(self, prefix: Prefix) -> Writing:
        """How the last word of the prefix was heard to be written, up to now."""
        if self._alphabet is IN_LETTERS:
            return AsSpelled(prefix.spelled.symbols)
        first, trace = self._frame, prefix.trace
        for _ in prefix.spelled.symbols:
            if trace is not None:
                first, _, trace = trace
        return self._letters.written(first, self._frame)

    def _pause(self, blank: float) -> None:
        """A frame that is a blank for certain: every way ends in one, nothing else changes."""
        self._quiet_total += blank
        if not self._after_blank:
            for prefix in self._beam:
                if prefix.letter > prefix.blank:
                    prefix.blank_trace = prefix.letter_trace
                prefix.blank, prefix.letter = prefix.total, NEVER
            self._after_blank = True

    def _listen(self, row: list[float]) -> None:
        """A frame in which a symbol may begin."""
        frame, beam, spell_on, space = self._frame, self._beam, self._longer, self._space
        threshold, margin = self._token_log, self._config.score_margin
        tokens = [(row[symbol], symbol) for symbol in range(1, space + 1) if row[symbol] > threshold]
        tokens.sort(reverse=True)
        blank, gap = row[BLANK], _sum(row[BLANK], row[space])
        floor = _HARDLY
        crowd = int(_CROWD * self._config.beam_size)
        if len(beam) * len(tokens) > crowd:
            ways = sorted([prefix.score + log for prefix in beam for log, _ in tokens])
            floor = max(floor, ways[-crowd])
        touched: list[Prefix] = []
        # A word that was thought to end before, and then was given up, is written anew with what was heard since.
        now, rewrites = self._listened, self._alphabet is not IN_LETTERS
        for prefix in beam:
            total, fused, symbol, after_blank = prefix.total, prefix.fused, prefix.symbol, prefix.blank
            trace = prefix.blank_trace if after_blank >= prefix.letter else prefix.letter_trace
            if prefix.frame != frame:
                prefix.frame = frame
                prefix.next_letter, prefix.next_letter_trace = NEVER, prefix.letter_trace
                touched.append(prefix)
            prefix.next_blank, prefix.next_blank_trace = total + (gap if symbol == space else blank), trace
            if symbol != space:
                stay = prefix.letter + row[symbol]
                if stay > prefix.next_letter:
                    held = prefix.letter_trace
                    if held is not None and row[symbol] > held[1]:
                        held = (frame, row[symbol], held[2])
                    prefix.next_letter_trace = held
                prefix.next_letter = _sum(prefix.next_letter, stay)
            reached = prefix.next_blank + fused
            if reached - margin > floor:
                floor = reached - margin
            for log, token in tokens:
                way, before = total + log, trace
                if way + fused < floor:
                    break
                if token == symbol:
                    if symbol == space:
                        continue
                    way, before = after_blank + log, prefix.blank_trace
                    if way + fused < floor:
                        continue
                held = (frame, log, before) if token != space else before
                longers = prefix.longer.get(token)
                if not longers or (
                    rewrites and token == space and all(each.words.kept < now for each in longers)
                ):
                    longers = spell_on(prefix, token)
                for longer in longers:
                    if longer.frame != frame:
                        if way + longer.fused < floor:
                            continue
                        longer.frame = frame
                        longer.next_blank = NEVER
                        longer.next_letter = way
                        touched.append(longer)
                    elif way > longer.next_letter:
                        high, low = way, longer.next_letter
                        longer.next_letter = high + math.log1p(math.exp(low - high))
                    else:
                        longer.next_letter += math.log1p(math.exp(way - longer.next_letter))
                        continue
                    longer.next_letter_trace = held
                    reached = way + longer.fused
                    if reached - margin > floor:
                        floor = reached - margin
        self._after_blank = False
        self._listened += 1
        self._beam = self._survivors(touched)

    def _survivors(self, touched: list[Prefix]) -> list[Prefix]:
        """The prefixes that are kept, best first, with their new scores."""
        for prefix in touched:
            blank, letter = prefix.blank, prefix.letter = prefix.next_blank, prefix.next_letter
            prefix.blank_trace, prefix.letter_trace = prefix.next_blank_trace, prefix.next_letter_trace
            if blank == NEVER:
                total = letter
            elif blank > letter:
                total = blank + math.log1p(math.exp(letter - blank))
            else:
                total = letter + math.log1p(math.exp(blank - letter))
            prefix.total, prefix.score = total, total + prefix.fused
        touched.sort(key=_SCORE, reverse=True)
        size = self._config.beam_size
        tied = len(touched) > 1 and touched[0].score == touched[1].score
        if tied or (len(touched) > size and touched[size - 1].score == touched[size].score):
            touched.sort(key=lambda prefix: (-prefix.score, prefix.text))
        floor = touched[0].score - self._config.score_margin
        kept = [prefix for prefix in touched[:size] if prefix.score >= floor]
        for prefix in kept:
            words: Words | None = prefix.words
            for _ in range(_REMEMBERS_WORDS):
                if words is not None:
                    words.kept, words = self._listened, words.before
        return kept

    def _longer(self, prefix: Prefix, symbol: int) -> tuple[Prefix, ...]:
        """The prefix with one symbol more, which it did not have yet; several when a boundary makes several words."""
        if symbol == self._space:
            root = self._fusion.root
            longer = tuple(Prefix(symbol, words, root) for words in self._closed(prefix))
        else:
            spelled = self._fusion.spell(prefix.spelled, self._alphabet.symbols[symbol - 1])
            longer = (Prefix(symbol, prefix.words, spelled),)
        prefix.longer[symbol] = longer
        return longer

    def _commit(self) -> None:
        """Makes words stable that no other hypothesis comes near, and gives those others up."""
        best, config = self._beam[0], self._config
        while True:
            words = best.words.at(self._stable.depth + 1)
            if words is None or self._frame - words.closed_frame < config.commit_age_frames:
                return
            kept, margin = [], config.score_margin
            for prefix in self._beam:
                same = prefix.words.at(words.depth)  # said in another way it is another object
                if same is not None and same.word == words.word:
                    kept.append(prefix)
                else:
                    margin = min(margin, best.score - prefix.score)
            if margin < config.commit_margin:
                return
            self._beam, self._stable = kept, words
            self._stable_margins.append(margin)


_SCORE = attrgetter("score")


def _sum(a: float, b: float) -> float:
    """log(exp(a) + exp(b))"""
    return a + math.log1p(math.exp(b - a)) if a > b else b + math.log1p(math.exp(a - b))


def _log(probability: float) -> float:
    return math.log(probability) if probability > 0 else -math.inf
