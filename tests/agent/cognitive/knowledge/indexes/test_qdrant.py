"""Qdrant's own local mode stands in for its server: the client's code, no network."""

import asyncio
from collections.abc import Sequence

import pytest
from qdrant_client import AsyncQdrantClient

from agent.cognitive.knowledge.document import Chunk
from agent.cognitive.knowledge.indexes.qdrant import QdrantIndex
from agent.cognitive.knowledge.retrieval import IndexedKnowledge
from agent.cognitive.knowledge.vectors import vectors_of
from agent.cognitive.ports import Embedder
from agent.errors import ProviderError
from tests.pgvector_server import free_port
from tests.ports.knowledge import OPEN, PETS, check_knowledge

# A server has use for what the local mode has none for.
pytestmark = [
    pytest.mark.filterwarnings("ignore:Payload indexes have no effect in the local Qdrant"),
    pytest.mark.filterwarnings("ignore:Local mode performs exact"),
]


async def filled(chunks: Sequence[Chunk], embedder: Embedder | None) -> IndexedKnowledge:
    index = QdrantIndex(AsyncQdrantClient(":memory:"), "documents")
    vectors = await vectors_of(embedder, [one.searched for one in chunks]) if embedder else None
    await index.fill(chunks, vectors)
    return IndexedKnowledge(index, embedder)


def test_it_keeps_the_ports_promises() -> None:
    asyncio.run(check_knowledge(filled))


def test_filling_replaces_the_collection() -> None:
    async def refilled() -> list[str]:
        client = AsyncQdrantClient(":memory:")
        index = QdrantIndex(client, "documents")
        for chunks in ([OPEN], [OPEN], [PETS]):
            await index.fill(chunks)
        assert not await IndexedKnowledge(index).search("open", "", 1)
        assert await IndexedKnowledge(index).search("pets", "", 1)
        return [one.name for one in (await client.get_collections()).collections]

    assert len(asyncio.run(refilled())) == 1


def test_what_was_never_filled_and_a_server_that_is_gone_are_providers_errors() -> None:
    async def asked(client: AsyncQdrantClient) -> None:
        with pytest.raises(ProviderError, match="Qdrant"):
            await IndexedKnowledge(QdrantIndex(client, "documents")).search("deposit", "", 1)

    asyncio.run(asked(AsyncQdrantClient(":memory:")))
    gone = AsyncQdrantClient(url=f"http://127.0.0.1:{free_port()}", check_compatibility=False)
    asyncio.run(asked(gone))
