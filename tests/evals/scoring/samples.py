"""Samples of calls whose truth is known, and how often intervals of them hold it."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from scipy.stats import norm

from evals.scoring.statistics import CallSums, bootstrap_ratio, percentile_interval


def latencies(rng: np.random.Generator) -> CallSums:
    """Six turns in each of 100 calls, which are slow or quick as a whole; 800 ms in the mean."""
    per_call = 800 + 150 * rng.standard_normal((100, 1)) + 100 * rng.standard_normal((100, 6))
    return CallSums(numerator=per_call.sum(axis=1), denominator=np.full(100, 6.0))


def single_turns(rng: np.random.Generator) -> CallSums:
    """The same turns, each taken for a call of its own."""
    per_turn = 800 + 150 * rng.standard_normal((100, 1)) + 100 * rng.standard_normal((100, 6))
    return CallSums(numerator=per_turn.ravel(), denominator=np.ones(600))


def words_wrong(rng: np.random.Generator) -> CallSums:
    """20 to 60 words in each of 100 calls, some of which are heard badly as a whole; one word in ten is wrong."""
    words = rng.integers(20, 61, size=100)
    return CallSums(
        numerator=rng.binomial(words, rng.beta(2, 18, size=100)).astype(float),
        denominator=words.astype(float),
    )


def bootstrap_coverage(
    draw: Callable[[np.random.Generator], CallSums], truth: float, comparisons: int
) -> float:
    """The share of samples whose 95 % bootstrap interval holds the truth."""
    rng = np.random.default_rng(7)
    found = 0
    for _ in range(comparisons):
        low, high = np.quantile(bootstrap_ratio(draw(rng), rng, resamples=400), [0.025, 0.975])
        found += low <= truth <= high
    return found / comparisons


def percentile_coverage(share: float, count: int, comparisons: int) -> float:
    """The share of samples of a lognormal latency whose 95 % interval from ranks holds the true percentile."""
    rng = np.random.default_rng(7)
    truth = float(np.exp(0.35 * norm.ppf(share)))
    found = 0
    for _ in range(comparisons):
        interval = percentile_interval(np.exp(0.35 * rng.standard_normal(count)).tolist(), share)
        low = -math.inf if interval.low is None else interval.low
        found += low <= truth <= (math.inf if interval.high is None else interval.high)
    return found / comparisons
