from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from agent.audio.tts.pyttsx3 import LONGEST_TEXT, Pyttsx3TextToSpeech
from agent.cache import cache_key
from agent.errors import ProviderError, ProviderRefused
from agent.media import SAMPLE_NS
from evals.sim.virtual_time import run_inline
from tests.ports.text_to_speech import check_text_to_speech

ROOT = Path(__file__).parents[4]
TEXT = "The appointment is at 10:30 on Tuesday, isn't it?"


@pytest.fixture(scope="module")
def voice() -> Iterator[Pyttsx3TextToSpeech]:
    with contextlib.closing(Pyttsx3TextToSpeech(run_inline)) as tts:
        yield tts


def test_pyttsx3_keeps_the_promises_of_a_voice() -> None:
    with contextlib.ExitStack() as made:
        check_text_to_speech(
            lambda: made.enter_context(contextlib.closing(Pyttsx3TextToSpeech(run_inline))),
            voice="en-us",
            unknown_voice="nobody",
        )


def test_same_text_is_the_same_audio_whatever_was_spoken_before(voice: Pyttsx3TextToSpeech) -> None:
    first = voice.render(TEXT, "en-us")
    voice.render("Something else entirely, and rather longer than that.", "en-gb")
    voice.render("no", "en-us+f4")
    assert voice.render(TEXT, "en-us") == first


def test_same_text_is_the_same_audio_in_another_process(voice: Pyttsx3TextToSpeech) -> None:
    program = (
        "import sys\n"
        "from agent.audio.tts.pyttsx3 import Pyttsx3TextToSpeech\n"
        "from agent.cache import cache_key\n"
        "tts = Pyttsx3TextToSpeech()\n"
        "tts.render('warming up', 'en-gb')\n"
        "print(cache_key(tts.render(sys.argv[1], 'en-us').pcm).hex())\n"
    )
    command = [sys.executable, "-c", program, TEXT]
    there = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=60)
    assert there.stdout.strip() == cache_key(voice.render(TEXT, "en-us").pcm).hex()


def test_words_cover_the_text_in_order_and_lie_in_the_audio(voice: Pyttsx3TextToSpeech) -> None:
    for text in (
        TEXT,
        "1 2 3",
        "It costs £1,200 - of the",
        "yes",
        '"Quoted," (bracketed) words... and so on!',
    ):
        rendering = voice.render(text, "en-us")
        assert [word.text for word in rendering.words] == text.split()
        end_ns = len(rendering.pcm) // 2 * SAMPLE_NS
        times = [time for word in rendering.words for time in (word.start_ns, word.end_ns)]
        assert times == sorted(times)
        assert times[0] >= 0 and times[-1] <= end_ns


def test_there_is_sound_in_every_word_and_none_after_the_last(voice: Pyttsx3TextToSpeech) -> None:
    rendering = voice.render("good morning everybody", "en-gb")
    samples = np.frombuffer(rendering.pcm, dtype="<i2").astype(float)
    for word in rendering.words:
        inside = samples[word.start_ns // SAMPLE_NS : word.end_ns // SAMPLE_NS]
        assert np.sqrt(np.mean(inside**2)) > 500
    after = samples[rendering.words[-1].end_ns // SAMPLE_NS + 400 :]
    assert after.size == 0 or np.abs(after).max() < 500


def test_rate_and_pitch_change_the_audio_and_the_identity() -> None:
    voices = [
        Pyttsx3TextToSpeech(run_inline),
        Pyttsx3TextToSpeech(run_inline, words_per_minute=220),
        Pyttsx3TextToSpeech(run_inline, pitch=90),
    ]
    try:
        assert len({tts.identity for tts in voices}) == 3
        plain, quick, high = (tts.render("good morning to you", "en-gb") for tts in voices)
        assert len(quick.pcm) < 0.9 * len(plain.pcm)
        assert high.pcm != plain.pcm
    finally:
        for tts in voices:
            tts.close()


def test_breathy_variant_is_refused_because_its_breath_is_never_the_same(voice: Pyttsx3TextToSpeech) -> None:
    with pytest.raises(ProviderRefused, match="no two renderings are the same; take another variant"):
        voice.render("hello", "en-us+f2")


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("nobody", "no voice 'nobody'; English ones are"),
        ("", "no voice ''"),
        ("en-us+nobody", "no voice variant 'nobody'; some are"),
        ("en-us+", "no voice 'en-us\\+'"),
        ("../en-us", "no voice '../en-us'"),
        ("en-us+../../x", "no voice"),
    ],
)
def test_voice_that_does_not_exist_is_refused_with_some_that_do(
    voice: Pyttsx3TextToSpeech, name: str, reason: str
) -> None:
    with pytest.raises(ProviderRefused, match=reason):
        voice.render("hello", name)


def test_text_that_would_be_spoken_for_an_hour_is_refused(voice: Pyttsx3TextToSpeech) -> None:
    with pytest.raises(ProviderRefused, match=f"at most {LONGEST_TEXT}"):
        voice.render("a " * LONGEST_TEXT, "en-us")


def test_control_characters_are_spoken_as_spaces(voice: Pyttsx3TextToSpeech) -> None:
    assert voice.render("good\nmorning\x00\x1b", "en-us") == voice.render("good morning", "en-us")


def test_process_that_was_killed_is_started_again_once(voice: Pyttsx3TextToSpeech) -> None:
    before = voice.render(TEXT, "en-us")
    old = _server_pid(voice)
    os.kill(old, signal.SIGKILL)
    assert voice.render(TEXT, "en-us") == before
    assert _server_pid(voice) != old


def test_process_that_dies_every_time_is_no_voice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agent.audio.tts.pyttsx3.espeak_server.__file__", os.devnull)
    with (
        contextlib.closing(Pyttsx3TextToSpeech(run_inline)) as tts,
        pytest.raises(ProviderError, match="died twice"),
    ):
        tts.render("hello", "en-us")


def test_closed_voice_leaves_no_process_and_speaks_again_when_asked() -> None:
    tts = Pyttsx3TextToSpeech(run_inline)
    first = tts.render("hello", "en-us")
    pid = _server_pid(tts)
    tts.close()
    tts.close()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    assert tts.render("hello", "en-us") == first
    tts.close()


def test_voices_are_listed_by_plain_names(voice: Pyttsx3TextToSpeech) -> None:
    assert {"en-gb", "en-us", "en-gb-scotland", "en-gb-x-rp"} <= set(voice.voices())


def _server_pid(tts: Pyttsx3TextToSpeech) -> int:
    assert tts._server is not None
    return tts._server._process.pid
