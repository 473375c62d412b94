"""What every recogniser promises, as one check that each adapter's test runs."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from agent.audio.ports import Recognition, SpeechToText, Transcript
from agent.media import FRAME_NS, AudioFrame, cut_frames
from evals.sim.virtual_time import run_virtual


def check_speech_to_text(make: Callable[[], SpeechToText], utterance: bytes) -> None:
    """Runs the port's contract against recognisers that `make` gives.

    Args:
        utterance: telephone audio in which somebody says something.
    """
    frames = frames_of(utterance)
    run_virtual(_one_utterance(make(), frames))
    run_virtual(_two_at_once(make(), frames))
    run_virtual(_given_up(make(), frames))
    run_virtual(_nothing_fed(make()))


def frames_of(pcm: bytes, start_ns: int = 0) -> list[AudioFrame]:
    """Telephone bytes as frames that follow one another."""
    pieces = cut_frames(pcm)
    return [AudioFrame(t_ns=start_ns + at * FRAME_NS, pcm=piece) for at, piece in enumerate(pieces)]


async def recognised(
    stt: SpeechToText, frames: Sequence[AudioFrame], hints: Sequence[str] = ()
) -> tuple[list[Transcript | None], Transcript]:
    """What each frame brought, and the final transcript."""
    recognition = await stt.open(hints)
    partials = [await recognition.feed(frame) for frame in frames]
    final = await recognition.finish()
    await recognition.close()
    return partials, final


async def _one_utterance(stt: SpeechToText, frames: Sequence[AudioFrame]) -> None:
    recognition = await stt.open(["a likely phrase"])
    partials = [partial for frame in frames if (partial := await recognition.feed(frame)) is not None]
    assert all(not partial.final and partial.text for partial in partials)
    _check_final(await recognition.finish(), frames)
    await recognition.close()
    await recognition.close()


async def _two_at_once(stt: SpeechToText, frames: Sequence[AudioFrame]) -> None:
    first, second = await stt.open(), await stt.open()
    for frame in frames:
        await first.feed(frame)
        await second.feed(frame)
    finals = [await first.finish(), await second.finish()]
    assert all(final.final for final in finals)
    await _closed_twice(first)
    await _closed_twice(second)


async def _given_up(stt: SpeechToText, frames: Sequence[AudioFrame]) -> None:
    given_up = await stt.open()
    for frame in frames[: len(frames) // 2]:
        await given_up.feed(frame)
    await _closed_twice(given_up)
    _, after = await recognised(stt, frames)
    _check_final(after, frames)


async def _nothing_fed(stt: SpeechToText) -> None:
    recognition = await stt.open()
    assert (await recognition.finish()).final
    await _closed_twice(recognition)


async def _closed_twice(recognition: Recognition) -> None:
    await recognition.close()
    await recognition.close()


def _check_final(final: Transcript, frames: Sequence[AudioFrame]) -> None:
    assert final.final
    assert final.text
    assert final.confidence is None or 0 <= final.confidence <= 1
    starts = [word.start_ns for word in final.words]
    assert starts == sorted(starts)
    assert all(0 <= word.start_ns <= word.end_ns <= len(frames) * FRAME_NS for word in final.words)
    if final.words:
        assert " ".join(word.text for word in final.words) == final.text
