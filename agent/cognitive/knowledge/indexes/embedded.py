"""The embedded index: SQLite's FTS5 for the words, numpy for the vectors, all in memory.

FTS5 keeps which chunk has which term how often; its own `bm25()` is not used, for that counts the whole table, and a
tenant's answers would then depend on documents that it may not read. Every query here names the readable audiences.

An index is a pure function of the documents, so it is kept by their content: `ContentCache` writes it whole or not at
all, and a new version of the layout or another model has another key.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from agent.cache import ContentCache, cache_key
from agent.cognitive.knowledge.document import Chunk
from agent.cognitive.knowledge.folder import Folder
from agent.cognitive.knowledge.ranking import CANDIDATES, Counts
from agent.cognitive.knowledge.reading import chunks_of_folder
from agent.cognitive.knowledge.retrieval import IndexedKnowledge, WordHits, hits_of
from agent.cognitive.knowledge.terms import terms
from agent.cognitive.knowledge.vectors import Vectors, vectors_of
from agent.cognitive.ports import Citation, Embedder

INDEX_VERSION = 1
"""Of the tables, of chunking and of terms: a change to any of them makes another index."""

_KIND = "knowledge-index"
_EVERYBODY = ""

_TABLES = """
CREATE TABLE chunk (
    id INTEGER PRIMARY KEY, document TEXT, heading TEXT, page INTEGER, at INTEGER, text TEXT, context TEXT,
    audience INTEGER, length INTEGER, vector BLOB
);
CREATE INDEX chunk_audience ON chunk (audience, length);
CREATE TABLE reader (tenant TEXT, audience INTEGER, PRIMARY KEY (tenant, audience)) WITHOUT ROWID;
CREATE VIRTUAL TABLE word USING fts5(terms, content='', tokenize='unicode61');
CREATE VIRTUAL TABLE posting USING fts5vocab(word, instance);
"""
# CROSS JOIN keeps SQLite from turning the loops round: the term first, then its chunks.
_POSTINGS = """
SELECT posting.doc, count(*), chunk.length FROM posting CROSS JOIN chunk ON chunk.id = posting.doc
WHERE posting.term = ? AND chunk.audience IN ({audiences}) GROUP BY posting.doc
"""
_CHUNKS = """
SELECT id, document, heading, page, at, text, context FROM chunk
WHERE id IN ({numbers}) AND audience IN ({audiences})
"""
Numbers = npt.NDArray[np.int64]


class EmbeddedIndex:
    """Chunks in this process's memory.

    Args:
        image: an index as `index_image` makes it.
    """

    def __init__(self, image: bytes) -> None:
        self._database = sqlite3.connect(":memory:", check_same_thread=False)
        self._database.deserialize(image)
        self._sizes: dict[tuple[int, ...], tuple[int, float]] = {}
        self._numbers, self._vectors, self._audiences = self._load_vectors()

    async def words(self, asked: Sequence[str], tenant: str) -> WordHits:
        audiences = self._readable(tenant)
        count, mean_length = self._size(audiences)
        query = _POSTINGS.format(audiences=_marks(audiences))
        postings: dict[str, dict[int, int]] = {}
        lengths: dict[int, int] = {}
        for term in asked:
            found = self._database.execute(query, (term, *audiences)).fetchall()
            postings[term] = {number: times for number, times, _ in found}
            lengths.update((number, length) for number, _, length in found)
        return hits_of(Counts(chunks=count, mean_length=mean_length, lengths=lengths, postings=postings))

    async def nearest(self, vector: Vectors, tenant: str) -> Mapping[int, float]:
        if self._vectors.shape[1] != vector.shape[0]:
            return {}
        rows = np.flatnonzero(np.isin(self._audiences, self._readable(tenant)))
        # Rounded, so that how many rows are multiplied at once does not show.
        cosines = np.round(self._vectors[rows].astype(np.float64) @ vector.astype(np.float64), 6)
        best = np.lexsort((self._numbers[rows], -cosines))[:CANDIDATES]
        return {int(self._numbers[rows[at]]): float(cosines[at]) for at in best}

    async def chunks(self, numbers: Sequence[int], tenant: str) -> Mapping[int, Chunk]:
        audiences = self._readable(tenant)
        query = _CHUNKS.format(numbers=_marks(numbers), audiences=_marks(audiences))
        return {
            number: Chunk(
                text=text,
                context=context,
                citation=Citation(document=document, heading=heading, page=page, offset=at),
            )
            for number, document, heading, page, at, text, context in self._database.execute(
                query, (*numbers, *audiences)
            )
        }

    def close(self) -> None:
        """Gives the memory back; nothing can be asked afterwards."""
        self._database.close()

    def _readable(self, tenant: str) -> tuple[int, ...]:
        """The audiences that the tenant is of."""
        rows = self._database.execute(
            "SELECT DISTINCT audience FROM reader WHERE tenant IN (?, ?) ORDER BY audience",
            (_EVERYBODY, tenant),
        )
        return tuple(number for (number,) in rows)

    def _size(self, audiences: tuple[int, ...]) -> tuple[int, float]:
        """How many chunks may be read, and their mean length."""
        if audiences not in self._sizes:
            query = (
                f"SELECT count(*), ifnull(sum(length), 0) FROM chunk WHERE audience IN ({_marks(audiences)})"
            )
            count, length = self._database.execute(query, audiences).fetchone()
            self._sizes[audiences] = (count, length / max(count, 1))
        return self._sizes[audiences]

    def _load_vectors(self) -> tuple[Numbers, Vectors, Numbers]:
        query = "SELECT id, audience, vector FROM chunk WHERE vector IS NOT NULL ORDER BY id"
        rows = self._database.execute(query).fetchall()
        vectors = [np.frombuffer(vector, dtype=np.float32) for _, _, vector in rows]
        return (
            np.array([number for number, _, _ in rows], dtype=np.int64),
            np.stack(vectors) if vectors else np.zeros((0, 0), dtype=np.float32),
            np.array([audience for _, audience, _ in rows], dtype=np.int64),
        )


async def embedded_knowledge(
    folder: Folder,
    *,
    cache: ContentCache | None = None,
    embedder: Embedder | None = None,
    similarity_floor: float | None = None,
) -> IndexedKnowledge:
    """The documents of a folder, indexed; from the cache where these documents were indexed before.

    Raises:
        BadKnowledge: a document cannot be read.
        ProviderError: the embedding model did not answer.
    """
    model = embedder.name if embedder is not None else ""
    key = cache_key("index", INDEX_VERSION, sqlite3.sqlite_version, model, folder.fingerprint)
    image = cache.get(_KIND, key) if cache is not None else None
    if image is None:
        chunks = chunks_of_folder(folder)
        vectors = None
        if embedder is not None:
            vectors = await vectors_of(embedder, [chunk.searched for chunk in chunks])
        image = index_image(chunks, vectors)
        if cache is not None:
            cache.put(_KIND, key, image)
    return IndexedKnowledge(EmbeddedIndex(image), embedder, similarity_floor)


def index_image(chunks: Sequence[Chunk], vectors: Vectors | None = None) -> bytes:
    """An index of these chunks as bytes: the same for the same chunks."""
    database = sqlite3.connect(":memory:")
    try:
        database.executescript(_TABLES)
        audiences = _numbered_audiences(chunks)
        for tenants, number in audiences.items():
            names = [_EVERYBODY] if tenants is None else sorted(tenants)
            database.executemany("INSERT INTO reader VALUES (?, ?)", [(name, number) for name in names])
        for number, chunk in enumerate(chunks, start=1):
            said = terms(chunk.searched)
            cited = chunk.citation
            vector = vectors[number - 1].tobytes() if vectors is not None else None
            database.execute(
                "INSERT INTO chunk VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (number, cited.document, cited.heading, cited.page, cited.offset, chunk.text)
                + (chunk.context, audiences[chunk.tenants], len(said), vector),
            )
            database.execute("INSERT INTO word (rowid, terms) VALUES (?, ?)", (number, " ".join(said)))
        database.commit()
        return database.serialize()
    finally:
        database.close()


def _numbered_audiences(chunks: Iterable[Chunk]) -> dict[frozenset[str] | None, int]:
    numbered: dict[frozenset[str] | None, int] = {}
    for chunk in chunks:
        numbered.setdefault(chunk.tenants, len(numbered) + 1)
    return numbered


def _marks(values: Sequence[object]) -> str:
    return ", ".join("?" * len(values))
