import asyncio
import dataclasses

import numpy as np
import pytest

from agent.errors import ProviderRefused
from agent.events import WordSpan
from evals.errors import BadInput
from evals.record import Span
from evals.signal.voicing import speech_spans
from evals.synth.caller_voice import LEAD_MS, TAIL_MS, CleanSpeech, clean_speech, reference_text, render
from tests.fakes.tone_voice import NO_SUCH_VOICE, PAD_BEFORE_MS, ToneVoice, voiced_ms

MS = 1_000_000


def spoken(text: str, voice: ToneVoice | None = None) -> CleanSpeech:
    return clean_speech(asyncio.run(render(voice or ToneVoice(), text, "en-gb")))


def spans_ms(speech: CleanSpeech) -> list[tuple[float, float]]:
    return [(span.start_ns / MS, span.end_ns / MS) for span in speech.speech]


def test_padding_is_cut_to_a_known_amount_and_the_bounds_are_true() -> None:
    speech = spoken("yes this is alex")
    end = LEAD_MS + voiced_ms("yes this is alex")
    assert np.abs(np.array(spans_ms(speech)) - [(LEAD_MS, end)]).max() <= 10
    assert speech.samples.size / 8 == pytest.approx(end + TAIL_MS, abs=10)


def test_a_pause_is_as_long_as_it_says_from_voice_to_voice() -> None:
    first, second = spans_ms(spoken("tuesday [pause 800] works"))
    assert second[0] - first[1] == 800
    assert first[1] - first[0] == pytest.approx(voiced_ms("tuesday"), abs=10)
    assert second[1] - second[0] == pytest.approx(voiced_ms("works"), abs=10)


def test_pauses_are_not_spoken() -> None:
    voice = ToneVoice()
    spoken("well [pause 300] tuesday, [pause 1200] I think", voice)
    assert voice.asked == [("well", "en-gb"), ("tuesday,", "en-gb"), ("I think", "en-gb")]


def test_a_pause_shorter_than_the_margins_is_still_as_long_as_it_says() -> None:
    first, second = spans_ms(spoken("one [pause 60] two"))
    assert second[0] - first[1] == 60


def test_pauses_at_either_end_are_silence_there() -> None:
    speech = spoken("[pause 500] yes [pause 400]")
    ((start, end),) = spans_ms(speech)
    assert start == LEAD_MS + 500
    assert speech.samples.size / 8 == end + 400 + TAIL_MS


def test_words_move_with_the_speech() -> None:
    speech = spoken("one two [pause 500] three")
    assert [word.text for word in speech.words] == ["one", "two", "three"]
    (first, second) = spans_ms(speech)
    assert speech.words[0].start_ns / MS == pytest.approx(first[0], abs=10)
    assert speech.words[1].end_ns / MS == pytest.approx(first[1], abs=10)
    assert speech.words[2].start_ns / MS == pytest.approx(second[0], abs=10)


def test_a_word_ends_where_its_voice_ends_although_the_engine_counts_the_padding_to_it() -> None:
    rendered = asyncio.run(render(ToneVoice(), "yes", "en-gb"))
    stretched = WordSpan(text="yes", start_ns=0, end_ns=rendered[0].samples.size * 125_000)
    speech = clean_speech([dataclasses.replace(rendered[0], words=(stretched,))])
    ((start, end),) = spans_ms(speech)
    assert [(word.start_ns / MS, word.end_ns / MS) for word in speech.words] == [(start, end)]


def test_bounds_are_those_that_measuring_the_samples_finds() -> None:
    speech = spoken("my card is lost")
    found = [
        Span(start_ns=start * 125_000, end_ns=end * 125_000) for start, end in speech_spans(speech.samples)
    ]
    assert list(speech.speech) == found


def test_text_without_sound_has_no_speech() -> None:
    speech = spoken("")
    assert (speech.speech, speech.words) == ((), ())
    assert not speech.samples.any()
    assert speech.samples.size == (LEAD_MS + TAIL_MS) * 8


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Yes, [pause 800] this is Alex.", "Yes, this is Alex."),
        ("[pause 5]", ""),
        ("  plain   text ", "plain text"),
        ("a[pause 5]b", "a b"),
        ("[pause] stays", "[pause] stays"),
    ],
)
def test_reference_text_has_no_pauses(text: str, words: str) -> None:
    assert reference_text(text) == words


@pytest.mark.parametrize("pause", ["20001", "99999999999999999999999"])
def test_a_pause_that_would_fill_the_memory_is_refused(pause: str) -> None:
    with pytest.raises(BadInput, match="longer than 20000 ms"):
        spoken(f"yes [pause {pause}] no")


def test_a_voice_that_does_not_exist_is_the_voices_error() -> None:
    with pytest.raises(ProviderRefused):
        asyncio.run(render(ToneVoice(), "yes", NO_SUCH_VOICE))


def test_the_voice_pads_so_that_the_other_tests_mean_something() -> None:
    (rendering,) = asyncio.run(render(ToneVoice(), "yes", "en-gb"))
    assert not rendering.samples[: PAD_BEFORE_MS * 8].any()
