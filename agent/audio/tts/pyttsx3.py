"""The embedded voice: pyttsx3 over the espeak-ng that comes in a wheel, at telephone rate, with word times.

Equal text, voice and rate give equal bytes, whatever was spoken before and in whichever process: each rendering
comes from a fresh engine in a process of its own (`espeak_server`).
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import soxr

from agent.audio.blocking import run_in_thread
from agent.audio.ports import RunBlocking, SpeechChunk
from agent.audio.tts import espeak_server
from agent.audio.tts.espeak_server import PipeClosed, PipeTimeout, read_message, write_message
from agent.errors import ProviderError, ProviderRefused, ProviderTimeout
from agent.events import WordSpan
from agent.media import RATE_HZ, SAMPLE_NS

WORDS_PER_MINUTE = 170
LONGEST_TEXT = 10_000  # characters

_ANSWER_S = espeak_server.LIMIT_S + 5.0  # the server gives up first, and says so
_STOP_S = 2.0
_VOICE = re.compile(r"([a-z0-9-]+)(\+[a-z0-9_-]+)?", re.IGNORECASE)
_VARIANTS = "voices/!v"
_WORD, _END = 1, 5  # espeak_EVENT_TYPE
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendering:
    """Spoken text: s16le at 8 kHz, and each word of the text with its time from the start."""

    pcm: bytes
    words: tuple[WordSpan, ...]


class Pyttsx3TextToSpeech:
    """A voice for each of espeak-ng's names: `en-gb`, `en-us`, `en-gb-scotland`, `en-gb-x-rp`, or one of them with a
    variant, as in `en-us+f4`.

    The process that speaks starts with the first rendering and ends with `close`, or with this one.

    Args:
        run_blocking: where `speak` does its work.
        words_per_minute: espeak's rate.
        pitch: 0 to 100; the voice's own when left out.
    """

    def __init__(
        self,
        run_blocking: RunBlocking = run_in_thread,
        *,
        words_per_minute: int = WORDS_PER_MINUTE,
        pitch: int | None = None,
    ) -> None:
        self._run_blocking = run_blocking
        self._settings: dict[str, int] = {"rate": words_per_minute}
        if pitch is not None:
            self._settings["pitch"] = pitch
        self._lock = threading.Lock()
        self._server: _Server | None = None
        self._voices: dict[str, str] = {}

    @property
    def identity(self) -> str:
        """Names everything but text and voice that the audio depends on, for caches."""
        settings = ",".join(f"{name}={value}" for name, value in sorted(self._settings.items()))
        return f"pyttsx3/espeak-ng/3/{settings}"

    async def speak(self, text: str, voice: str) -> AsyncGenerator[SpeechChunk, None]:
        """Renders `text` and yields it whole; nothing when there is nothing to say."""
        rendering = await self._run_blocking(lambda: self.render(text, voice))
        if rendering.pcm:
            yield SpeechChunk(pcm=rendering.pcm, words=rendering.words)

    def render(self, text: str, voice: str) -> Rendering:
        """The text as speech; empty when the text is.

        Raises:
            ProviderRefused: there is no such voice, or the text is longer than `LONGEST_TEXT`.
            ProviderTimeout: the voice hangs.
            ProviderError: the voice failed twice.
        """
        text = _CONTROL.sub(" ", text).strip()
        if not text:
            return Rendering(pcm=b"", words=())
        if len(text) > LONGEST_TEXT:
            raise ProviderRefused(f"a text of {len(text)} characters; at most {LONGEST_TEXT} are spoken")
        with self._lock:
            request = {"text": text, "voice": self._identifier(voice), **self._settings}
            reply, pcm = self._ask(request)
        rate_hz = int(reply["rate_hz"])
        spoken = _at_telephone_rate(pcm, rate_hz)
        words = _word_spans(text, reply["words"], rate_hz)
        return Rendering(
            pcm=spoken, words=tuple(_within(word, len(spoken) // 2 * SAMPLE_NS) for word in words)
        )

    def voices(self) -> list[str]:
        """The plain names of all voices, without variants."""
        with self._lock:
            return sorted(self._known_voices())

    def close(self) -> None:
        """Ends the process that speaks. Closing twice is fine; the next rendering starts another."""
        with self._lock:
            self._stop()

    def _identifier(self, voice: str) -> str:
        match = _VOICE.fullmatch(voice)
        known = self._known_voices()
        identifier = known.get(match[1].lower()) if match else None
        if match is None or identifier is None:
            some = ", ".join(name for name in sorted(known) if name.startswith("en"))
            raise ProviderRefused(f"espeak-ng has no voice {voice!r}; English ones are {some}")
        if match[2] and match[2][1:] not in _variants():
            some = ", ".join(sorted(_variants())[:8])
            raise ProviderRefused(f"espeak-ng has no voice variant {match[2][1:]!r}; some are {some}")
        if match[2] and match[2][1:] in _breathy_variants():
            raise ProviderRefused(
                f"espeak-ng makes the breath of {voice!r} from its own dice, so that no two renderings are the same; "
                "take another variant"
            )
        return identifier + (match[2] or "")

    def _known_voices(self) -> dict[str, str]:
        if not self._voices:
            reply, _ = self._ask({})
            self._voices = dict(reply["voices"])
        return self._voices

    def _ask(self, request: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
        """The server's reply; a server that died is started once more."""
        for attempt in (1, 2):
            if self._server is None or not self._server.is_ours:
                self._server = _Server()
            try:
                reply, pcm = self._server.ask(request)
                break
            except PipeTimeout as error:
                self._stop()
                raise ProviderTimeout(f"espeak: {error}") from error
            except PipeClosed as error:
                self._stop()
                if attempt == 2:
                    raise ProviderError(f"the voice's process died twice: {error}") from error
        if "error" in reply:
            raise ProviderError(f"espeak: {reply['error']}")
        return reply, pcm

    def _stop(self) -> None:
        if self._server is not None:
            self._server.stop()
            self._server = None


class _Server:
    """The process that speaks, seen from here."""

    def __init__(self) -> None:
        self._owner = os.getpid()
        # By path and with -P: its folder, which holds a pyttsx3.py of ours, must not be searched for modules.
        command = [sys.executable, "-P", espeak_server.__file__]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0)
        assert self._process.stdin is not None and self._process.stdout is not None
        self._to, self._from = self._process.stdin.fileno(), self._process.stdout.fileno()
        os.set_blocking(self._to, False)

    @property
    def is_ours(self) -> bool:
        """False in a fork of the process that started it, which must not talk on the same pipe."""
        if self._owner == os.getpid():
            return True
        self._process.returncode = 0  # another process's child: not to be waited for here
        return False

    def ask(self, request: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
        write_message(self._to, json.dumps(request).encode(), _ANSWER_S)
        reply = json.loads(read_message(self._from, espeak_server.MAX_REPLY_BYTES, _ANSWER_S))
        pcm = b""
        if "words" in reply:
            pcm = read_message(self._from, espeak_server.MAX_SPEECH_BYTES, _ANSWER_S)
        return reply, pcm

    def stop(self) -> None:
        if not self.is_ours:
            return
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()
        try:
            self._process.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def _variants() -> set[str]:
    import espeakng_loader

    return set(os.listdir(os.path.join(espeakng_loader.get_data_path(), _VARIANTS)))


@cache
def _breathy_variants() -> frozenset[str]:
    """Variants with breath: espeak draws it from a generator that starts elsewhere in every process."""
    import espeakng_loader

    folder = Path(espeakng_loader.get_data_path(), _VARIANTS)
    return frozenset(
        path.name
        for path in folder.iterdir()
        if any(line.startswith("breath") for line in path.read_text(errors="replace").splitlines())
    )


def _at_telephone_rate(pcm: bytes, rate_hz: int) -> bytes:
    samples = np.frombuffer(pcm, dtype="<i2").astype(np.float64)
    if samples.size == 0:
        return b""
    if rate_hz != RATE_HZ:
        samples = soxr.resample(samples, rate_hz, RATE_HZ, quality="HQ")
    return np.clip(np.rint(samples), -32768, 32767).astype("<i2").tobytes()


def _word_spans(text: str, events: Sequence[Sequence[int]], rate_hz: int) -> tuple[WordSpan, ...]:
    """The text's own words with their times.

    espeak tells where what it calls a word begins: several times inside a number, once for "of the". So each word
    of the text takes the first of the events inside it; words without one share the time of the word before them
    by their length. A word ends where the next begins or where its clause ends.
    """
    words = [(match.start(), match[0]) for match in re.finditer(r"\S+", text)]
    ends = sorted(sample for kind, _, sample in events if kind == _END)
    begun: dict[int, int] = {}
    for kind, character, sample in events:
        if kind == _WORD:
            index = max((at for at, (start, _) in enumerate(words) if start <= character), default=0)
            begun[index] = min(sample, begun.get(index, sample))
    if not begun or not ends:
        return ()
    spoken = sorted(begun)
    spans: list[WordSpan] = []
    for place, first in enumerate(spoken):
        after = spoken[place + 1] if place + 1 < len(spoken) else len(words)
        start = begun[first]
        limit = begun[after] if after in begun else ends[-1]
        end = max(start, min([limit, *(at for at in ends if at > start)]))
        # Words before the first one that is spoken belong to it, as do those after it up to the next.
        group = [word for _, word in words[first if place else 0 : after]]
        spans += _shared(group, start, end, rate_hz)
    return tuple(spans)


def _shared(group: Sequence[str], start: int, end: int, rate_hz: int) -> list[WordSpan]:
    total = sum(len(word) for word in group)
    spans, done = [], 0
    for word in group:
        first = start + (end - start) * done // total
        done += len(word)
        last = start + (end - start) * done // total
        spans.append(WordSpan(text=word, start_ns=_ns(first, rate_hz), end_ns=_ns(last, rate_hz)))
    return spans


def _within(word: WordSpan, end_ns: int) -> WordSpan:
    """The word, ending with the audio at the latest: another rate may have rounded a part of a sample away."""
    return replace(word, start_ns=min(word.start_ns, end_ns), end_ns=min(word.end_ns, end_ns))


def _ns(sample: int, rate_hz: int) -> int:
    return sample * 1_000_000_000 // rate_hz
