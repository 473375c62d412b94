"""What the caller wants: their words weighed against the example phrases of a state's branches.

One linear model a state, over word and character n-grams: words carry the meaning, characters survive what a recogniser
does to words. It is fitted in closed form when the flow is loaded (regularised least squares in its dual form: a flow
has hundreds of examples and tens of thousands of n-grams), so loading draws no dice and needs no iteration. Each
example's score by the model fitted without it, which least squares gives for free, sets the scale on which a score
becomes a confidence.

What is said in other states, and the examples of the intent `unclear`, teach each model what none of its branches is.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from weakref import finalize

import numpy as np
from numpy.typing import NDArray

from agent.cognitive.flow import UNCLEAR, Flow, Kind, State
from agent.cognitive.spoken_words import spoken_form
from agent.cognitive.wording import Wording, fill, placeholders
from agent.turn import IntentScore

Array = NDArray[np.float64]
Narrow = NDArray[np.float32]

MODEL_NAME = "linear-ngrams/1"
"""What stands in a turn's trace as its model."""

# Chosen on CLINC150's validation part with ten examples an intent, where the choice matters little.
_WORD_WEIGHT = 1.0
_PAIR_WEIGHT = 0.8
_CHARACTER_WEIGHT = 0.45
_CHARACTERS = (3, 4)
_RIDGE = 0.5
_CALIBRATION_STEPS = 30

# By identity: a flow holds mappings and so has no hash; an entry goes when its flow does.
_FITTED: dict[int, Dispatcher] = {}


def dispatcher_for(flow: Flow) -> Dispatcher:
    """The flow's dispatcher, fitted once a flow value however many orchestrators use it."""
    known = _FITTED.get(id(flow))
    if known is None:
        known = _FITTED[id(flow)] = Dispatcher(flow)
        finalize(flow, _FITTED.pop, id(flow), None)
    return known


class Dispatcher:
    """The models of one flow, by state."""

    def __init__(self, flow: Flow) -> None:
        self._variables = {
            p.name for phrases in flow.intents.values() for text in phrases for p in placeholders(text)
        }
        names = {name: _stand_in(name) for name in self._variables}
        forms = {intent: _forms(flow.examples(intent), names) for intent in flow.intents}
        lesson = _Lesson.of({form for phrases in forms.values() for form in phrases})
        self._models = {
            state.name: _StateModel.fitted(lesson, flow, state, forms)
            for state in flow.states.values()
            if state.kind is Kind.ASK
        }

    def scores(
        self, state: State, words: Sequence[str], variables: Mapping[str, str]
    ) -> tuple[IntentScore, ...]:
        """The state's intents with their confidences (0 to 1, each on its own), best first."""
        text = " ".join(words)
        for name in self._variables:
            value = spoken_form(variables.get(name, ""))
            if value:
                text = f" {text} ".replace(f" {value} ", f" {_stand_in(name)} ").strip()
        return self._models[state.name].scores(text)


@dataclass(frozen=True, kw_only=True)
class _Space:
    """The n-grams that the flow's examples have, each with its place and weight."""

    places: Mapping[str, int]
    weights: Array
    unseen: float

    @classmethod
    def over(cls, forms: Iterable[str]) -> _Space:
        texts = sorted(forms)
        occurrences = Counter(gram for text in texts for gram in set(_grams(text)))
        places = {gram: place for place, gram in enumerate(sorted(occurrences))}
        # Smoothed inverse document frequency: "the" says less than "video".
        rarity = [1.0 + math.log((1 + len(texts)) / (1 + occurrences[gram])) for gram in places]
        kinds = [_kind_weight(gram) for gram in places]
        return cls(
            places=places, weights=np.array(rarity) * np.array(kinds), unseen=1.0 + math.log(1 + len(texts))
        )

    def vector(self, text: str) -> tuple[NDArray[np.int64], Array]:
        """The places and values of a text's n-grams, at unit length with the unseen ones counted in."""
        known: list[int] = []
        unseen_square = 0.0
        for gram in dict.fromkeys(_grams(text)):
            place = self.places.get(gram)
            if place is None:
                unseen_square += (self.unseen * _kind_weight(gram)) ** 2
            else:
                known.append(place)
        where = np.array(known, dtype=np.int64)
        values = self.weights[where]
        length = math.sqrt(float(values @ values) + unseen_square)
        return where, values / length if length else values


@dataclass(frozen=True, kw_only=True)
class _Lesson:
    """All examples of a flow as vectors, and the regularised inverse of how alike each two are.

    Both are worked out once; a state's model, which leaves some examples out, is derived from them.
    """

    space: _Space
    rows: Mapping[str, int]
    matrix: Narrow
    inverse: Array

    @classmethod
    def of(cls, forms: Iterable[str]) -> _Lesson:
        texts = sorted(forms)
        space = _Space.over(texts)
        matrix = np.zeros((len(texts), len(space.places)), dtype=np.float32)
        for row, text in enumerate(texts):
            where, values = space.vector(text)
            matrix[row, where] = values
        # Most n-grams are in one example only and make no two alike.
        shared = matrix[:, (matrix > 0).sum(axis=0) > 1]
        likeness = (shared @ shared.T).astype(np.float64)
        np.fill_diagonal(likeness, 1.0 + _RIDGE)
        rows = {text: row for row, text in enumerate(texts)}
        return cls(
            space=space,
            rows=rows,
            matrix=matrix,
            inverse=np.asarray(np.linalg.inv(likeness), dtype=np.float64),
        )

    def least_squares(self, texts: Sequence[str], targets: Array) -> tuple[Narrow, Array]:
        """Ridge weights over these examples, and each one's score by the weights fitted without it."""
        kept = np.array([self.rows[text] for text in texts], dtype=np.int64)
        dropped = np.setdiff1d(np.arange(len(self.rows)), kept)
        # The inverse of a part of a matrix, from the inverse of the whole (block inversion).
        inverse = self.inverse[np.ix_(kept, kept)]
        if len(dropped):
            across = self.inverse[np.ix_(dropped, kept)]
            inverse = inverse - across.T @ np.linalg.solve(self.inverse[np.ix_(dropped, dropped)], across)
        dual = inverse @ targets
        spread = np.zeros((len(self.rows), targets.shape[1]), dtype=np.float32)
        spread[kept] = dual
        return self.matrix.T @ spread, targets - dual / np.diag(inverse)[:, None]


@dataclass(frozen=True, kw_only=True)
class _StateModel:
    """A linear score for each intent of a state, and the line from scores to confidences."""

    space: _Space
    intents: tuple[str, ...]
    weights: Narrow
    slope: float
    shift: float
    exact: Mapping[str, str]

    @classmethod
    def fitted(
        cls, lesson: _Lesson, flow: Flow, state: State, forms: Mapping[str, tuple[str, ...]]
    ) -> _StateModel:
        intents = flow.branch_intents(state)
        owners: dict[str, set[str]] = {}
        for intent in intents:
            for form in forms[intent]:
                owners.setdefault(form, set()).add(intent)
        strangers = [
            form for intent in _strangers(flow, intents) for form in forms[intent] if form not in owners
        ]
        texts = [*owners, *dict.fromkeys(strangers)]
        targets = np.array([[float(intent in owners.get(text, ())) for intent in intents] for text in texts])
        targets = targets.reshape(len(texts), len(intents))
        weights, left_out = lesson.least_squares(texts, targets)
        slope, shift = _calibration(left_out.ravel(), targets.ravel())
        exact = {form: next(iter(own)) for form, own in owners.items() if len(own) == 1}
        return cls(
            space=lesson.space, intents=intents, weights=weights, slope=slope, shift=shift, exact=exact
        )

    def scores(self, text: str) -> tuple[IntentScore, ...]:
        if not self.intents:
            return ()
        where, values = self.space.vector(text)
        raw = values @ self.weights[where] if len(where) else np.zeros(len(self.intents))
        confidence = dict(zip(self.intents, (self.slope * raw + self.shift).tolist(), strict=True))
        scores = {
            intent: 1.0 / (1.0 + math.exp(-min(max(line, -50.0), 50.0)))
            for intent, line in confidence.items()
        }
        same = self.exact.get(text)
        if same is not None:
            # An example said word for word is no matter of degree.
            scores = {intent: 1.0 if intent == same else min(score, 0.01) for intent, score in scores.items()}
        ranked = sorted(scores.items(), key=lambda item: (-item[1], self.intents.index(item[0])))
        # Four digits, so that another build of the linear algebra writes the same trace.
        return tuple(IntentScore(intent=intent, score=round(score, 4)) for intent, score in ranked)


def _strangers(flow: Flow, intents: Sequence[str]) -> list[str]:
    """Intents whose examples mean none of these: those not tied to any of them by inclusion."""
    family = set(intents)
    for intent in intents:
        family |= set(flow.includes.get(intent, ()))
    shared = {other for other in flow.intents if family & set(flow.includes.get(other, ()))}
    return [name for name in flow.intents if name == UNCLEAR or name not in family | shared]


def _forms(phrases: Sequence[str], names: Mapping[str, str]) -> tuple[str, ...]:
    wording = Wording(variables=names)
    return tuple(dict.fromkeys(spoken_form(fill(phrase, wording)) for phrase in phrases))


def _stand_in(variable: str) -> str:
    """A word that no caller says, in place of a variable's value."""
    return "qq" + variable.replace("_", "")


def _grams(text: str) -> list[str]:
    """Word 1- and 2-grams, and the character n-grams within words, each marked with its kind."""
    words = text.split()
    grams = ["w" + word for word in words]
    framed = ["<", *words, ">"]
    grams += [f"p{first} {second}" for first, second in pairwise(framed)]
    for word in words:
        edged = f"_{word}_"
        for size in _CHARACTERS:
            grams += ["c" + edged[start : start + size] for start in range(len(edged) - size + 1)]
    return grams


def _kind_weight(gram: str) -> float:
    return {"w": _WORD_WEIGHT, "p": _PAIR_WEIGHT}.get(gram[0], _CHARACTER_WEIGHT)


def _calibration(scores: Array, truths: Array) -> tuple[float, float]:
    """The line through which a logistic curve fits the scores to the truths (Platt scaling, by Newton's steps)."""
    # Platt's smoothed targets keep a separable sample from an infinite slope.
    positive, negative = truths.sum(), (1 - truths).sum()
    goals = np.where(truths > 0, (positive + 1) / (positive + 2), 1 / (negative + 2))
    design = np.stack([scores, np.ones_like(scores)], axis=1)
    line = np.array([4.0, -2.0])
    for _ in range(_CALIBRATION_STEPS):
        chance = 1 / (1 + np.exp(-(design @ line)))
        slope = design.T @ (goals - chance) - 1e-3 * line
        curve = design.T @ (design * (chance * (1 - chance))[:, None]) + 1e-3 * np.eye(2)
        line = line + np.linalg.solve(curve, slope)
    return float(line[0]), float(line[1])
