"""Voice detection and recognition kept by content: the same audio is listened to once.

What a detector says of a frame depends on every frame since its reset, and what a recogniser says on every frame of
the utterance. So results are kept in stretches, under the hash of all audio up to and with the stretch's first frame.
While what is fed matches a kept stretch frame by frame, nothing runs. At the first frame that differs the real one is
made to catch up on everything since the reset, and goes on from there. Cold and warm give the same results.
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

STRETCH_FRAMES = 50  # one second: few entries, and little to compute again after a difference
_HASH_BYTES = 16


class _Kept:
    """Results by frame of one run of frames, read from the cache and written to it stretch by stretch."""

    def __init__(self, cache: ContentCache, kind: str, identity: str) -> None:
        self._cache = cache
        self._kind = kind
        self._chain = hashlib.blake2b(identity.encode(), digest_size=_HASH_BYTES)
        self._key = b""
        self._kept: list[list[Any]] = []
        self._new: list[list[Any]] = []
        self._changed = False
        self.frames: list[AudioFrame] = []

    @property
    def digest(self) -> bytes:
        """Hash of everything fed."""
        return self._chain.digest()

    def expect(self, frame: AudioFrame) -> list[Any] | None:
        """The kept result for this next frame, in a list; None when it must be computed and given to `note`."""
        self.frames.append(frame)
        self._chain.update(frame.pcm)
        at = len(self._new)
        if at == STRETCH_FRAMES or not self._key:
            self.flush()
            self._key = cache_key(self.digest)
            stored = self._cache.get(self._kind, self._key)
            self._kept = json.loads(stored) if stored is not None else []
            at = 0
        if at < len(self._kept) and self._kept[at][0] == _frame_hash(frame):
            self._new.append(self._kept[at])
            return [self._kept[at][1]]
        self._kept = []
        return None

    def note(self, result: Any) -> None:
        """The result that was computed for the frame last expected."""
        self._new.append([_frame_hash(self.frames[-1]), result])
        self._changed = True

    def flush(self) -> None:
        """Writes the stretch so far, when something in it is new."""
        if self._changed and self._key:
            self._cache.put(self._kind, self._key, json.dumps(self._new).encode())
        self._new = []
        self._kept = []
        self._changed = False


class CachedVoiceDetector:
    """A voice detector that runs only for audio it has not heard before.

    Args:
        make_inner: gives the real one when it is first needed.
        identity: names everything but the audio that its results depend on.
    """

    def __init__(self, make_inner: Callable[[], VoiceDetector], cache: ContentCache, identity: str) -> None:
        self._make_inner = make_inner
        self._cache = cache
        self._identity = identity
        self._inner: VoiceDetector | None = None
        self._live = False
        self._kept = _Kept(cache, "voice", identity)

    def feed(self, frame: AudioFrame) -> Sequence[VoiceWindow]:
        """The windows that the real detector gives."""
        found = self._kept.expect(frame)
        if found is not None and not self._live:
            return [
                VoiceWindow(start_ns=frame.t_ns + start, end_ns=frame.t_ns + end, probability=probability)
                for start, end, probability in found[0]
            ]
        windows = self._listen(frame)
        if found is None:
            self._kept.note(
                [[w.start_ns - frame.t_ns, w.end_ns - frame.t_ns, w.probability] for w in windows]
            )
        return windows

    def reset(self) -> None:
        """Starts afresh; the real detector is reset when it is next needed."""
        self._kept.flush()
        self._kept = _Kept(self._cache, "voice", self._identity)
        self._live = False

    def _listen(self, frame: AudioFrame) -> Sequence[VoiceWindow]:
        if self._inner is None:
            self._inner = self._make_inner()
        if not self._live:
            self._live = True
            self._inner.reset()
            for earlier in self._kept.frames[:-1]:
                self._inner.feed(earlier)
        return self._inner.feed(frame)


class CachedSpeechToText:
    """A recogniser that runs only for audio it has not heard before.

    Args:
        inner: the real one.
        identity: names everything but audio and hints that its results depend on.
    """

    def __init__(self, inner: SpeechToText, cache: ContentCache, identity: str) -> None:
        self._inner = inner
        self._cache = cache
        self._identity = identity

    async def open(self, hints: Sequence[str] = ()) -> Recognition:
        """Starts an utterance; the real one starts when something new is heard."""
        identity = "\x1f".join([self._identity, *hints])
        return _CachedRecognition(self._inner, tuple(hints), self._cache, identity)


class _CachedRecognition:
    def __init__(
        self, inner: SpeechToText, hints: tuple[str, ...], cache: ContentCache, identity: str
    ) -> None:
        self._inner = inner
        self._hints = hints
        self._cache = cache
        self._kept = _Kept(cache, "partial", identity)
        self._live: Recognition | None = None

    async def feed(self, frame: AudioFrame) -> Transcript | None:
        found = self._kept.expect(frame)
        if found is not None and self._live is None:
            return _transcript(found[0])
        live = await self._catch_up(self._kept.frames[:-1])
        partial = await live.feed(frame)
        if found is None:
            self._kept.note(_plain(partial))
        return partial

    async def finish(self) -> Transcript:
        self._kept.flush()
        key = cache_key(self._kept.digest)
        stored = self._cache.get("final", key)
        if stored is not None:
            await self.close()
            final = _transcript(json.loads(stored))
            assert final is not None
            return final
        live = await self._catch_up(self._kept.frames)
        final = await live.finish()
        self._cache.put("final", key, json.dumps(_plain(final)).encode())
        return final

    async def close(self) -> None:
        self._kept.flush()
        live, self._live = self._live, None
        if live is not None:
            await live.close()

    async def _catch_up(self, frames: Sequence[AudioFrame]) -> Recognition:
        if self._live is None:
            self._live = await self._inner.open(self._hints)
            for frame in frames:
                await self._live.feed(frame)
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


def _frame_hash(frame: AudioFrame) -> str:
    return hashlib.blake2b(frame.pcm, digest_size=_HASH_BYTES).hexdigest()
