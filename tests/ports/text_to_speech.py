"""What every voice promises, as one check that each adapter's test runs."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import aclosing

import pytest

from agent.audio.ports import SpeechChunk, TextToSpeech
from agent.errors import ProviderRefused
from agent.media import SAMPLE_NS
from evals.sim.virtual_time import run_virtual

TEXT = "Good morning, is that Alex? It's about your visit on Tuesday."


def check_text_to_speech(make: Callable[[], TextToSpeech], *, voice: str, unknown_voice: str) -> None:
    """Runs the port's contract against voices that `make` gives.

    Args:
        voice: a name that it knows.
        unknown_voice: a name that it does not know.
    """
    tts = make()
    chunks = run_virtual(spoken(tts, TEXT, voice))
    _check_chunks(chunks)
    run_virtual(_given_up(tts, voice))
    assert spoken_pcm(run_virtual(spoken(tts, TEXT, voice))) == spoken_pcm(chunks)
    assert spoken_pcm(run_virtual(spoken(make(), TEXT, voice))) == spoken_pcm(chunks)
    for nothing in ("", "  ", "\n"):
        assert run_virtual(spoken(tts, nothing, voice)) == []
    for _ in range(2):  # a refusal is not forgotten, and breaks nothing
        with pytest.raises(ProviderRefused, match=unknown_voice):
            run_virtual(spoken(tts, TEXT, unknown_voice))
    assert spoken_pcm(run_virtual(spoken(tts, TEXT, voice))) == spoken_pcm(chunks)


async def spoken(tts: TextToSpeech, text: str, voice: str) -> list[SpeechChunk]:
    """All chunks of a rendering."""
    async with aclosing(tts.speak(text, voice)) as chunks:
        return [chunk async for chunk in chunks]


def spoken_pcm(chunks: list[SpeechChunk]) -> bytes:
    """The audio of a rendering."""
    return b"".join(chunk.pcm for chunk in chunks)


async def _given_up(tts: TextToSpeech, voice: str) -> None:
    async with aclosing(tts.speak("one two three four", voice)) as chunks:
        async for _ in chunks:
            break


def _check_chunks(chunks: list[SpeechChunk]) -> None:
    assert chunks
    begin_ns = last_start_ns = 0
    words = []
    whole_ns = len(spoken_pcm(chunks)) // 2 * SAMPLE_NS
    for chunk in chunks:
        assert len(chunk.pcm) % 2 == 0
        end_ns = begin_ns + len(chunk.pcm) // 2 * SAMPLE_NS
        for word in chunk.words:
            assert begin_ns <= word.start_ns < end_ns
            assert last_start_ns <= word.start_ns <= word.end_ns <= whole_ns
            last_start_ns = word.start_ns
            words.append(word.text)
        begin_ns = end_ns
    assert words == TEXT.split()
