"""From a question to passages: the same steps over every index.

An index knows three things: which chunks have the question's words, which are near its vector, and the chunks' texts.
It answers each for one tenant, and for nobody else.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from agent.cognitive.knowledge.document import Chunk
from agent.cognitive.knowledge.ranking import CANDIDATES, Counts, bm25_order, fused, score_of, term_weights
from agent.cognitive.knowledge.terms import COST, term_set, terms
from agent.cognitive.knowledge.vectors import Vectors, question_vector
from agent.cognitive.ports import Embedder, Passage
from agent.cognitive.spoken_words import spoken_form

MAX_QUESTION_TERMS = 40
"""A question of `corpora/knowledge` has three; a caller who tells a story is searched for by its first terms."""

_HOW_MUCH = re.compile(r"\bhow much\b(?! (?:time|longer|later|earlier))")


@dataclass(frozen=True, slots=True, kw_only=True)
class WordHits:
    """What the words of a question find among the chunks that a tenant may read.

    Attributes:
        chunks: how many there are.
        holders: by term of the question, how many of them have it.
        order: the best by BM25, at most `CANDIDATES`.
    """

    chunks: int
    holders: Mapping[str, int]
    order: Sequence[int]


class Index(Protocol):
    """Chunks, numbered from 1 in the order of the documents."""

    async def words(self, asked: Sequence[str], tenant: str) -> WordHits:
        """What the terms `asked`, all different, find.

        Raises:
            ProviderError: the index did not answer.
        """
        ...

    async def nearest(self, vector: Vectors, tenant: str) -> Mapping[int, float]:
        """The chunks nearest to a vector of length 1 with their cosines, nearest first, at most `CANDIDATES`."""
        ...

    async def chunks(self, numbers: Sequence[int], tenant: str) -> Mapping[int, Chunk]:
        """The chunks of these numbers, as far as the tenant may read them."""
        ...


class IndexedKnowledge:
    """`Knowledge` over an index.

    Args:
        embedder: the model that the index was filled with, if one was.
        similarity_floor: the model's cosine that is no evidence; None lets vectors order passages, not vouch for them.
    """

    def __init__(
        self, index: Index, embedder: Embedder | None = None, similarity_floor: float | None = None
    ) -> None:
        if similarity_floor is not None and not -1 <= similarity_floor < 1:
            raise ValueError(f"a similarity floor of {similarity_floor} is no cosine below 1")
        self._index = index
        self._embedder = embedder
        self._similarity_floor = similarity_floor

    async def search(self, question: str, tenant: str, limit: int) -> Sequence[Passage]:
        asked = question_terms(question)
        if not asked or limit < 1:
            return []
        hits = await self._index.words(asked, tenant)
        if not hits.chunks:
            return []
        near: Mapping[int, float] = {}
        vector = await question_vector(self._embedder, question)
        if vector is not None:
            near = await self._index.nearest(vector, tenant)
        order = (fused([hits.order, list(near)]) if near else list(hits.order))[:limit]
        chunks = await self._index.chunks(order, tenant) if order else {}
        weights = term_weights(hits.chunks, hits.holders)
        return [
            self._passage(chunks[number], weights, near.get(number)) for number in order if number in chunks
        ]

    def _passage(self, chunk: Chunk, weights: Mapping[str, float], similarity: float | None) -> Passage:
        held = term_set(chunk.searched)
        evidence = {term: weight for term, weight in weights.items() if term in held}
        score = score_of(evidence, similarity, self._similarity_floor)
        return Passage(text=chunk.text, score=score, citation=chunk.citation, evidence=evidence)


def question_terms(question: str) -> list[str]:
    """The different terms of a question, in order. "How much" asks for a cost in words that no document uses."""
    asked = _HOW_MUCH.sub(COST, spoken_form(question))
    return list(dict.fromkeys(terms(asked)))[:MAX_QUESTION_TERMS]


def hits_of(counts: Counts) -> WordHits:
    """What an index that can count every term of the question has found."""
    return WordHits(
        chunks=counts.chunks,
        holders={term: len(chunks) for term, chunks in counts.postings.items()},
        order=bm25_order(counts)[:CANDIDATES],
    )
