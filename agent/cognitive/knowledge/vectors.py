"""Vectors of texts as rows of numbers: made in batches, checked, of length 1."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from agent.cognitive.ports import Embedder
from agent.errors import ProviderError

Vectors = npt.NDArray[np.float32]

_BATCH = 64


async def vectors_of(embedder: Embedder, texts: Sequence[str]) -> Vectors:
    """A row of length 1 for each text, float32 of shape (texts, dimensions).

    Raises:
        ProviderError: the model did not answer, or not with one vector a text.
    """
    rows: list[Sequence[float]] = []
    for start in range(0, len(texts), _BATCH):
        batch = texts[start : start + _BATCH]
        answer = await embedder.embed(batch)
        if len(answer) != len(batch):
            raise ProviderError(f"{embedder.name}: {len(answer)} vectors for {len(batch)} texts")
        rows += answer
    widths = {len(row) for row in rows}
    if len(widths) > 1 or 0 in widths:
        raise ProviderError(f"{embedder.name}: vectors of {sorted(widths)} numbers")
    matrix = np.asarray(rows, dtype=np.float32).reshape(len(rows), -1)
    if not np.isfinite(matrix).all():
        raise ProviderError(f"{embedder.name}: a vector with a number that is none")
    lengths = np.linalg.norm(matrix, axis=1, keepdims=True)
    lengths[lengths == 0] = 1.0
    unit: Vectors = matrix / lengths
    return unit


async def question_vector(embedder: Embedder | None, question: str) -> Vectors | None:
    """The question's row; None without a model, or when it fails: a caller waits, and words alone answer as well."""
    if embedder is None:
        return None
    try:
        vectors = await vectors_of(embedder, [question])
    except ProviderError:
        return None
    row: Vectors = vectors[0]
    return row
