"""The embedded index: SQLite's FTS5 for the words, numpy for the vectors, all in memory.

FTS5 keeps which chunk has which term how often; its own `bm25()` is not used, for that counts the whole table, and a
tenant's answers would then depend on documents that it may not read. Every query here names the readable audiences.

An index is a pure function of the documents, so it is kept by their content: `ContentCache` writes it whole or not at
all, and a new version of the layout or another model has another key.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence

import numpy as np

from agent.cache import ContentCache, cache_key
from agent.cognitive.knowledge.document import Chunk
from agent.cognitive.knowledge.folder import Folder
from agent.cognitive.knowledge.ranking import CANDIDATES, Counts, bm25_order, fused
from agent.cognitive.knowledge.reading import chunks_of_folder
from agent.cognitive.knowledge.retrieval import passages_of, question_terms
from agent.cognitive.knowledge.terms import terms
from agent.cognitive.knowledge.vectors import Vectors, question_vector, vectors_of
from agent.cognitive.ports import Citation, Embedder, Passage

INDEX_VERSION = 1
"""Of the tables, of chunking and of terms: a change to any of them makes another index."""

_KIND = "knowledge-index"
_EVERYBODY = ""

_TABLES = """
CREATE TABLE chunk (
    id INTEGER PRIMARY KEY, document TEXT, heading TEXT, page INTEGER, at INTEGER, text TEXT,
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


class EmbeddedKnowledge:
    """Documents in this process's memory, asked by words and, with an embedding model, by meaning.

    Args:
        image: an index as `index_image` makes it.
        embedder: the model that the index was made with, if one was.
        similarity_floor: the model's cosine that is no evidence; None lets vectors order passages, not vouch for them.
    """

    def __init__(
        self, image: bytes, embedder: Embedder | None = None, similarity_floor: float | None = None
    ) -> None:
        self._database = sqlite3.connect(":memory:", check_same_thread=False)
        self._database.deserialize(image)
        self._embedder = embedder
        self._similarity_floor = similarity_floor
        self._readable: dict[tuple[int, ...], tuple[int, float]] = {}
        self._numbers, self._vectors, self._audiences = self._load_vectors()

    async def search(self, question: str, tenant: str, limit: int) -> Sequence[Passage]:
        asked = question_terms(question)
        audiences = self._readable_audiences(tenant)
        if not asked or not audiences or limit < 1:
            return ()
        count, mean_length = self._size(audiences)
        vector = await question_vector(self._embedder, question)
        counts = self._counts(asked, audiences, count, mean_length)
        orders = [bm25_order(counts)[:CANDIDATES]]
        similarities: dict[int, float] = {}
        if vector is not None:
            similarities = self._similarities(vector, audiences)
            nearest = sorted(similarities, key=lambda number: (-similarities[number], number))
            orders.append(nearest[:CANDIDATES])
        order = fused(orders)[:limit] if len(orders) > 1 else orders[0][:limit]
        return passages_of(
            order,
            self._chunks(order),
            chunk_count=count,
            holders={term: len(counts.postings[term]) for term in asked},
            has={
                number: frozenset(term for term in asked if number in counts.postings[term])
                for number in order
            },
            similarities=similarities,
            similarity_floor=self._similarity_floor,
        )

    def close(self) -> None:
        """Gives the memory back; nothing can be asked afterwards."""
        self._database.close()

    def _readable_audiences(self, tenant: str) -> tuple[int, ...]:
        rows = self._database.execute(
            "SELECT DISTINCT audience FROM reader WHERE tenant IN (?, ?) ORDER BY audience", (_EVERYBODY, tenant)
        )
        return tuple(number for (number,) in rows)

    def _size(self, audiences: tuple[int, ...]) -> tuple[int, float]:
        """How many chunks may be read, and their mean length."""
        if audiences not in self._readable:
            query = f"SELECT count(*), sum(length) FROM chunk WHERE audience IN ({_marks(audiences)})"
            count, length = self._database.execute(query, audiences).fetchone()
            self._readable[audiences] = (count, length / count)
        return self._readable[audiences]

    def _counts(
        self, asked: Sequence[str], audiences: tuple[int, ...], count: int, mean_length: float
    ) -> Counts:
        query = _POSTINGS.format(audiences=_marks(audiences))
        postings: dict[str, dict[int, int]] = {}
        lengths: dict[int, int] = {}
        for term in asked:
            found = self._database.execute(query, (term, *audiences)).fetchall()
            postings[term] = {number: times for number, times, _ in found}
            lengths.update((number, length) for number, _, length in found)
        return Counts(chunks=count, mean_length=mean_length, lengths=lengths, postings=postings)

    def _similarities(self, vector: Vectors, audiences: tuple[int, ...]) -> dict[int, float]:
        if self._vectors.shape[1] != vector.shape[0]:
            return {}
        rows = np.flatnonzero(np.isin(self._audiences, audiences))
        # Rounded, so that how many rows are multiplied at once does not show.
        cosines = np.round(self._vectors[rows].astype(np.float64) @ vector.astype(np.float64), 6)
        return dict(zip(self._numbers[rows].tolist(), cosines.tolist(), strict=True))

    def _chunks(self, numbers: Sequence[int]) -> dict[int, Chunk]:
        query = f"SELECT id, document, heading, page, at, text FROM chunk WHERE id IN ({_marks(numbers)})"
        return {
            number: Chunk(
                text=text, citation=Citation(document=document, heading=heading, page=page, offset=at)
            )
            for number, document, heading, page, at, text in self._database.execute(query, tuple(numbers))
        }

    def _load_vectors(self) -> tuple[np.ndarray, Vectors, np.ndarray]:
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
) -> EmbeddedKnowledge:
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
    return EmbeddedKnowledge(image, embedder, similarity_floor)


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
                "INSERT INTO chunk VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (number, cited.document, cited.heading, cited.page, cited.offset, chunk.text)
                + (audiences[chunk.tenants], len(said), vector),
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
