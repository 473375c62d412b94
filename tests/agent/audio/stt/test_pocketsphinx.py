from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from itertools import pairwise

import pytest

from agent.audio.blocking import run_in_thread
from agent.audio.ports import Transcript
from agent.audio.stt.pocketsphinx import PocketsphinxSpeechToText
from agent.audio.tts.pyttsx3 import Pyttsx3TextToSpeech
from agent.cache import ContentCache
from agent.errors import BadAudio, ProviderError
from agent.media import FRAME_MS, SILENT_PCM, AudioFormat, AudioFrame, Encoding
from evals.sim.cached import CachedSpeechToText, Listened
from evals.sim.virtual_time import run_inline, run_virtual
from tests.fakes.listed_transcripts import ListedTranscripts
from tests.ports.speech_to_text import check_speech_to_text, frames_of, recognised

SAID = "over the phone please"
Heard = tuple[list[Transcript | None], Transcript]


@pytest.fixture(scope="module")
def stt() -> PocketsphinxSpeechToText:
    return PocketsphinxSpeechToText(run_blocking=run_inline)


@pytest.fixture(scope="module")
def audio() -> dict[str, bytes]:
    """What is said, by the sentence."""
    with contextlib.closing(Pyttsx3TextToSpeech(run_inline)) as tts:
        return {text: tts.render(text, "en-us").pcm for text in (SAID, "no thank you", "yes")}


def hear(stt: PocketsphinxSpeechToText, frames: Sequence[AudioFrame], hints: Sequence[str] = ()) -> Heard:
    return run_virtual(recognised(stt, frames, hints))


def test_pocketsphinx_keeps_the_promises_of_a_recogniser(
    stt: PocketsphinxSpeechToText, audio: dict[str, bytes]
) -> None:
    check_speech_to_text(lambda: stt, audio["yes"])


def test_fake_keeps_the_promises_of_a_recogniser(audio: dict[str, bytes]) -> None:
    check_speech_to_text(lambda: ListedTranscripts("what was said", "and then"), audio["yes"])


def test_cached_pocketsphinx_keeps_the_promises_of_a_recogniser(
    stt: PocketsphinxSpeechToText, audio: dict[str, bytes]
) -> None:
    cache = ContentCache(None)
    for _ in ("cold", "warm"):
        listened = Listened(cache, "case")
        check_speech_to_text(
            lambda listened=listened: CachedSpeechToText(stt, listened, stt.identity),  # type: ignore[misc]
            audio["yes"],
        )
        listened.save()


def test_what_is_heard_does_not_depend_on_what_was_heard_before(
    stt: PocketsphinxSpeechToText, audio: dict[str, bytes]
) -> None:
    frames = frames_of(audio[SAID])
    first = hear(stt, frames)
    hear(stt, frames_of(audio["no thank you"]))
    quieter = [
        AudioFrame(t_ns=frame.t_ns, pcm=(frame.samples // 4).astype("<i2").tobytes()) for frame in frames
    ]
    hear(stt, quieter)
    assert hear(stt, frames) == first


def test_what_is_heard_is_the_same_in_a_recogniser_just_made_and_in_threads(
    stt: PocketsphinxSpeechToText, audio: dict[str, bytes]
) -> None:
    frames = frames_of(audio[SAID])
    fresh = PocketsphinxSpeechToText(run_blocking=run_in_thread)
    assert fresh.identity == stt.identity
    assert asyncio.run(recognised(fresh, frames)) == hear(stt, frames)


def test_utterances_that_overlap_are_heard_as_if_each_were_alone(
    stt: PocketsphinxSpeechToText, audio: dict[str, bytes]
) -> None:
    one, other = frames_of(audio["no thank you"]), frames_of(audio["yes"])

    async def both() -> list[Transcript]:
        first, second = await stt.open(), await stt.open()
        for at in range(max(len(one), len(other))):
            if at < len(one):
                await first.feed(one[at])
            if at < len(other):
                await second.feed(other[at])
        return [await first.finish(), await second.finish()]

    assert run_virtual(both()) == [hear(stt, one)[1], hear(stt, other)[1]]


def test_there_is_a_partial_well_before_the_utterance_ends(
    stt: PocketsphinxSpeechToText, audio: dict[str, bytes]
) -> None:
    partials, final = hear(stt, frames_of(audio[SAID]))
    early = [partial for partial in partials[: -300 // FRAME_MS] if partial is not None]
    assert early
    assert not any(partial.final for partial in early)
    texts = [partial.text for partial in partials if partial is not None]
    assert all(text != before for before, text in pairwise(texts))
    assert len(set(final.text.split()) & set(SAID.split())) >= 2


def test_words_of_the_final_come_with_times_and_its_confidence_is_a_share(
    stt: PocketsphinxSpeechToText, audio: dict[str, bytes]
) -> None:
    _, final = hear(stt, frames_of(audio[SAID]))
    assert final.text == " ".join(word.text for word in final.words)
    assert final.confidence is not None and 0 < final.confidence <= 1
    assert all(word.end_ns <= following.start_ns for word, following in pairwise(final.words))


def test_silence_is_no_words(stt: PocketsphinxSpeechToText) -> None:
    _, final = hear(stt, frames_of(SILENT_PCM * 40))
    assert (final.text, final.words, final.confidence) == ("", (), 0.0)


def test_hints_join_the_model_in_any_order(stt: PocketsphinxSpeechToText, audio: dict[str, bytes]) -> None:
    hints = ["the zebra enclosure", "a llama"]
    hinted = stt.model(hints)
    assert (
        hinted.vocabulary - stt.model().vocabulary == {"zebra", "enclosure", "llama"} - stt.model().vocabulary
    )
    assert {"zebra", "llama"} <= hinted.vocabulary
    assert hinted.identity != stt.model().identity
    assert stt.model(hints[::-1]) is hinted
    assert hear(stt, frames_of(audio["yes"]), hints)[1].final


def test_word_that_nobody_can_pronounce_is_not_heard_and_breaks_nothing(
    stt: PocketsphinxSpeechToText, audio: dict[str, bytes]
) -> None:
    hints = ["call xqzzkt please"]
    assert "xqzzkt" in stt.model(hints).silent
    assert "xqzzkt" not in stt.model(hints).vocabulary
    assert "xqzzkt" not in hear(stt, frames_of(audio["yes"]), hints)[1].text


def test_audio_at_another_rate_is_refused(stt: PocketsphinxSpeechToText) -> None:
    wide = AudioFormat(encoding=Encoding.PCM_S16LE, rate_hz=16_000)
    with pytest.raises(BadAudio, match="recognition wants"):
        hear(stt, [AudioFrame(t_ns=0, pcm=bytes(640), format=wide)])


def test_finishing_twice_gives_the_same_and_later_audio_is_not_heard(
    stt: PocketsphinxSpeechToText, audio: dict[str, bytes]
) -> None:
    frames = frames_of(audio["yes"])

    async def main() -> list[Transcript]:
        recognition = await stt.open()
        for frame in frames:
            await recognition.feed(frame)
        final = await recognition.finish()
        late = [await recognition.feed(frame) for frame in frames]
        assert late == [None] * len(frames)
        return [final, await recognition.finish()]

    assert run_virtual(main()) == [hear(stt, frames)[1]] * 2


def test_utterance_that_was_given_up_has_no_final(stt: PocketsphinxSpeechToText) -> None:
    async def main() -> None:
        recognition = await stt.open()
        await recognition.close()
        await recognition.finish()

    with pytest.raises(ProviderError, match="given up before it was finished"):
        run_virtual(main())


def test_utterance_without_end_is_heard_up_to_its_bound(
    stt: PocketsphinxSpeechToText, audio: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    frames = frames_of(audio[SAID])
    _, begun = hear(stt, frames[:30])
    monkeypatch.setattr("agent.audio.stt.pocketsphinx.LONGEST_UTTERANCE_NS", 30 * FRAME_MS * 1_000_000)
    assert hear(stt, frames)[1] == begun
