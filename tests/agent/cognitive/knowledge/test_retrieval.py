"""Laws of the search: what a tenant may not read is not there."""

import asyncio

from hypothesis import given, settings
from hypothesis import strategies as st

from agent.cognitive.knowledge.document import Chunk, may_read
from agent.cognitive.knowledge.indexes.embedded import EmbeddedIndex, index_image
from agent.cognitive.knowledge.ranking import fused, inverse_document_frequency, score_of, term_weights
from agent.cognitive.knowledge.retrieval import IndexedKnowledge, question_terms
from agent.cognitive.knowledge.vectors import vectors_of
from agent.cognitive.ports import Citation, Embedder, Passage
from tests.fakes.word_embedder import WordEmbedder

WORDS = ("deposit", "locker", "shop", "dog", "parking", "price", "Monday", "code")
sentences = st.lists(st.sampled_from(WORDS), min_size=1, max_size=8).map(" ".join)
tenants = st.one_of(st.none(), st.frozensets(st.sampled_from("abc"), min_size=1))


@st.composite
def libraries(draw: st.DrawFn) -> list[Chunk]:
    texts = draw(st.lists(st.tuples(sentences, tenants), min_size=1, max_size=8))
    return [
        Chunk(text=text, citation=Citation(document=f"{at}.md"), tenants=readers)
        for at, (text, readers) in enumerate(texts)
    ]


def asked(chunks: list[Chunk], question: str, tenant: str, embedder: Embedder | None) -> list[Passage]:
    async def search() -> list[Passage]:
        vectors = await vectors_of(embedder, [one.searched for one in chunks]) if embedder else None
        index = EmbeddedIndex(index_image(chunks, vectors))
        try:
            return list(await IndexedKnowledge(index, embedder, 0.2).search(question, tenant, 5))
        finally:
            index.close()

    return asyncio.run(search())


@settings(max_examples=60, deadline=None)
@given(libraries(), sentences, st.sampled_from(["", "a", "b", "d"]), st.booleans())
def test_a_tenants_answers_are_those_of_an_index_without_the_others_documents(
    chunks: list[Chunk], question: str, tenant: str, by_meaning: bool
) -> None:
    embedder = WordEmbedder() if by_meaning else None
    readable = [chunk for chunk in chunks if may_read(tenant, chunk.tenants)]
    found = asked(chunks, question, tenant, embedder)
    assert found == (asked(readable, question, tenant, embedder) if readable else [])
    assert {passage.citation for passage in found} <= {chunk.citation for chunk in readable}


@settings(max_examples=60, deadline=None)
@given(libraries(), sentences)
def test_a_score_is_the_share_that_the_evidence_has(chunks: list[Chunk], question: str) -> None:
    for passage in asked(chunks, question, "a", None):
        assert 0 < passage.score <= 1
        assert abs(sum(passage.evidence.values()) - passage.score) < 1e-9
        assert (set(passage.evidence) == set(question_terms(question))) == (passage.score > 1 - 1e-9)


@given(st.dictionaries(st.text(), st.integers(0, 50), min_size=1, max_size=9))
def test_shares_add_up_to_one_and_rarer_terms_have_more(holders: dict[str, int]) -> None:
    weights = term_weights(50, holders)
    assert abs(sum(weights.values()) - 1) < 1e-9
    assert sorted(weights, key=lambda t: -weights[t])[0] in [
        t for t in holders if holders[t] == min(holders.values())
    ]


def test_the_weight_of_a_term_is_robertsons() -> None:
    # ln(1 + (10 - 3 + 0.5) / (3 + 0.5)), by hand
    assert abs(inverse_document_frequency(10, 3) - 1.1451323) < 1e-6


def test_two_orders_are_fused_by_reciprocal_ranks() -> None:
    # 1: 1/61 + 1/63; 2: 1/62 + 1/61; 3: 1/63; 4: 1/62
    assert fused([[1, 2, 3], [2, 4, 1]]) == [2, 1, 4, 3]


def test_a_cosine_counts_from_its_floor_and_never_without_one() -> None:
    assert score_of({"a": 0.25}, 0.9, None) == 0.25
    assert abs(score_of({"a": 0.25}, 0.9, 0.6) - 0.75) < 1e-9
    assert score_of({"a": 0.25}, 0.1, 0.6) == 0.25


def test_numbers_are_the_same_terms_as_words_and_money_speaks_of_cost() -> None:
    assert question_terms("Are you open at 9:30?") == question_terms("open at nine thirty")
    assert question_terms("how much is a check-up") == ["cost", "check"]
    assert question_terms("how much time does it take") == ["time", "take"]
    assert question_terms("um what is it please") == []
