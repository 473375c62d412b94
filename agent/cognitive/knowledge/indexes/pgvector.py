"""PostgreSQL with the extension pgvector: an index that many agents share, filled once.

Words are weighed from a table of postings exactly as in the embedded index, so both give the same scores. Vectors are
searched exactly, within the rows that the tenant may read: an approximate index would look for the nearest of all
first, and lose the tenant's own among them.

A collection is one folder's documents; `fill` replaces it in one transaction, so that callers are answered from the old
documents until the new ones are there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from agent.cognitive.knowledge.document import Chunk
from agent.cognitive.knowledge.ranking import CANDIDATES, Counts
from agent.cognitive.knowledge.retrieval import WordHits, hits_of
from agent.cognitive.knowledge.terms import terms
from agent.cognitive.knowledge.vectors import Vectors
from agent.cognitive.ports import Citation
from agent.errors import ProviderError

_BATCH = 500

_SCHEMA = (
    "CREATE EXTENSION IF NOT EXISTS vector",
    """
    CREATE TABLE IF NOT EXISTS knowledge_chunk (
        collection text NOT NULL, number integer NOT NULL, document text NOT NULL, heading text NOT NULL,
        page integer, at integer NOT NULL, body text NOT NULL, context text NOT NULL, tenants text[],
        length integer NOT NULL, embedding vector, PRIMARY KEY (collection, number)
    )
    """,
    """
    CREATE TABLE IF NOT EXISTS knowledge_posting (
        collection text NOT NULL, term text NOT NULL, number integer NOT NULL, times integer NOT NULL,
        PRIMARY KEY (collection, term, number)
    )
    """,
)
# Two agents that start at once must not create the tables both: CREATE IF NOT EXISTS alone can still collide.
_LOCK = "SELECT pg_advisory_xact_lock(hashtext('milliwatt.knowledge'))"
_MAY_READ = "c.collection = :collection AND (c.tenants IS NULL OR CAST(:tenant AS text) = ANY(c.tenants))"
_SIZE = f"SELECT count(*), coalesce(sum(c.length), 0) FROM knowledge_chunk c WHERE {_MAY_READ}"
_POSTINGS = f"""
SELECT p.term, p.number, p.times, c.length FROM knowledge_posting p
JOIN knowledge_chunk c ON c.collection = p.collection AND c.number = p.number
WHERE p.term = ANY(CAST(:terms AS text[])) AND {_MAY_READ}
"""
_NEAREST = f"""
SELECT c.number, 1 - (c.embedding <=> CAST(:vector AS vector)) AS cosine FROM knowledge_chunk c
WHERE {_MAY_READ} AND vector_dims(c.embedding) = :dimensions
ORDER BY cosine DESC, c.number LIMIT {CANDIDATES}
"""
_CHUNKS = f"""
SELECT c.number, c.document, c.heading, c.page, c.at, c.body, c.context FROM knowledge_chunk c
WHERE c.number = ANY(CAST(:numbers AS integer[])) AND {_MAY_READ}
"""
_ADD_CHUNK = """
INSERT INTO knowledge_chunk VALUES
(:collection, :number, :document, :heading, :page, :at, :body, :context, :tenants, :length, CAST(:vector AS vector))
"""
_ADD_POSTING = "INSERT INTO knowledge_posting VALUES (:collection, :term, :number, :times)"


class PgvectorIndex:
    """A collection of chunks in PostgreSQL.

    Args:
        engine: made by `create_async_engine("postgresql+psycopg://...")`; closed by whoever made it.
        collection: the name of these documents.
    """

    def __init__(self, engine: AsyncEngine, collection: str) -> None:
        self._engine = engine
        self._collection = collection

    async def fill(self, chunks: Sequence[Chunk], vectors: Vectors | None = None) -> None:
        """Puts these chunks in place of the collection's, or leaves it as it was.

        Raises:
            ProviderError: the database refused, or is not there.
        """
        rows = [self._row(number, chunk, vectors) for number, chunk in enumerate(chunks, start=1)]
        postings = [
            {"collection": self._collection, "term": term, "number": number, "times": said.count(term)}
            for number, chunk in enumerate(chunks, start=1)
            for said in (terms(chunk.searched),)
            for term in sorted(set(said))
        ]
        with _vendor_errors():
            async with self._engine.begin() as connection:
                await connection.execute(text(_LOCK))
                for statement in _SCHEMA:
                    await connection.execute(text(statement))
                for table in ("knowledge_posting", "knowledge_chunk"):
                    await connection.execute(
                        text(f"DELETE FROM {table} WHERE collection = :collection"),
                        {"collection": self._collection},
                    )
                for statement, every in ((_ADD_CHUNK, rows), (_ADD_POSTING, postings)):
                    for start in range(0, len(every), _BATCH):
                        await connection.execute(text(statement), every[start : start + _BATCH])

    async def words(self, asked: Sequence[str], tenant: str) -> WordHits:
        reader = self._reader(tenant)
        with _vendor_errors():
            async with self._engine.connect() as connection:
                # One snapshot for both, or a `fill` in between would count postings of other chunks.
                await connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
                count, length = (await connection.execute(text(_SIZE), reader)).one()
                found = (await connection.execute(text(_POSTINGS), {**reader, "terms": list(asked)})).all()
        postings: dict[str, dict[int, int]] = {term: {} for term in asked}
        for term, number, times, _ in found:
            postings[term][number] = times
        lengths = {number: chunk_length for _, number, _, chunk_length in found}
        mean_length = length / max(count, 1)
        return hits_of(Counts(chunks=count, mean_length=mean_length, lengths=lengths, postings=postings))

    async def nearest(self, vector: Vectors, tenant: str) -> Mapping[int, float]:
        values = {**self._reader(tenant), "vector": _literal(vector), "dimensions": len(vector)}
        with _vendor_errors():
            async with self._engine.connect() as connection:
                rows = (await connection.execute(text(_NEAREST), values)).all()
        return {number: float(cosine) for number, cosine in rows}

    async def chunks(self, numbers: Sequence[int], tenant: str) -> Mapping[int, Chunk]:
        values = {**self._reader(tenant), "numbers": list(numbers)}
        with _vendor_errors():
            async with self._engine.connect() as connection:
                rows = (await connection.execute(text(_CHUNKS), values)).all()
        return {
            number: Chunk(
                text=body,
                context=context,
                citation=Citation(document=document, heading=heading, page=page, offset=at),
            )
            for number, document, heading, page, at, body, context in rows
        }

    def _reader(self, tenant: str) -> dict[str, Any]:
        return {"collection": self._collection, "tenant": tenant}

    def _row(self, number: int, chunk: Chunk, vectors: Vectors | None) -> dict[str, Any]:
        return {
            "collection": self._collection,
            "number": number,
            "document": chunk.citation.document,
            "heading": chunk.citation.heading,
            "page": chunk.citation.page,
            "at": chunk.citation.offset,
            # PostgreSQL's text cannot hold a zero byte.
            "body": chunk.text.replace("\0", ""),
            "context": chunk.context.replace("\0", ""),
            "tenants": None if chunk.tenants is None else sorted(chunk.tenants),
            "length": len(terms(chunk.searched)),
            "vector": None if vectors is None else _literal(vectors[number - 1]),
        }


def _literal(vector: Vectors) -> str:
    """A vector as pgvector reads it."""
    return f"[{','.join(repr(float(number)) for number in vector)}]"


@contextmanager
def _vendor_errors() -> Iterator[None]:
    try:
        yield
    except DBAPIError as error:
        raise ProviderError(f"PostgreSQL: {type(error.orig).__name__}: {error.orig}") from error
    except SQLAlchemyError as error:
        raise ProviderError(f"PostgreSQL: {type(error).__name__}") from error
