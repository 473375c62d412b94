"""A voice that hums: each word is a tone burst of known place, so that what is found can be checked against it."""

from __future__ import annotations

from collections.abc import AsyncGenerator

import numpy as np

from agent.audio.ports import SpeechChunk
from agent.errors import ProviderRefused
from agent.events import WordSpan

PAD_BEFORE_MS = 130
PAD_AFTER_MS = 250
MS_PER_LETTER = 40
BETWEEN_WORDS_MS = 30  # a closure, not a pause
NO_SUCH_VOICE = "nobody"


class ToneVoice:
    """Speaks any text in any voice but `NO_SUCH_VOICE`; keeps what it was asked in `asked`."""

    def __init__(self, amplitude: float = 3000.0) -> None:
        self.asked: list[tuple[str, str]] = []
        self._amplitude = amplitude

    async def speak(self, text: str, voice: str) -> AsyncGenerator[SpeechChunk, None]:
        self.asked.append((text, voice))
        if voice == NO_SUCH_VOICE:
            raise ProviderRefused(f"no voice {voice}")
        if not text.strip():
            return
        pitch_hz = 110 + 10 * (sum(voice.encode()) % 12)
        yield SpeechChunk(pcm=_silence(PAD_BEFORE_MS))
        at_ms = PAD_BEFORE_MS
        for place, word in enumerate(text.split()):
            if place:
                yield SpeechChunk(pcm=_silence(BETWEEN_WORDS_MS))
                at_ms += BETWEEN_WORDS_MS
            length_ms = MS_PER_LETTER * len(word)
            span = WordSpan(text=word, start_ns=at_ms * 1_000_000, end_ns=(at_ms + length_ms) * 1_000_000)
            yield SpeechChunk(pcm=self._hum(pitch_hz, length_ms), words=(span,))
            at_ms += length_ms
        yield SpeechChunk(pcm=_silence(PAD_AFTER_MS))

    def _hum(self, pitch_hz: float, length_ms: int) -> bytes:
        """Harmonics within the telephone band, strong from the first sample on."""
        turns = np.arange(length_ms * 8) / 8000 * pitch_hz
        tone = sum(np.sin(2 * np.pi * k * turns + k) for k in range(3, 16))
        return np.asarray(self._amplitude * tone / 4).astype("<i2").tobytes()


def voiced_ms(text: str) -> int:
    """How long the text is voiced, its closures included."""
    words = text.split()
    return MS_PER_LETTER * sum(len(word) for word in words) + BETWEEN_WORDS_MS * (len(words) - 1)


def _silence(length_ms: int) -> bytes:
    return bytes(length_ms * 16)
