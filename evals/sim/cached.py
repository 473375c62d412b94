"""Voice detection and recognition kept by content: the same audio is listened to once.

What a detector says of a frame depends on every frame since its reset, and what a recogniser says on every frame of the
utterance. So a result is kept under the hash of all audio up to and with its frame. While everything fed has a kept
result, nothing runs; at the first frame without one the real detector or recogniser is made to catch up on everything
since the reset, and goes on from there. Cold and warm give the same results.

A call's results are read and written together, as one entry of the content cache (`Listened`): a few thousand small
files a call would cost more than they save. Which entry that is matters for speed only, never for results.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from typing import Any

from agent.audio.ports import Recognition, SpeechToText, Transcript, VoiceDetector, VoiceWindow
from agent.cache import ContentCache, cache_key
from agent.events import WordSpan
from agent.media import AudioFrame

MOST_RESULTS = 40_000  # of one entry: some minutes of call, for a few versions of an agent
_KIND = "listened"
_HASH_BYTES = 12
_MISSING = object()


class Listened:
    """What was heard in calls like this one.

    Args:
        place: names the entry, such as a case of a suite.
    """

    def __init__(self, cache: ContentCache, place: str) -> None:
        self._cache = cache
        self._key = cache_key(_KIND, place)
        stored = cache.get(_KIND, self._key)
        self._kept: dict[str, Any] = json.loads(stored) if stored is not None else {}
        self._used: dict[str, Any] = {}
        self._new = False

    def find(self, digest: str) -> Any:
        """The kept result, or `_MISSING`."""
        result = self._kept.get(digest, _MISSING)
        if result is not _MISSING:
            self._used[digest] = result
        return result

    def keep(self, digest: str, result: Any) -> None:
        """Keeps a result that was computed."""
        self._kept[digest] = self._used[digest] = result
        self._new = True

    def save(self) -> None:
        """Writes the entry when something in it is new; when it has grown too large, only what this call used."""
        if self._new:
            kept = self._kept if len(self._kept) <= MOST_RESULTS else self._used
            self._cache.put(_KIND, self._key, json.dumps(kept, separators=(",", ":")).encode())
            self._new = False


class CachedVoiceDetector:
    """A voice detector that runs only for audio it has not heard before.

    Args:
        make_inner: gives the real one when it is first needed.
        identity: names everything but the audio that its results depend on.
    """

    def __init__(self, make_inner: Callable[[], VoiceDetector], listened: Listened, identity: str) -> None:
        self._make_inner = make_inner
        self._listened = listened
        self._identity = identity.encode()
        self._inner: VoiceDetector | None = None
        self.reset()

    def feed(self, frame: AudioFrame) -> Sequence[VoiceWindow]:
        """The windows that the real detector gives."""
        self._chain.update(frame.pcm)
        digest = self._chain.hexdigest()
        found = self._listened.find(digest)
        if found is not _MISSING and not self._live:
            self._frames.append(frame)
            return [
                VoiceWindow(start_ns=frame.t_ns + start, end_ns=frame.t_ns + end, probability=probability)
                for start, end, probability in found
            ]
        windows = self._catch_up().feed(frame)
        self._frames.append(frame)
        if found is _MISSING:
            kept = [[w.start_ns - frame.t_ns, w.end_ns - frame.t_ns, w.probability] for w in windows]
            self._listened.keep(digest, kept)
        return windows

    def reset(self) -> None:
        """Starts afresh; the real detector is reset when it is next needed."""
        self._chain = hashlib.blake2b(b"voice\x1f" + self._identity, digest_size=_HASH_BYTES)
        self._frames: list[AudioFrame] = []
        self._live = False

    def _catch_up(self) -> VoiceDetector:
        if self._inner is None:
            self._inner = self._make_inner()
        if not self._live:
            self._live = True
            self._inner.reset()
            for earlier in self._frames:
                self._inner.feed(earlier)
        return self._inner


class CachedSpeechToText:
    """A recogniser that runs only for audio it has not heard before.

    Args:
        inner: the real one.
        identity: names everything but audio and hints that its results depend on.
    """

    def __init__(self, inner: SpeechToText, listened: Listened, identity: str) -> None:
        self._inner = inner
        self._listened = listened
        self._identity = identity

    async def open(self, hints: Sequence[str] = ()) -> Recognition:
        """Starts an utterance; the real one starts when something new is heard."""
        return _CachedRecognition(self._inner, tuple(hints), self._listened, self._identity)


class _CachedRecognition:
    def __init__(
        self, inner: SpeechToText, hints: tuple[str, ...], listened: Listened, identity: str
    ) -> None:
        self._inner = inner
        self._hints = hints
        self._listened = listened
        name = "\x1f".join(["words", identity, *hints])
        self._chain = hashlib.blake2b(name.encode(), digest_size=_HASH_BYTES)
        self._frames: list[AudioFrame] = []
        self._live: Recognition | None = None

    async def feed(self, frame: AudioFrame) -> Transcript | None:
        self._chain.update(frame.pcm)
        digest = self._chain.hexdigest()
        found = self._listened.find(digest)
        if found is not _MISSING and self._live is None:
            self._frames.append(frame)
            return _transcript(found)
        live = await self._catch_up()
        partial = await live.feed(frame)
        self._frames.append(frame)
        if found is _MISSING:
            self._listened.keep(digest, _plain(partial))
        return partial

    async def finish(self) -> Transcript:
        digest = f"final {self._chain.hexdigest()}"
        found = self._listened.find(digest)
        if found is not _MISSING:
            final = _transcript(found)
            assert final is not None
        else:
            live = await self._catch_up()
            final = await live.finish()
            self._listened.keep(digest, _plain(final))
        await self.close()
        return final

    async def close(self) -> None:
        live, self._live = self._live, None
        if live is not None:
            await live.close()

    async def _catch_up(self) -> Recognition:
        if self._live is None:
            self._live = await self._inner.open(self._hints)
            for earlier in self._frames:
                await self._live.feed(earlier)
        return self._live


def _plain(transcript: Transcript | None) -> Any:
    if transcript is None:
        return None
    words = [[word.text, word.start_ns, word.end_ns] for word in transcript.words]
    return [transcript.text, transcript.final, transcript.confidence, words]


def _transcript(plain: Any) -> Transcript | None:
    if plain is None:
        return None
    text, final, confidence, words = plain
    spans = tuple(WordSpan(text=word, start_ns=start, end_ns=end) for word, start, end in words)
    return Transcript(text=text, final=final, confidence=confidence, words=spans)
