"""A recogniser's errors as counts, and what it would have made of a line: words lost, taken for others, made up.

The model is fitted on what a recogniser made of known words (`confusion_fit`). How often it errs depends on the line
condition, on the utterance (errors come in heaps: one utterance is lost, the next is clean) and on the word. What a
word is taken for is what it was taken for before, or, for want of counts, a word that sounds like it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import accumulate
from typing import Protocol

from agent.cognitive.spoken_words import spoken_words
from evals.ear.text_grammar import Dice
from evals.generating.sound_neighbours import SoundNeighbours
from evals.scenario.heard import NOTHING_HEARD
from evals.scenario.model import CallerStep, StepKind
from evals.synth.caller_voice import reference_text

PRIOR_WORDS = 20.0  # a word's own rate counts as much as all words' once it was said so often
NEIGHBOUR_WEIGHT = 1.0  # what sounds alike counts as one observed confusion
MOST_WRONG = 0.95  # no word is always wrong
_SPOKEN = (StepKind.SAYS, StepKind.INTERRUPTS, StepKind.PLAYS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """What happened on one line condition.

    Attributes:
        name: of the line; `all` for every condition together.
        utterances: how many were said, `nothing` of them without one word heard.
        hits, substitutions, deletions, insertions: of words, in the utterances of which something was heard.
        spread: variance of an utterance's own error rate over its condition's, as a ratio; 0 where errors are
            independent.
    """

    name: str
    utterances: int
    nothing: int
    hits: int
    substitutions: int
    deletions: int
    insertions: int
    spread: float

    @property
    def words(self) -> int:
        """How many words were said in the utterances of which something was heard."""
        return self.hits + self.substitutions + self.deletions


@dataclass(frozen=True, slots=True, kw_only=True)
class WordCount:
    """What became of one word: how often it was said, lost, and taken for which others."""

    said: int
    lost: int = 0
    taken_for: Mapping[str, int] = field(default_factory=dict)

    @property
    def wrong(self) -> int:
        """How often it did not come through."""
        return self.lost + sum(self.taken_for.values())


@dataclass(frozen=True, kw_only=True)
class ConfusionModel:
    """A recogniser's errors.

    Attributes:
        recogniser: what was measured: its settings as its runs tell them.
        sources: which runs or files, each with its number of utterances.
        usual: the condition for lines that are none of these.
        conditions: by line.
        words: by word said.
        made_up: words heard that nobody said.
    """

    recogniser: Mapping[str, str]
    sources: Mapping[str, int]
    usual: str
    conditions: Mapping[str, Condition]
    words: Mapping[str, WordCount]
    made_up: Mapping[str, int]

    @cached_property
    def wrong_rate(self) -> float:
        """Words lost or taken for others, over words said, all conditions together."""
        wrong = sum(c.substitutions + c.deletions for c in self.conditions.values())
        return wrong / max(1, sum(c.words for c in self.conditions.values()))

    @cached_property
    def lost_share(self) -> float:
        """Of the words that did not come through, those of which nothing was heard."""
        lost = sum(c.deletions for c in self.conditions.values())
        return lost / max(1, lost + sum(c.substitutions for c in self.conditions.values()))

    @cached_property
    def neighbours(self) -> SoundNeighbours:
        """Words that sound alike, among all that were said or heard."""
        heard = {word for count in self.words.values() for word in count.taken_for}
        return SoundNeighbours(sorted({*self.words, *heard, *self.made_up}))


class Counted(Protocol):
    """Takes the counts of words said and of errors made of them."""

    words: int
    wrong: int


class Recogniser:
    """Errors on one line condition; the model's usual one where it has none of that name."""

    def __init__(self, model: ConfusionModel, line: str) -> None:
        self._model = model
        self._condition = model.conditions.get(line) or model.conditions[model.usual]
        condition = self._condition
        words = max(1, condition.words)
        self._rate = (condition.substitutions + condition.deletions) / words
        self._insertion_rate = condition.insertions / words
        self._made_up = _Weighted(model.made_up)

    def heard(self, step: CallerStep, dice: Dice, tally: Counted) -> CallerStep:
        """The step with what is heard of its words; the same step where they come through as they are."""
        if step.kind not in _SPOKEN or step.hangs_up_after_ms is not None:
            return step
        words = spoken_words(reference_text(step.text))
        heard, wrong = self.words(words, dice)
        tally.words += len(words)
        tally.wrong += wrong
        return step if heard == words else replace(step, heard=" ".join(heard) or NOTHING_HEARD)

    def words(self, words: Sequence[str], dice: Dice) -> tuple[list[str], int]:
        """What is heard of the words, and how many errors that is."""
        condition = self._condition
        if dice.chance(condition.nothing / max(1, condition.utterances)):
            return [], len(words)
        heap = _heap(dice, condition.spread)
        heard: list[str] = []
        wrong = 0
        for word in words:
            count = self._model.words.get(word)
            if dice.chance(min(MOST_WRONG, self._rate * heap * self._weakness(count))):
                wrong += 1
                taken = self._taken_for(word, count, dice)
                heard += [taken] if taken else []
            else:
                heard.append(word)
            if self._made_up and dice.chance(min(MOST_WRONG, self._insertion_rate * heap)):
                wrong += 1
                heard.append(self._made_up.pick(dice))
        return heard, wrong

    def _weakness(self, count: WordCount | None) -> float:
        """How much more often than others the word is heard wrong."""
        usual = self._model.wrong_rate
        if count is None or usual == 0:
            return 1.0
        return (count.wrong + PRIOR_WORDS * usual) / (count.said + PRIOR_WORDS) / usual

    def _taken_for(self, word: str, count: WordCount | None, dice: Dice) -> str:
        """What a word that did not come through is heard as; empty for nothing."""
        known = count or WordCount(said=0)
        lost = known.lost + NEIGHBOUR_WEIGHT * self._model.lost_share
        if dice.chance(lost / (known.wrong + NEIGHBOUR_WEIGHT)):
            return ""
        observed = sum(known.taken_for.values())
        if observed and dice.chance(observed / (observed + NEIGHBOUR_WEIGHT)):
            return _Weighted(known.taken_for).pick(dice)
        near = self._model.neighbours.of(word)
        return _Weighted(near).pick(dice) if near else ""


class _Weighted:
    """Words drawn as often as they weigh, in an order that does not depend on how the model was read."""

    def __init__(self, weights: Mapping[str, float]) -> None:
        self._words = sorted(weights)
        self._sums = list(accumulate(weights[word] for word in self._words))

    def __bool__(self) -> bool:
        return bool(self._words)

    def pick(self, dice: Dice) -> str:
        """One of the words."""
        place = bisect_right(self._sums, dice.share() * self._sums[-1])
        return self._words[min(place, len(self._words) - 1)]


def _heap(dice: Dice, spread: float) -> float:
    """An utterance's own error rate over its condition's: mean 1, variance `spread`, one of two values.

    Most utterances are better than the mean and a few much worse. With `p = spread / (1 + spread)` of them clean,
    the others err `1 + spread` times as often: that has this mean and variance.
    """
    return 0.0 if dice.chance(spread / (1 + spread)) else 1 + spread
