"""What the caller wants: their words weighed against the example phrases of a state's branches.

One linear model a state, over word and character n-grams, fitted when the flow is loaded. What is said in other states,
and the examples of the intent `unclear`, teach each model what none of its branches is.

Three things are known of spoken answers, and are not left to the sums. An example said word for word is certain. A
long turn says what it wants in a few of its words, so its parts are weighed too. And an answer that opens with a word
that is an answer by itself ("yes", "no", "neither") most likely is that answer, whatever follows.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise

import numpy as np

from agent.cognitive.flow import UNCLEAR, Flow, Kind, State
from agent.cognitive.least_squares import Lesson, Narrow, Wide, calibration
from agent.cognitive.ngrams import END, START, Grams, Vocabulary
from agent.cognitive.ports import Question, Weighed
from agent.cognitive.spoken_words import spoken_form
from agent.cognitive.wording import Wording, fill, placeholders
from agent.turn import IntentScore

MODEL_NAME = "linear-ngrams/1"
"""What stands in a turn's trace as its model."""

PART_WORDS = 6
"""A turn longer than this and one more is weighed in parts of so many words, too."""
PART_CREDIT = 0.7
"""A part is not the whole: its confidence counts so much."""
OPENER_CONFIDENCES = (0.5, 0.35)
"""What one or two opening words that are an answer by themselves are worth at least."""
OPENER_WORDS = 4
"""In a turn of up to so many words; beyond it, less and less."""
_PART_STEP = 2
_LONGEST_TURN_WORDS = 120  # a minute of speech; what comes after it is not weighed
_REMEMBERED = 20_000  # words and pairs a state

_FITTED: OrderedDict[str, EmbeddedDispatcher] = OrderedDict()
_FITTED_AT_MOST = 16


def dispatcher_for(flow: Flow) -> EmbeddedDispatcher:
    """The flow's dispatcher, fitted once however often the flow is loaded and however many orchestrators use it."""
    known = _FITTED.get(flow.fingerprint)
    if known is None:
        known = _FITTED[flow.fingerprint] = EmbeddedDispatcher(flow)
        if len(_FITTED) > _FITTED_AT_MOST:
            _FITTED.popitem(last=False)
    return known


class EmbeddedDispatcher:
    """The port `Dispatcher` with no network: the models of one flow, by state."""

    def __init__(self, flow: Flow) -> None:
        variables = {
            p.name for phrases in flow.intents.values() for text in phrases for p in placeholders(text)
        }
        self._stand_ins = {name: _stand_in(name) for name in sorted(variables)}
        forms = {intent: _forms(flow.examples(intent), self._stand_ins) for intent in flow.intents}
        lesson = Lesson.of({form for phrases in forms.values() for form in phrases})
        self._models = {
            state.name: _StateModel.fitted(lesson, flow, state, forms)
            for state in flow.states.values()
            if state.kind is Kind.ASK
        }

    @property
    def repeatable(self) -> bool:
        return True

    async def weigh(self, question: Question) -> Weighed:
        scores = self.scores(question.state, question.words, question.variables)
        return Weighed(scores=scores, model=MODEL_NAME)

    def scores(
        self, state: State, words: Sequence[str], variables: Mapping[str, str]
    ) -> tuple[IntentScore, ...]:
        """The state's intents with their confidences (0 to 1, each on its own), best first."""
        for name, stand_in in self._stand_ins.items():
            if value := _form(variables.get(name, "")):
                words = f" {' '.join(words)} ".replace(f" {value} ", f" {stand_in} ").split()
        return self._models[state.name].scores(words[:_LONGEST_TURN_WORDS])


@dataclass(frozen=True, slots=True, kw_only=True)
class _StateModel:
    """A linear score for each intent of a state, and the line from scores to confidences."""

    vocabulary: Vocabulary
    intents: tuple[str, ...]
    weights: Narrow
    slope: float
    shift: float
    exact: Mapping[str, str]
    openers: Mapping[str, str]
    remembered: dict[tuple[str, ...], Wide] = field(default_factory=dict)

    @classmethod
    def fitted(
        cls, lesson: Lesson, flow: Flow, state: State, forms: Mapping[str, tuple[str, ...]]
    ) -> _StateModel:
        intents = flow.branch_intents(state)
        owners: dict[str, set[str]] = {}
        for intent in intents:
            for form in forms[intent]:
                owners.setdefault(form, set()).add(intent)
        strangers = [form for name in _strangers(flow, intents) for form in forms[name] if form not in owners]
        phrases = [*owners, *dict.fromkeys(strangers)]
        targets = np.array([[intent in owners.get(phrase, ()) for intent in intents] for phrase in phrases])
        targets = targets.reshape(len(phrases), len(intents)).astype(np.float64)
        weights, left_out = lesson.fit(phrases, targets)
        slope, shift = calibration(left_out.ravel(), targets.ravel())
        exact = {form: next(iter(own)) for form, own in owners.items() if len(own) == 1}
        return cls(
            vocabulary=lesson.vocabulary,
            intents=intents,
            weights=weights,
            slope=slope,
            shift=shift,
            exact=exact,
            # The flow's own branches are questions and wishes: "what" opens more than a wish to hear it again.
            openers={form: own for form, own in exact.items() if own in state.on},
        )

    def scores(self, words: Sequence[str]) -> tuple[IntentScore, ...]:
        if not self.intents or not words:
            return tuple(IntentScore(intent=intent, score=0.0) for intent in self.intents)
        same = self.exact.get(" ".join(words))
        confidences = dict(zip(self.intents, self._confidences(words), strict=True))
        if same is not None:
            confidences = {intent: min(score, 0.01) for intent, score in confidences.items()} | {same: 1.0}
        # The more follows, the less the opening decides: "no, the blue ones, by the back door" is not for us.
        share = min(1.0, OPENER_WORDS / len(words))
        for count, least in enumerate(OPENER_CONFIDENCES, start=1) if same is None else ():
            if (opened := self.openers.get(" ".join(words[:count]))) is not None:
                confidences[opened] = max(confidences[opened], share * least)
        # The sort is stable: of equals the intent that the flow names first.
        ranked = sorted(confidences.items(), key=lambda item: -item[1])
        # Four digits, so that another build of the linear algebra writes the same trace.
        return tuple(IntentScore(intent=intent, score=round(score, 4)) for intent, score in ranked)

    def _confidences(self, words: Sequence[str]) -> list[float]:
        """Each intent's confidence by the whole turn or, at a discount, by its best part."""
        # Row n of a running sum is what the first n words, or pairs, add up to; the last column is their square.
        by_word = _running_sum([self._added(word) for word in words])
        by_pair = _running_sum([self._added(*pair) for pair in pairwise([START, *words, END])])
        sums = [by_word[-1] + by_pair[-1]]
        for start in range(0, len(words) - PART_WORDS + 1, _PART_STEP) if len(words) > PART_WORDS + 1 else ():
            end = start + PART_WORDS
            # Pair 0 is the start with word 0, so the pairs within a part are those from `start + 1`.
            sums.append(by_word[end] - by_word[start] + by_pair[end] - by_pair[start + 1])
        table = np.array(sums)
        lines = self.slope * table[:, :-1] / np.sqrt(table[:, -1:]) + self.shift
        confidences = 1.0 / (1.0 + np.exp(-np.clip(lines, -50.0, 50.0)))
        confidences[1:] *= PART_CREDIT
        best: list[float] = confidences.max(axis=0).tolist()
        return best

    def _added(self, *words: str) -> Wide:
        """What a word, or a pair of words, adds to each intent's score and to the square of the whole's length."""
        known = self.remembered.get(words)
        if known is None:
            if len(self.remembered) >= _REMEMBERED:
                self.remembered.clear()
            grams = self.vocabulary.word(*words) if len(words) == 1 else self.vocabulary.pair(*words)
            known = self.remembered[words] = self._weighed(grams)
        return known

    def _weighed(self, grams: Grams) -> Wide:
        added = np.zeros(len(self.intents) + 1)
        if grams.places:
            added[:-1] = np.array(grams.weights) @ self.weights[list(grams.places)]
        added[-1] = grams.square
        return added


def _running_sum(rows: Sequence[Wide]) -> Wide:
    sums = np.zeros((len(rows) + 1, len(rows[0])))
    np.cumsum(rows, axis=0, out=sums[1:])
    return sums


def _strangers(flow: Flow, intents: Sequence[str]) -> list[str]:
    """Intents whose examples mean none of these: those not tied to any of them by inclusion."""
    family = set(intents)
    for intent in intents:
        family |= set(flow.includes.get(intent, ()))
    shared = {other for other in flow.intents if family & set(flow.includes.get(other, ()))}
    return [name for name in flow.intents if name == UNCLEAR or name not in family | shared]


def _forms(phrases: Sequence[str], stand_ins: Mapping[str, str]) -> tuple[str, ...]:
    wording = Wording(variables=stand_ins)
    return tuple(dict.fromkeys(spoken_form(fill(phrase, wording)) for phrase in phrases))


@lru_cache(maxsize=1024)
def _form(value: str) -> str:
    return spoken_form(value)


def _stand_in(variable: str) -> str:
    """A word that no caller says, in place of a variable's value."""
    return "qq" + variable.replace("_", "")
