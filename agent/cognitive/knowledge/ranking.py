"""Which passages answer a question, and how sure that is: BM25, coverage, and the fusion of two orders. Pure.

**Order.** BM25 (Robertson & Zaragoza, "The Probabilistic Relevance Framework", 2009) by words. Where an embedding
model gives a second order, the two are fused by reciprocal ranks (Cormack, Clarke & Büttcher, SIGIR 2009): scores of
different kinds do not add up, ranks do.

**Score.** A BM25 value means nothing by itself, so it cannot say "I don't know". The score of a passage is the share of
the question that it speaks of: each term weighs its inverse document frequency, a term that no document has weighs
most, and the score is the weight of the terms that the passage has over the weight of all. 1 is a passage with every
term of the question. Asked for something that no document mentions, the best passage scores low.

Counts are always those of the chunks that the tenant may read.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

_K1 = 1.2  # both as Robertson & Zaragoza recommend
_B = 0.75
_RANK_CONSTANT = 60  # Cormack, Clarke & Büttcher

CANDIDATES = 50
"""How many chunks of each order are looked at for a question."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """What the readable part of an index says about a question's terms.

    Attributes:
        chunks: how many chunks there are.
        mean_length: in terms.
        lengths: by chunk that has any of the terms, how many terms it has in all.
        postings: by term of the question, how often each chunk has it.
    """

    chunks: int
    mean_length: float
    lengths: Mapping[int, int]
    postings: Mapping[str, Mapping[int, int]]


def term_weights(chunks: int, holders: Mapping[str, int]) -> dict[str, float]:
    """Each term's share of a question, by inverse document frequency; `holders`: how many chunks have it."""
    raw = {term: inverse_document_frequency(chunks, count) for term, count in holders.items()}
    mass = sum(raw.values())
    return {term: weight / mass for term, weight in raw.items()}


def inverse_document_frequency(chunks: int, holders: int) -> float:
    """How much a term tells, in nats: Robertson's weight, kept above 0 for terms that most chunks have."""
    return math.log(1 + (chunks - holders + 0.5) / (holders + 0.5))


def bm25_order(counts: Counts) -> list[int]:
    """The chunks that have any of the terms, best first; equals in the order of the documents."""
    scores: dict[int, float] = {}
    for holders in counts.postings.values():
        weight = inverse_document_frequency(counts.chunks, len(holders))
        for chunk, times in holders.items():
            share = counts.lengths[chunk] / counts.mean_length
            gain = times * (_K1 + 1) / (times + _K1 * (1 - _B + _B * share))
            scores[chunk] = scores.get(chunk, 0.0) + weight * gain
    return sorted(scores, key=lambda chunk: (-scores[chunk], chunk))


def fused(orders: Sequence[Sequence[int]]) -> list[int]:
    """One order of several, by the sum of reciprocal ranks; equals by the smaller number."""
    scores: dict[int, float] = {}
    for order in orders:
        for rank, chunk in enumerate(order, start=1):
            scores[chunk] = scores.get(chunk, 0.0) + 1 / (_RANK_CONSTANT + rank)
    return sorted(scores, key=lambda chunk: (-scores[chunk], chunk))


def score_of(evidence: Mapping[str, float], similarity: float | None, floor: float | None) -> float:
    """The passage's score: what its words cover, or what its meaning does where that is more.

    Args:
        evidence: the question's terms that the passage has, with their shares.
        similarity: cosine of question and passage; None without an embedding model.
        floor: the cosine below which this model's vectors are no evidence at all; None never counts them. It differs
            from model to model, so there is no usual one.
    """
    by_words = min(1.0, sum(evidence.values()))
    if similarity is None or floor is None:
        return by_words
    return max(by_words, min(1.0, (similarity - floor) / (1 - floor)))
