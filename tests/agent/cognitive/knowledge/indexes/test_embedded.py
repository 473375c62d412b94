import asyncio
from collections.abc import Sequence

from agent.cognitive.knowledge.document import Chunk
from agent.cognitive.knowledge.indexes.embedded import EmbeddedIndex, index_image
from agent.cognitive.knowledge.retrieval import IndexedKnowledge
from agent.cognitive.knowledge.vectors import vectors_of
from agent.cognitive.ports import Embedder
from tests.ports.knowledge import CHUNKS, check_knowledge


async def filled(chunks: Sequence[Chunk], embedder: Embedder | None) -> IndexedKnowledge:
    vectors = await vectors_of(embedder, [one.searched for one in chunks]) if embedder else None
    return IndexedKnowledge(EmbeddedIndex(index_image(chunks, vectors)), embedder)


def test_it_keeps_the_ports_promises() -> None:
    asyncio.run(check_knowledge(filled))


def test_equal_chunks_make_equal_bytes() -> None:
    assert index_image(CHUNKS) == index_image(CHUNKS)
