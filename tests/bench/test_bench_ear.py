"""The embedded ear on sentences that its language model has never seen, through the product's own telephone line."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from agent.assembly import STT, domain_texts
from agent.audio.ports import SpeechToText
from agent.audio.stt.domain_model import sentences_of
from agent.audio.tts.pyttsx3 import Pyttsx3TextToSpeech
from agent.cache import ContentCache
from agent.clock import stopwatch_ns
from agent.cognitive.flow_file import built_in_flow
from agent.media import FRAME_NS, FRAME_SAMPLES, RATE_HZ, AudioFrame, Samples
from agent.units import NS_PER_S
from evals.metrics.word_errors import WordErrors, word_errors
from evals.scenario.model import Line
from evals.sim.virtual_time import run_inline, run_virtual
from evals.synth.caller_audio import CallerAudio
from tests.corpora.test_ear import held_out
from tests.scenarios import a_case, says

pytestmark = pytest.mark.bench

VOICES = ("en-gb", "en-us", "en-gb-scotland")
LINES = (
    Line(name="clean"),
    Line(name="20 dB white", noise="white", snr_db=20.0),
    Line(name="10 dB white", noise="white", snr_db=10.0),
)
QUIET_FRAMES = 30


async def _heard(stt: SpeechToText, audio: CallerAudio, step: int) -> tuple[str, int]:
    """The text of one utterance with the line's own noise around it, and its frames."""
    utterance = audio.utterance(step)
    assert utterance is not None
    bed: list[Samples] = [audio.bed(number)[1] for number in range(2 * QUIET_FRAMES)]
    whole = np.concatenate([*bed[:QUIET_FRAMES], utterance.received, *bed[QUIET_FRAMES:]])
    recognition = await stt.open()
    count = len(whole) // FRAME_SAMPLES
    for number in range(count):
        piece = whole[number * FRAME_SAMPLES : (number + 1) * FRAME_SAMPLES]
        await recognition.feed(AudioFrame(t_ns=number * FRAME_NS, pcm=piece.astype("<i2").tobytes()))
    return (await recognition.finish()).text, count


def test_word_errors_of_the_embedded_ear_on_unseen_sentences() -> None:
    sentences = held_out()
    ears = STT["pocketsphinx"](domain_texts(built_in_flow("booking"), None), run_inline)
    voice = Pyttsx3TextToSpeech(run_inline)
    words = [word for sentence in sentences for text in sentences_of(sentence) for word in text.split()]
    vocabulary = ears.stt.model().vocabulary  # type: ignore[attr-defined]
    unknown = sum(word not in vocabulary for word in words)
    print(f"\n{len(sentences)} sentences, {len(words)} words, {unknown / len(words):.1%} out of vocabulary")
    try:
        for line in LINES:
            pooled, audio_s, work_s = WordErrors(), 0.0, 0.0
            for name in VOICES:
                case = dataclasses.replace(a_case(*map(says, sentences), line=line), voice=name)
                audio = run_virtual(CallerAudio.prepare(case, voice, ContentCache(None)))
                for step, sentence in enumerate(sentences):
                    begun_ns = stopwatch_ns()
                    text, frames = run_virtual(_heard(ears.stt, audio, step))
                    work_s += (stopwatch_ns() - begun_ns) / NS_PER_S
                    audio_s += frames * FRAME_SAMPLES / RATE_HZ
                    pooled += word_errors(sentence, text)
            print(
                f"{line.name}: pooled WER {pooled.rate:.3f}, {work_s / audio_s:.3f} x real time ({len(VOICES)} voices)"
            )
    finally:
        voice.close()
