"""A voice that renders each distinct text once."""

from __future__ import annotations

import json
import struct
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing

from agent.audio.ports import SpeechChunk, TextToSpeech
from agent.cache import ContentCache, cache_key
from agent.events import WordSpan

_KIND = "speech"
_FORM = 1  # of the stored bytes; raised when they change


class CachedTextToSpeech:
    """Wraps a voice; what it rendered for (identity, voice, text) is rendered no second time.

    Args:
        inner: the voice that renders what is missing.
        identity: names everything else that the audio depends on: provider, version, rate.
    """

    def __init__(self, inner: TextToSpeech, cache: ContentCache, identity: str) -> None:
        self._inner = inner
        self._cache = cache
        self._identity = identity

    async def speak(self, text: str, voice: str) -> AsyncGenerator[SpeechChunk, None]:
        """The chunks that the inner voice gave, or gives now. A rendering that is given up is not kept."""
        key = cache_key(_FORM, self._identity, voice, text)
        stored = self._cache.get(_KIND, key)
        if stored is not None:
            for chunk in _unpacked(stored):
                yield chunk
            return
        chunks: list[SpeechChunk] = []
        async with aclosing(self._inner.speak(text, voice)) as spoken:
            async for chunk in spoken:
                chunks.append(chunk)
                yield chunk
        self._cache.put(_KIND, key, _packed(chunks))


def _packed(chunks: Sequence[SpeechChunk]) -> bytes:
    """The chunks as bytes: length of the heading, the heading as JSON, all samples."""
    heading = [
        [len(chunk.pcm), [[word.text, word.start_ns, word.end_ns] for word in chunk.words]]
        for chunk in chunks
    ]
    text = json.dumps(heading, separators=(",", ":")).encode()
    return struct.pack(">I", len(text)) + text + b"".join(chunk.pcm for chunk in chunks)


def _unpacked(stored: bytes) -> list[SpeechChunk]:
    (length,) = struct.unpack_from(">I", stored)
    at = 4 + length
    chunks = []
    for size, words in json.loads(stored[4:at]):
        spans = tuple(WordSpan(text=text, start_ns=start, end_ns=end) for text, start, end in words)
        chunks.append(SpeechChunk(pcm=stored[at : at + size], words=spans))
        at += size
    return chunks
