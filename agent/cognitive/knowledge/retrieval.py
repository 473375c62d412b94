"""From what an index says about a question to passages: the last step of every index. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from agent.cognitive.knowledge.document import Chunk
from agent.cognitive.knowledge.ranking import score_of, term_weights
from agent.cognitive.knowledge.terms import terms
from agent.cognitive.ports import Passage
from agent.cognitive.spoken_words import spoken_form

MAX_QUESTION_TERMS = 40
"""A question has some five; a caller who tells a story is searched for by its first terms."""


_HOW_MUCH = re.compile(r"\bhow much\b(?! (?:time|longer|later|earlier))")


def question_terms(question: str) -> list[str]:
    """The different terms of a question, in order. "How much" asks for a cost, in words that no document uses."""
    asked = _HOW_MUCH.sub("cost", spoken_form(question))
    return list(dict.fromkeys(terms(asked)))[:MAX_QUESTION_TERMS]


def passages_of(
    order: Sequence[int],
    chunks: Mapping[int, Chunk],
    *,
    chunk_count: int,
    holders: Mapping[str, int],
    has: Mapping[int, frozenset[str]],
    similarities: Mapping[int, float] | None = None,
    similarity_floor: float | None = None,
) -> list[Passage]:
    """The passages of `order`, with score and evidence.

    Args:
        order: chunks, best first.
        chunks: their texts.
        chunk_count: how many chunks the tenant may read.
        holders: by term of the question, how many of those have it.
        has: by chunk, the question's terms it has.
        similarities: by chunk, the cosine of its vector and the question's.
        similarity_floor: see `ranking.score_of`.
    """
    weights = term_weights(chunk_count, holders)
    passages = []
    for number in order:
        held = has.get(number, frozenset())
        evidence = {term: weight for term, weight in weights.items() if term in held}
        similarity = (similarities or {}).get(number)
        passages.append(
            Passage(
                text=chunks[number].text,
                score=score_of(evidence, similarity, similarity_floor),
                citation=chunks[number].citation,
                evidence=evidence,
            )
        )
    return passages
