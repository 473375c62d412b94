import asyncio
from collections.abc import Iterator, Sequence

import pytest
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from agent.cognitive.knowledge.document import Chunk
from agent.cognitive.knowledge.indexes.embedded import EmbeddedIndex, index_image
from agent.cognitive.knowledge.indexes.pgvector import PgvectorIndex
from agent.cognitive.knowledge.retrieval import IndexedKnowledge
from agent.cognitive.knowledge.vectors import vectors_of
from agent.cognitive.ports import Embedder
from agent.errors import ProviderError
from tests.pgvector_server import free_port, pgvector_server
from tests.ports.knowledge import CHUNKS, OPEN, PETS, check_knowledge


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with pgvector_server() as address:
        yield address


async def filled(address: str, chunks: Sequence[Chunk], embedder: Embedder | None) -> IndexedKnowledge:
    index = PgvectorIndex(create_async_engine(address, poolclass=NullPool), f"of {len(chunks)} {embedder}")
    vectors = await vectors_of(embedder, [one.searched for one in chunks]) if embedder else None
    await index.fill(chunks, vectors)
    return IndexedKnowledge(index, embedder)


def test_it_keeps_the_ports_promises(server: str) -> None:
    asyncio.run(check_knowledge(lambda chunks, embedder: filled(server, chunks, embedder)))


def test_it_answers_as_the_embedded_index_does(server: str) -> None:
    async def both() -> None:
        there = await filled(server, CHUNKS, None)
        here = IndexedKnowledge(EmbeddedIndex(index_image(CHUNKS)))
        for question in ("deposit", "the shop's door", "what is the deposit for a locker at the door"):
            for tenant in ("", "north", "east"):
                assert await there.search(question, tenant, 5) == await here.search(question, tenant, 5)

    asyncio.run(both())


def test_filling_replaces_the_collection_and_no_other(server: str) -> None:
    async def refilled() -> None:
        engine = create_async_engine(server, poolclass=NullPool)
        first, second = PgvectorIndex(engine, "first"), PgvectorIndex(engine, "second")
        await first.fill([OPEN])
        await second.fill([OPEN])
        await first.fill([PETS])
        assert not await IndexedKnowledge(first).search("open", "", 1)
        assert await IndexedKnowledge(first).search("pets", "", 1)
        assert await IndexedKnowledge(second).search("open", "", 1)

    asyncio.run(refilled())


def test_a_fill_that_fails_leaves_the_old_documents(server: str) -> None:
    async def failed() -> None:
        index = PgvectorIndex(create_async_engine(server, poolclass=NullPool), "kept")
        await index.fill([OPEN])
        twice = [PETS, OPEN]
        vectors = await vectors_of(_Unusable(), [one.searched for one in twice])
        with pytest.raises(ProviderError):
            await index.fill(twice, vectors)
        assert await IndexedKnowledge(index).search("open", "", 1)

    asyncio.run(failed())


def test_a_database_that_is_gone_is_a_providers_error() -> None:
    async def gone() -> None:
        address = f"postgresql+psycopg://milliwatt@127.0.0.1:{free_port()}/postgres"
        index = PgvectorIndex(create_async_engine(address, poolclass=NullPool), "any")
        with pytest.raises(ProviderError, match="PostgreSQL"):
            await IndexedKnowledge(index).search("deposit", "", 1)

    asyncio.run(gone())


class _Unusable:
    """Vectors of more numbers than pgvector keeps (16,000)."""

    name = "unusable"

    async def embed(self, texts: Sequence[str]) -> Sequence[Sequence[float]]:
        return [[1.0] * 16_001 for _ in texts]
