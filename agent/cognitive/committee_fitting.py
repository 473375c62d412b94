"""How a committee of networks is fitted: Adam on small batches, with n-grams and hidden units left out at random.

Adam is Kingma and Ba's (2015), in the lazy form for sparse input: the moments of an n-gram's row change only in
batches that have the n-gram. Leaving out is Srivastava et al.'s dropout (2014). The same dice and the same libraries
give the same weights; another build of the linear algebra gives weights that differ and serve as well.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from agent.cognitive.committee import INPUT_SCALE, Committee, Narrow, softmax
from agent.cognitive.ngrams import Grams

_DECAYS = (0.9, 0.99)
_TINY = 1e-7
_WARM_UP_STEPS, _WARM_UP_SHARE = 100, 0.1  # whichever is shorter
_INNER_SPREAD = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitting:
    """The settings; these were chosen on CLINC150's validation part, see docs/dispatch.md."""

    members: int = 3
    hidden: int = 256
    epochs: int = 8
    batch: int = 128
    rate: float = 4e-3
    grams_left_out: float = 0.2
    units_left_out: float = 0.5

    def __post_init__(self) -> None:
        if min(self.members, self.hidden, self.epochs, self.batch) < 1:
            raise ValueError("members, hidden, epochs and batch are 1 at least")
        if not (0 <= self.grams_left_out < 1 and 0 <= self.units_left_out < 1):
            raise ValueError("what is left out is a share from 0 up to, but not, 1")


def fit_committee(
    phrases: Sequence[Grams],
    labels: Sequence[int],
    *,
    grams: int,
    fitting: Fitting,
    rng: np.random.Generator,
    on_epoch: Callable[[], None] = lambda: None,
) -> Committee:
    """The committee fitted to these phrases, each with its label (0 to the highest); `grams` counts the vocabulary.

    The weights are rounded to half precision, in which a file keeps them.
    """
    matrix, truths = _matrix(phrases, grams), np.asarray(labels, dtype=np.int64)
    if not len(phrases) or len(phrases) != len(truths) or truths.min() < 0:
        raise ValueError(
            f"{len(phrases)} phrases with {len(truths)} labels; each phrase needs one, from 0 on"
        )
    members = []
    for _ in range(fitting.members):
        member = _Member.drawn((grams, fitting.hidden, int(truths.max()) + 1), rng)
        member.fit(matrix, truths, fitting, rng, on_epoch)
        members.append([_halved(weights.values) for weights in member.layers])
    inner, inner_bias, outer, outer_bias = zip(*members, strict=True)
    return Committee(
        inner=np.concatenate(inner, axis=1),
        inner_bias=np.concatenate(inner_bias),
        outer=np.stack(outer),
        outer_bias=np.stack(outer_bias),
    )


def _halved(weights: Narrow) -> Narrow:
    return weights.astype(np.float16).astype(np.float32)


def _matrix(phrases: Sequence[Grams], grams: int) -> sparse.csr_matrix:
    """Phrases by n-grams, each row scaled as `Committee.chances` scales it."""
    ends = np.cumsum([0, *(len(phrase.places) for phrase in phrases)])
    places = np.array([place for phrase in phrases for place in phrase.places], dtype=np.int32)
    weights = np.array(
        [weight / phrase.square**0.5 for phrase in phrases for weight in phrase.weights], dtype=np.float32
    )
    matrix = sparse.csr_matrix((weights * INPUT_SCALE, places, ends), shape=(len(phrases), grams))
    matrix.sum_duplicates()
    return matrix


@dataclass(slots=True, eq=False)
class _Weights:
    """A layer's weights with Adam's two moments of their gradients."""

    values: Narrow
    mean: Narrow = field(init=False)
    square: Narrow = field(init=False)

    def __post_init__(self) -> None:
        self.mean, self.square = np.zeros_like(self.values), np.zeros_like(self.values)

    def step(self, gradient: Narrow, rate: float, rows: NDArray[np.int64] | slice = slice(None)) -> None:
        """Goes down the gradient of some rows; in place where it can, for this is where the time goes."""
        mean = self.mean[rows]
        mean += np.float32(1 - _DECAYS[0]) * (gradient - mean)
        self.mean[rows] = mean
        square = self.square[rows]
        square += np.float32(1 - _DECAYS[1]) * (gradient * gradient - square)
        self.square[rows] = square
        self.values[rows] -= np.float32(rate) * mean / (np.sqrt(square) + np.float32(_TINY))


@dataclass(slots=True, eq=False)
class _Member:
    """One network while it is fitted."""

    inner: _Weights
    inner_bias: _Weights
    outer: _Weights
    outer_bias: _Weights

    @classmethod
    def drawn(cls, sizes: tuple[int, int, int], rng: np.random.Generator) -> _Member:
        grams, hidden, labels = sizes
        inner = rng.standard_normal((grams, hidden), dtype=np.float32) * np.float32(_INNER_SPREAD)
        outer = rng.standard_normal((hidden, labels), dtype=np.float32) * np.float32(hidden**-0.5)
        biases = np.zeros(hidden, dtype=np.float32), np.zeros(labels, dtype=np.float32)
        return cls(_Weights(inner), _Weights(biases[0]), _Weights(outer), _Weights(biases[1]))

    @property
    def layers(self) -> tuple[_Weights, ...]:
        return self.inner, self.inner_bias, self.outer, self.outer_bias

    def fit(
        self,
        matrix: sparse.csr_matrix,
        truths: NDArray[np.int64],
        fitting: Fitting,
        rng: np.random.Generator,
        on_epoch: Callable[[], None],
    ) -> None:
        count = len(truths)
        starts = range(0, count, fitting.batch)
        step, steps = 0, fitting.epochs * len(starts)
        warm_up = max(1.0, min(_WARM_UP_STEPS, _WARM_UP_SHARE * steps))
        for _ in range(fitting.epochs):
            order = rng.permutation(count)
            for start in starts:
                rows = order[start : start + fitting.batch]
                step += 1
                unbiased = (1 - _DECAYS[1] ** step) ** 0.5 / (1 - _DECAYS[0] ** step)
                pace = min(1.0, step / warm_up) * (1 - (step - 1) / steps)
                self._learn(matrix[rows], truths[rows], fitting, rng, fitting.rate * pace * unbiased)
            on_epoch()

    def _learn(
        self,
        batch: sparse.csr_matrix,
        truths: NDArray[np.int64],
        fitting: Fitting,
        rng: np.random.Generator,
        rate: float,
    ) -> None:
        """One step down the gradient of the cross-entropy of a batch."""
        # Only the rows of the batch's own n-grams are read and written.
        own, at = np.unique(batch.indices, return_inverse=True)
        kept = _kept(batch.data.shape, fitting.grams_left_out, rng)
        phrases = sparse.csr_matrix(
            (batch.data * kept, at.astype(np.int32), batch.indptr), shape=(len(truths), len(own))
        )
        entering = phrases @ self.inner.values[own] + self.inner_bias.values
        passing = _kept(entering.shape, fitting.units_left_out, rng) * (entering > 0)
        active = entering * passing
        error = softmax(active @ self.outer.values + self.outer_bias.values)
        error[np.arange(len(truths)), truths] -= 1
        error /= np.float32(len(truths))
        back = (error @ self.outer.values.T) * passing
        self.outer.step(active.T @ error, rate)
        self.outer_bias.step(error.sum(axis=0), rate)
        self.inner_bias.step(back.sum(axis=0), rate)
        self.inner.step(phrases.T @ back, rate, own)


def _kept(shape: tuple[int, ...], left_out: float, rng: np.random.Generator) -> Narrow:
    """0 for what is left out; the others stand in for it."""
    return (rng.random(shape, dtype=np.float32) >= left_out) * np.float32(1 / (1 - left_out))
