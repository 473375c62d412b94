"""The embedded ear as a recogniser: the port's promises, and the same text however the audio comes."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.audio.blocking import run_in_thread
from agent.audio.ports import Transcript
from agent.audio.stt.ear.acoustic import AcousticModel
from agent.audio.stt.ear.recogniser import EarRecognition, EarSpeechToText
from agent.audio.stt.ear.search_config import SearchConfig
from agent.audio.tts.pyttsx3 import Pyttsx3TextToSpeech
from agent.cache import ContentCache
from agent.errors import BadAudio, ProviderError
from agent.media import FRAME_MS, FRAME_SAMPLES, SILENT_PCM, AudioFormat, AudioFrame, Encoding, Samples
from evals.scenario.model import Line
from evals.sim.cached import CachedSpeechToText, Listened
from evals.sim.virtual_time import run_inline, run_virtual
from evals.streaming import streamed
from evals.synth.caller_audio import CallerAudio
from tests.ports.speech_to_text import check_speech_to_text, frames_of, recognised
from tests.scenarios import a_case, says

SAID = (
    "i would like to move my appointment to thursday afternoon please",
    "my number is oh seven seven double three nine one eight",
    "no thank you",
)
NOISY = Line(name="office", noise="office", snr_db=8.0)
QUIET = np.zeros(FRAME_SAMPLES * 20, np.int16)


@pytest.fixture(scope="module")
def stt() -> EarSpeechToText:
    return EarSpeechToText(run_blocking=run_inline)


@pytest.fixture(scope="module")
def utterances() -> list[Samples]:
    """What is said, on a clean line and on a noisy one."""
    with contextlib.closing(Pyttsx3TextToSpeech(run_inline)) as tts:
        found = []
        for line in (Line(name="clean"), NOISY):
            case = a_case(*map(says, SAID), line=line)
            audio = run_virtual(CallerAudio.prepare(case, tts, ContentCache(None)))
            for step in range(len(SAID)):
                utterance = audio.utterance(step)
                assert utterance is not None
                found.append(np.concatenate((QUIET, utterance.received, QUIET)))
        return found


def hear(stt: EarSpeechToText, samples: Samples, hints: Sequence[str] = ()) -> Transcript:
    return run_virtual(streamed(stt, samples, hints)).final


def test_ear_keeps_the_promises_of_a_recogniser(stt: EarSpeechToText, utterances: list[Samples]) -> None:
    check_speech_to_text(lambda: stt, utterances[2].astype("<i2").tobytes())


def test_cached_ear_keeps_the_promises_of_a_recogniser(
    stt: EarSpeechToText, utterances: list[Samples]
) -> None:
    cache = ContentCache(None)
    for _ in ("cold", "warm"):
        listened = Listened(cache, "case")
        check_speech_to_text(
            lambda listened=listened: CachedSpeechToText(stt, listened, stt.identity),  # type: ignore[misc]
            utterances[2].astype("<i2").tobytes(),
        )
        listened.save()


def test_clean_sentences_are_heard(stt: EarSpeechToText, utterances: list[Samples]) -> None:
    heard = [hear(stt, samples).text for samples in utterances[:3]]
    assert heard == list(SAID)


def test_text_is_the_same_streamed_batched_threaded_and_in_other_company(
    stt: EarSpeechToText, utterances: list[Samples]
) -> None:
    one_by_one = [hear(stt, samples) for samples in utterances]
    assert stt.transcribe(utterances) == one_by_one
    assert stt.transcribe(utterances[::-1])[::-1] == one_by_one
    assert stt.transcribe(utterances[:1]) == one_by_one[:1]

    async def all_at_once() -> list[Transcript]:
        threaded = EarSpeechToText(run_blocking=run_in_thread)
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(streamed(threaded, samples)) for samples in utterances]
        return [task.result().final for task in tasks]

    assert asyncio.run(all_at_once()) == one_by_one


@settings(max_examples=15, deadline=None)
@given(pieces=st.lists(st.integers(1, 4000), min_size=1, max_size=30), which=st.integers(0, 5))
def test_what_the_network_hears_does_not_depend_on_pieces_or_threads(
    utterances: list[Samples], pieces: list[int], which: int
) -> None:
    samples = utterances[which]
    whole = AcousticModel().whole(utterances)[which]
    stream = AcousticModel(threads=2).open()
    heard = []
    at = turn = 0
    while at < samples.size:
        size = pieces[turn % len(pieces)]
        heard.append(stream.feed(samples[at : at + size]))
        at, turn = at + size, turn + 1
    heard.append(stream.finish())
    assert np.array_equal(np.concatenate(heard), whole)


def test_partials_come_at_least_every_hundred_milliseconds_and_stable_words_stay(
    stt: EarSpeechToText, utterances: list[Samples]
) -> None:
    async def listen() -> tuple[list[int], list[tuple[str, ...]], tuple[str, ...]]:
        recognition = await stt.open()
        worked, stable = [], []
        before = 0
        for number, frame in enumerate(frames_of(utterances[0].astype("<i2").tobytes()), 1):
            await recognition.feed(frame)
            if recognition.frames_heard != before:
                worked.append(number * FRAME_MS)
                before = recognition.frames_heard
            stable.append(recognition.stable_words)
        final = await recognition.finish()
        return worked, stable, tuple(final.text.split())

    worked, stable, final = run_virtual(listen())
    steps = np.diff(worked)
    assert steps.max() <= 100
    assert any(len(words) >= 3 for words in stable[:-20])
    for words in stable:
        assert final[: len(words)] == words


def test_a_final_has_confidence_word_times_and_alternatives(
    stt: EarSpeechToText, utterances: list[Samples]
) -> None:
    async def listen(samples: Samples) -> tuple[Transcript, EarRecognition]:
        recognition = await stt.open()
        for frame in frames_of(samples.astype("<i2").tobytes()):
            await recognition.feed(frame)
        return await recognition.finish(), recognition

    clean, recognition = run_virtual(listen(utterances[0]))
    assert clean.confidence is not None and clean.confidence > 0.8
    assert [word.text for word in clean.words] == clean.text.split()
    assert recognition.alternatives[0].text == clean.text


def test_a_wider_search_gives_more_alternatives_likeliest_first(utterances: list[Samples]) -> None:
    def alternatives(margin: float) -> list[float]:
        ear = EarSpeechToText(run_blocking=run_inline, config=SearchConfig(score_margin=margin, best=8))

        async def listen() -> list[float]:
            recognition = await ear.open()
            for frame in frames_of(utterances[0].astype("<i2").tobytes()):
                await recognition.feed(frame)
            await recognition.finish()
            return [each.score for each in recognition.alternatives]

        return run_virtual(listen())

    few, many = alternatives(4.0), alternatives(20.0)
    assert len(few) < len(many) <= 8
    assert many == sorted(many, reverse=True)


def test_silence_is_heard_as_nothing(stt: EarSpeechToText) -> None:
    final = hear(stt, np.zeros(8000 * 3, np.int16))
    assert final.text == ""
    assert final.confidence == 0.0


HINTS = [f"{name} limited" for name in ("zaphkiel", "korrigan", "mirembe", "ottoline", "quixby")] * 10


def test_a_hint_brings_a_name_that_nobody_could_spell(stt: EarSpeechToText) -> None:
    said = ("this is ottoline from zaphkiel limited", "the account is with quixby and tolland")
    with contextlib.closing(Pyttsx3TextToSpeech(run_inline)) as tts:
        audio = run_virtual(CallerAudio.prepare(a_case(*map(says, said)), tts, ContentCache(None)))
    hints = ["quixby and tolland", "ottoline", "zaphkiel"]
    for step, text in enumerate(said):
        utterance = audio.utterance(step)
        assert utterance is not None
        samples = np.concatenate((QUIET, utterance.received, QUIET))
        assert hear(stt, samples, hints).text == text
        assert hear(stt, samples).text != text


def test_hints_for_words_that_were_not_said_change_nothing(
    stt: EarSpeechToText, utterances: list[Samples]
) -> None:
    for samples in utterances[:3]:
        assert hear(stt, samples, HINTS).text == hear(stt, samples).text
    for samples in utterances[3:]:
        hinted = set(" ".join(HINTS).split()) - {"limited"}
        assert not hinted & set(hear(stt, samples, HINTS).text.split())


def test_audio_at_another_rate_is_refused(stt: EarSpeechToText) -> None:
    wide = AudioFormat(encoding=Encoding.PCM_S16LE, rate_hz=16_000)
    frame = AudioFrame(t_ns=0, pcm=bytes(2 * 320), format=wide)

    async def feed() -> None:
        recognition = await stt.open()
        await recognition.feed(frame)

    with pytest.raises(BadAudio, match="recognition wants"):
        run_virtual(feed())


def test_utterance_that_was_given_up_has_no_final(stt: EarSpeechToText) -> None:
    async def main() -> None:
        recognition = await stt.open()
        await recognition.close()
        assert await recognition.feed(AudioFrame(t_ns=0, pcm=SILENT_PCM)) is None
        await recognition.finish()

    with pytest.raises(ProviderError, match="given up before it was finished"):
        run_virtual(main())


def test_finishing_twice_gives_the_same_and_later_audio_is_not_heard(
    stt: EarSpeechToText, utterances: list[Samples]
) -> None:
    frames = frames_of(utterances[2].astype("<i2").tobytes())

    async def main() -> list[Transcript]:
        recognition = await stt.open()
        for frame in frames:
            await recognition.feed(frame)
        final = await recognition.finish()
        assert [await recognition.feed(frame) for frame in frames] == [None] * len(frames)
        return [final, await recognition.finish()]

    assert run_virtual(main()) == [hear(stt, utterances[2])] * 2


def test_a_minute_is_heard_and_no_more(stt: EarSpeechToText, utterances: list[Samples]) -> None:
    long = np.concatenate((np.zeros(60 * 8000, np.int16), utterances[0]))
    _, final = run_virtual(recognised(stt, frames_of(long.astype("<i2").tobytes())))
    assert final.text == ""


def test_more_samples_at_once_than_the_network_takes_are_told() -> None:
    model = AcousticModel()
    with pytest.raises(BadAudio, match="the network takes 983040"):
        model.run(np.zeros((1, 983_041), np.float32), model.start(1))
