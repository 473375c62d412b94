"""How a word model lies in a file: arrays in one compressed block, its sizes and its checksum in front.

Little-endian: "MWWM", version (u16), CRC-32 of all that follows (u32); words, pairs, triples, bytes of the words'
text, bytes of the block unpacked (u32 each), the unknown share (f64); the block (zlib). In the block
come the words, sorted, one a line, and the arrays of `Grams` in their order, each byte plane by itself, since the
high bytes of neighbours are alike. Rows are stored as lengths, words in a row as distances. The marks (end, start,
unknown) follow the words in the numbering and have no text.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from operator import lt
from typing import Any

import numpy as np
from numpy.typing import NDArray

MAGIC = b"MWWM"
VERSION = 1

_FRONT = struct.Struct("<4sHI")  # magic, version, checksum of all that follows
_SIZES = struct.Struct("<IIIIId")
_LARGEST = 100_000_000  # bytes of a block unpacked: far beyond any model we ship, far below harm

Steps = NDArray[np.uint16]
Numbers = NDArray[np.uint32]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Grams:
    """An interpolated trigram model as arrays, with n words and m marks, p pairs, t triples.

    Probabilities are in steps of the model (`word_model.STEPS_A_NAT`) below one. Pairs are sorted by their first
    word and then by their second, triples by their pair and then by their third word, so a row holds what follows.

    Attributes:
        words: shape (n,), sorted.
        unknown_share: the probability of words beyond these.
        single_steps: probability of each word and mark, shape (n + m,).
        single_left: the mass that each has left for words that were not seen after it, shape (n + m,).
        pair_rows: where the pairs that begin with each word begin, and the end; shape (n + m + 1,).
        pair_words: second words, shape (p,).
        pair_steps: their probabilities after the first word, shape (p,).
        pair_left: the mass that each pair has left, shape (p,).
        triple_rows: where the triples that begin with each pair begin, and the end; shape (p + 1,).
        triple_words: third words, shape (t,).
        triple_steps: their probabilities after the pair, shape (t,).
    """

    words: tuple[str, ...]
    unknown_share: float
    single_steps: Steps
    single_left: Steps
    pair_rows: Numbers
    pair_words: Numbers
    pair_steps: Steps
    pair_left: Steps
    triple_rows: Numbers
    triple_words: Numbers
    triple_steps: Steps


def packed(grams: Grams) -> bytes:
    """The file's bytes; equal models make equal bytes."""
    text = "\n".join(grams.words).encode("ascii")
    arrays: list[NDArray[Any]] = [
        grams.single_steps,
        grams.single_left,
        np.diff(grams.pair_rows).astype(np.uint32),
        _distances(grams.pair_words, grams.pair_rows),
        grams.pair_steps,
        grams.pair_left,
        np.diff(grams.triple_rows).astype(np.uint32),
        _distances(grams.triple_words, grams.triple_rows),
        grams.triple_steps,
    ]
    block = text + b"".join(_planes(array) for array in arrays)
    body = zlib.compress(block, 9)
    sizes = len(grams.words), len(grams.pair_words), len(grams.triple_words), len(text), len(block)
    rest = _SIZES.pack(*sizes, grams.unknown_share) + body
    return _FRONT.pack(MAGIC, VERSION, zlib.crc32(rest)) + rest


def unpacked(data: bytes, *, marks: int) -> Grams:
    """The model in a file's bytes.

    Raises:
        ValueError: the bytes are no word model, one of another version, or damaged.
    """
    if len(data) < _FRONT.size + _SIZES.size or data[: len(MAGIC)] != MAGIC:
        raise ValueError(f"no word model: {len(data)} bytes that begin with {data[:4]!r}, expected {MAGIC!r}")
    _, version, crc = _FRONT.unpack_from(data)
    if version != VERSION:
        raise ValueError(f"a word model of version {version}; this reads version {VERSION}")
    if zlib.crc32(memoryview(data)[_FRONT.size :]) != crc:
        raise ValueError("a damaged word model: its checksum differs")
    words, pairs, triples, text_bytes, block_bytes, share = _SIZES.unpack_from(data, _FRONT.size)
    rows = words + marks
    wanted = text_bytes + 2 * (2 * rows + 2 * pairs + triples) + 4 * (rows + 2 * pairs + triples)
    if block_bytes != wanted or block_bytes > _LARGEST or not 0 < share < 1:
        raise ValueError("a damaged word model: its sizes do not fit each other")
    try:
        block = zlib.decompressobj().decompress(data[_FRONT.size + _SIZES.size :], block_bytes + 1)
    except zlib.error as error:
        raise ValueError(f"a damaged word model: {error}") from error
    if len(block) != block_bytes:
        raise ValueError(f"a damaged word model: {len(block)} bytes unpacked, expected {block_bytes}")
    cursor = _Cursor(block, text_bytes)
    single_steps, single_left = cursor.steps(rows), cursor.steps(rows)
    pair_rows = _starts(cursor.numbers(rows), pairs)
    pair_words = _sums(cursor.numbers(pairs), pair_rows, rows)
    pair_steps, pair_left = cursor.steps(pairs), cursor.steps(pairs)
    triple_rows = _starts(cursor.numbers(pairs), triples)
    triple_words = _sums(cursor.numbers(triples), triple_rows, rows)
    return Grams(
        words=_words(block[:text_bytes], words),
        unknown_share=share,
        single_steps=single_steps,
        single_left=single_left,
        pair_rows=pair_rows,
        pair_words=pair_words,
        pair_steps=pair_steps,
        pair_left=pair_left,
        triple_rows=triple_rows,
        triple_words=triple_words,
        triple_steps=cursor.steps(triples),
    )


class _Cursor:
    """Reads arrays of byte planes, one after another; the block's length has been checked."""

    def __init__(self, block: bytes, at: int) -> None:
        self._block, self._at = block, at

    def steps(self, size: int) -> Steps:
        return self._planes(size, 2).view("<u2").reshape(-1).astype(np.uint16)

    def numbers(self, size: int) -> Numbers:
        return self._planes(size, 4).view("<u4").reshape(-1).astype(np.uint32)

    def _planes(self, size: int, width: int) -> NDArray[np.uint8]:
        planes = np.frombuffer(self._block, dtype=np.uint8, count=size * width, offset=self._at)
        self._at += size * width
        return np.ascontiguousarray(planes.reshape(width, size).T)


def _planes(array: NDArray[Any]) -> bytes:
    little = array.astype(array.dtype.newbyteorder("<"))
    return little.view(np.uint8).reshape(len(array), array.itemsize).T.tobytes()


def _distances(words: Numbers, rows: Numbers) -> Numbers:
    """Each word less the one before it in its row; the first as it is."""
    distances: Numbers = np.diff(words, prepend=np.uint32(0))
    firsts = rows[:-1][np.diff(rows) > 0]
    distances[firsts] = words[firsts]
    return distances


def _sums(distances: Numbers, rows: Numbers, limit: int) -> Numbers:
    """The words whose distances these are."""
    sums = np.concatenate([[0], np.cumsum(distances, dtype=np.int64)])
    words: NDArray[np.int64] = sums[1:] - np.repeat(sums[rows[:-1]], np.diff(rows))
    if len(words) and words.max() >= limit:
        raise ValueError("a damaged word model: a word beyond the last")
    return words.astype(np.uint32)


def _starts(lengths: Numbers, total: int) -> Numbers:
    starts = np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)])
    if starts[-1] != total:
        raise ValueError(f"a damaged word model: rows of {starts[-1]} in all, expected {total}")
    return starts.astype(np.uint32)


def _words(text: bytes, size: int) -> tuple[str, ...]:
    try:
        words = tuple(text.decode("ascii").split("\n")) if size else ()
    except UnicodeDecodeError as error:
        raise ValueError(f"a damaged word model: {error}") from error
    if len(words) != size or not all(map(lt, words, words[1:])):
        raise ValueError(f"a damaged word model: its {len(words)} words are not {size}, sorted")
    return words
