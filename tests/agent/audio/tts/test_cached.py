from __future__ import annotations

import contextlib
from collections.abc import AsyncGenerator
from contextlib import aclosing
from pathlib import Path

import pytest

from agent.audio.ports import SpeechChunk
from agent.audio.tts.cached import CachedTextToSpeech
from agent.audio.tts.pyttsx3 import Pyttsx3TextToSpeech
from agent.cache import ContentCache
from agent.errors import ProviderError
from evals.sim.virtual_time import run_inline, run_virtual
from tests.fakes.tone_voice import NO_SUCH_VOICE, ToneVoice
from tests.ports.text_to_speech import check_text_to_speech, spoken


def test_fake_keeps_the_promises_of_a_voice() -> None:
    check_text_to_speech(ToneVoice, voice="en-gb", unknown_voice=NO_SUCH_VOICE)


def test_cached_voice_keeps_the_promises_of_a_voice_in_memory_and_on_disk(tmp_path: Path) -> None:
    for cache in (ContentCache(None), ContentCache(tmp_path), ContentCache(tmp_path)):
        check_text_to_speech(
            lambda cache=cache: CachedTextToSpeech(ToneVoice(), cache, "tone"),  # type: ignore[misc]
            voice="en-gb",
            unknown_voice=NO_SUCH_VOICE,
        )


def test_cached_pyttsx3_keeps_the_promises_of_a_voice() -> None:
    with contextlib.closing(Pyttsx3TextToSpeech(run_inline)) as inner:
        cache = ContentCache(None)
        check_text_to_speech(
            lambda: CachedTextToSpeech(inner, cache, inner.identity), voice="en-us", unknown_voice="nobody"
        )


def test_text_is_rendered_once_and_comes_back_chunk_for_chunk(tmp_path: Path) -> None:
    inner = ToneVoice()
    first = run_virtual(
        spoken(CachedTextToSpeech(inner, ContentCache(tmp_path), "tone"), "café au lait", "a")
    )
    again = run_virtual(
        spoken(CachedTextToSpeech(inner, ContentCache(tmp_path), "tone"), "café au lait", "a")
    )
    assert again == first
    assert inner.asked == [("café au lait", "a")]


def test_another_voice_text_or_identity_is_another_rendering() -> None:
    inner, cache = ToneVoice(), ContentCache(None)
    for text, voice, identity in (("a b", "c", "i"), ("a", "b c", "i"), ("a b", "c", "j"), ("a b", "c", "i")):
        run_virtual(spoken(CachedTextToSpeech(inner, cache, identity), text, voice))
    assert inner.asked == [("a b", "c"), ("a", "b c"), ("a b", "c")]


def test_rendering_that_was_given_up_is_not_kept() -> None:
    inner = ToneVoice()
    tts = CachedTextToSpeech(inner, ContentCache(None), "tone")

    async def given_up() -> None:
        async with aclosing(tts.speak("one two", "a")) as chunks:
            async for _ in chunks:
                return

    run_virtual(given_up())
    assert run_virtual(spoken(tts, "one two", "a")) == run_virtual(spoken(ToneVoice(), "one two", "a"))
    assert len(inner.asked) == 2


class _FailsOnce:
    def __init__(self) -> None:
        self._failed = False

    async def speak(self, text: str, voice: str) -> AsyncGenerator[SpeechChunk, None]:
        yield SpeechChunk(pcm=b"ab")
        if not self._failed:
            self._failed = True
            raise ProviderError("fell over")
        yield SpeechChunk(pcm=b"cd")


def test_rendering_that_failed_half_way_is_not_kept() -> None:
    tts = CachedTextToSpeech(_FailsOnce(), ContentCache(None), "x")
    with pytest.raises(ProviderError, match="fell over"):
        run_virtual(spoken(tts, "text", "a"))
    assert [chunk.pcm for chunk in run_virtual(spoken(tts, "text", "a"))] == [b"ab", b"cd"]
