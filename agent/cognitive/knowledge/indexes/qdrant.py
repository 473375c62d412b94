"""Qdrant: an index that many agents share, filled once.

Words are a sparse vector of each chunk, a number each term; the question's sparse vector carries the terms' weights
among what the tenant may read, so that the products add up to BM25 (without its correction for length: chunks are of
one size). Every request carries the tenant's filter, which Qdrant applies while it searches, not after.

A collection is filled under a new name and then takes the alias over, so that callers are answered from the old
documents until the new ones are there.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import httpx
from qdrant_client import AsyncQdrantClient, models
from qdrant_client.common.client_exceptions import QdrantException
from qdrant_client.http.exceptions import ApiException

from agent.cognitive.knowledge.document import Chunk
from agent.cognitive.knowledge.ranking import CANDIDATES, inverse_document_frequency
from agent.cognitive.knowledge.retrieval import WordHits
from agent.cognitive.knowledge.terms import terms
from agent.cognitive.knowledge.vectors import Vectors
from agent.cognitive.ports import Citation
from agent.errors import ProviderError

_WORDS = "words"
_MEANING = "meaning"
_K1 = 1.2
_BATCH = 256
# Filters on other fields would read every chunk.
_FIELDS = {
    "everybody": models.PayloadSchemaType.BOOL,
    "tenants": models.PayloadSchemaType.KEYWORD,
    "terms": models.PayloadSchemaType.KEYWORD,
}


class QdrantIndex:
    """A collection of chunks in Qdrant.

    Args:
        client: closed by whoever made it.
        collection: the name of these documents: an alias of the collection that holds them.
    """

    def __init__(self, client: AsyncQdrantClient, collection: str) -> None:
        self._client = client
        self._collection = collection

    async def fill(self, chunks: Sequence[Chunk], vectors: Vectors | None = None) -> None:
        """Puts these chunks in place of the collection's, or leaves it as it was.

        Raises:
            ProviderError: the server refused, or is not there.
        """
        points = [_point(number, chunk, vectors) for number, chunk in enumerate(chunks, start=1)]
        digest = hashlib.sha256(repr((chunks, None if vectors is None else vectors.tobytes())).encode())
        name = f"{self._collection}.{digest.hexdigest()[:16]}"
        dense: dict[str, models.VectorParams] = {}
        if vectors is not None:
            size = vectors.shape[1]
            dense = {_MEANING: models.VectorParams(size=size, distance=models.Distance.COSINE)}
        with _vendor_errors():
            if name in await self._standing_for():
                return
            if await self._client.collection_exists(name):  # left half full by a process that was killed
                await self._client.delete_collection(name)
            await self._client.create_collection(
                name, vectors_config=dense, sparse_vectors_config={_WORDS: models.SparseVectorParams()}
            )
            for field, schema in _FIELDS.items():
                await self._client.create_payload_index(name, field, schema)
            for start in range(0, len(points), _BATCH):
                await self._client.upsert(name, points[start : start + _BATCH], wait=True)
            await self._take_over(name)

    async def words(self, asked: Sequence[str], tenant: str) -> WordHits:
        with _vendor_errors():
            count = await self._count(_may_read(tenant))
            holders = {term: await self._count(_may_read(tenant, term)) for term in asked}
            if not any(holders.values()):
                return WordHits(chunks=count, holders=holders, order=())
            found = await self._client.query_points(
                self._collection,
                query=_sparse({t: inverse_document_frequency(count, n) for t, n in holders.items() if n}),
                using=_WORDS,
                query_filter=_may_read(tenant),
                limit=CANDIDATES,
                with_payload=False,
            )
        best = sorted(found.points, key=lambda point: (-round(point.score, 5), int(point.id)))
        return WordHits(chunks=count, holders=holders, order=[int(point.id) for point in best])

    async def nearest(self, vector: Vectors, tenant: str) -> Mapping[int, float]:
        with _vendor_errors():
            found = await self._client.query_points(
                self._collection,
                query=[float(number) for number in vector],
                using=_MEANING,
                query_filter=_may_read(tenant),
                search_params=models.SearchParams(exact=True),
                limit=CANDIDATES,
                with_payload=False,
            )
        best = sorted(found.points, key=lambda point: (-round(point.score, 6), int(point.id)))
        return {int(point.id): point.score for point in best}

    async def chunks(self, numbers: Sequence[int], tenant: str) -> Mapping[int, Chunk]:
        wanted = models.HasIdCondition(has_id=list(numbers))
        with _vendor_errors():
            points, _ = await self._client.scroll(
                self._collection,
                scroll_filter=models.Filter(must=[_may_read(tenant), wanted]),
                limit=len(numbers),
                with_payload=True,
            )
        return {int(point.id): _chunk(point.payload or {}) for point in points}

    async def _count(self, readable: models.Filter) -> int:
        return (await self._client.count(self._collection, count_filter=readable, exact=True)).count

    async def _take_over(self, name: str) -> None:
        """Lets the alias stand for the new collection, and drops what it stood for before."""
        old = await self._standing_for()
        drop = [
            models.DeleteAliasOperation(delete_alias=models.DeleteAlias(alias_name=self._collection))
            for _ in old
        ]
        create = models.CreateAliasOperation(
            create_alias=models.CreateAlias(collection_name=name, alias_name=self._collection)
        )
        await self._client.update_collection_aliases([*drop, create])
        for one in old:
            await self._client.delete_collection(one)

    async def _standing_for(self) -> list[str]:
        """The collection that the alias stands for; none before the first `fill`."""
        aliases = (await self._client.get_aliases()).aliases
        return [alias.collection_name for alias in aliases if alias.alias_name == self._collection]


def _may_read(tenant: str, term: str | None = None) -> models.Filter:
    """What holds for every chunk that the tenant may read (and that has the term)."""
    everybody = models.FieldCondition(key="everybody", match=models.MatchValue(value=True))
    own = models.FieldCondition(key="tenants", match=models.MatchValue(value=tenant))
    must: list[Any] = [models.Filter(should=[everybody, own] if tenant else [everybody])]
    if term is not None:
        must.append(models.FieldCondition(key="terms", match=models.MatchValue(value=term)))
    return models.Filter(must=must)


def _point(number: int, chunk: Chunk, vectors: Vectors | None) -> models.PointStruct:
    counts = Counter(terms(chunk.searched))
    named: dict[str, Any] = {
        _WORDS: _sparse({term: times * (_K1 + 1) / (times + _K1) for term, times in counts.items()})
    }
    if vectors is not None:
        named[_MEANING] = [float(value) for value in vectors[number - 1]]
    cited = chunk.citation
    return models.PointStruct(
        id=number,
        vector=named,
        payload={
            "document": cited.document,
            "heading": cited.heading,
            "page": cited.page,
            "offset": cited.offset,
            "text": chunk.text,
            "context": chunk.context,
            "everybody": chunk.tenants is None,
            "tenants": sorted(chunk.tenants or ()),
            "terms": sorted(counts),
        },
    )


def _chunk(payload: Mapping[str, Any]) -> Chunk:
    return Chunk(
        text=payload["text"],
        context=payload["context"],
        citation=Citation(
            document=payload["document"],
            heading=payload["heading"],
            page=payload["page"],
            offset=payload["offset"],
        ),
    )


def _sparse(weights: Mapping[str, float]) -> models.SparseVector:
    """Terms by number; two terms of one number (one in four thousand millions) are taken for one."""
    by_number: dict[int, float] = {}
    for term, weight in weights.items():
        number = int.from_bytes(hashlib.blake2b(term.encode(), digest_size=4).digest())
        by_number[number] = by_number.get(number, 0.0) + weight
    return models.SparseVector(indices=sorted(by_number), values=[by_number[n] for n in sorted(by_number)])


@contextmanager
def _vendor_errors() -> Iterator[None]:
    try:
        yield
    except (ApiException, QdrantException, httpx.HTTPError) as error:
        raise ProviderError(f"Qdrant: {type(error).__name__}: {str(error)[:200]}") from error
    except ValueError as error:  # what its local mode raises where a server answers 404
        raise ProviderError(f"Qdrant: {error}") from error
