from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.audio.ports import Recognition, Transcript, VoiceWindow
from agent.cache import ContentCache
from agent.events import WordSpan
from agent.media import FRAME_NS, FRAME_SAMPLES, AudioFrame
from evals.sim.cached import CachedSpeechToText, CachedVoiceDetector, Listened
from evals.sim.virtual_time import run_virtual

RESET = "reset"
WINDOW_NS = 32_000_000


@dataclass
class Counts:
    """What the inner ones were asked."""

    made: int = 0
    fed: int = 0


class Summing:
    """A detector whose results depend on everything since its reset, in windows that cross frames."""

    def __init__(self, counts: Counts) -> None:
        self._counts = counts
        counts.made += 1
        self.reset()

    def feed(self, frame: AudioFrame) -> Sequence[VoiceWindow]:
        self._counts.fed += 1
        self._start_ns = frame.t_ns if self._start_ns is None else self._start_ns
        self._sum = (self._sum * 31 + int(frame.samples.astype(np.int64).sum())) % 1009
        windows = []
        while self._start_ns + WINDOW_NS <= frame.t_ns + FRAME_NS:
            end_ns = self._start_ns + WINDOW_NS
            windows.append(VoiceWindow(start_ns=self._start_ns, end_ns=end_ns, probability=self._sum / 1009))
            self._start_ns = end_ns
        return windows

    def reset(self) -> None:
        self._sum = 0
        self._start_ns: int | None = None


class Spelling:
    """A recogniser whose partials and finals tell everything that was fed, and the hints."""

    def __init__(self, counts: Counts) -> None:
        self.counts = counts
        self.open_now = 0

    async def open(self, hints: Sequence[str] = ()) -> Recognition:
        self.counts.made += 1
        self.open_now += 1
        return _Spelled(self, " ".join(hints))


class _Spelled:
    def __init__(self, owner: Spelling, text: str) -> None:
        self._owner = owner
        self._text = text
        self._fed = 0
        self._closed = False

    async def feed(self, frame: AudioFrame) -> Transcript | None:
        self._owner.counts.fed += 1
        self._fed += 1
        self._text += f" {frame.samples[0]}"
        return Transcript(text=self._text, final=False) if self._fed % 3 == 0 else None

    async def finish(self) -> Transcript:
        words = tuple(
            WordSpan(text=word, start_ns=at, end_ns=at + 1) for at, word in enumerate(self._text.split())
        )
        return Transcript(text=self._text, final=True, confidence=1 / (1 + self._fed), words=words)

    async def close(self) -> None:
        if not self._closed:
            self._closed = True
            self._owner.open_now -= 1


def a_frame(at: int, value: int) -> AudioFrame:
    return AudioFrame(t_ns=at * FRAME_NS, pcm=np.full(FRAME_SAMPLES, value, dtype="<i2").tobytes())


def frames(*values: int, first: int = 0) -> list[AudioFrame]:
    return [a_frame(first + at, value) for at, value in enumerate(values)]


Detected = list[Sequence[VoiceWindow]]


def detect(detector: CachedVoiceDetector | Summing, script: Sequence[int | str]) -> Detected:
    """What each frame brings; the call's clock goes on over resets."""
    results: Detected = []
    for at, item in enumerate(script):
        if isinstance(item, str):
            detector.reset()
        else:
            results.append(detector.feed(a_frame(at, item)))
    return results


def detect_cached(
    cache: ContentCache, script: Sequence[int | str], place: str = "case"
) -> tuple[Detected, Counts]:
    counts = Counts()
    listened = Listened(cache, place)
    results = detect(CachedVoiceDetector(lambda: Summing(counts), listened, "summing"), script)
    listened.save()
    return results, counts


async def _recognise(
    stt: CachedSpeechToText | Spelling, values: Sequence[int], hints: Sequence[str]
) -> list[object]:
    recognition = await stt.open(hints)
    partials: list[object] = [await recognition.feed(frame) for frame in frames(*values)]
    final = await recognition.finish()
    await recognition.close()
    return [*partials, final]


def recognise(values: Sequence[int], hints: Sequence[str] = ()) -> list[object]:
    return run_virtual(_recognise(Spelling(Counts()), values, hints))


def recognise_cached(
    cache: ContentCache, values: Sequence[int], hints: Sequence[str] = (), identity: str = "spelling"
) -> tuple[list[object], Counts]:
    inner = Spelling(Counts())
    listened = Listened(cache, "case")
    results = run_virtual(_recognise(CachedSpeechToText(inner, listened, identity), values, hints))
    listened.save()
    assert inner.open_now == 0, "every utterance that was opened is closed"
    return results, inner.counts


SCRIPT = [1, 2, 3, 4, 5, RESET, 1, 2, 9, 9, RESET, RESET, 7, 7, 7, 7]


def test_detector_gives_the_same_cold_and_warm_and_runs_only_when_cold() -> None:
    cache = ContentCache(None)
    cold, cold_counts = detect_cached(cache, SCRIPT)
    warm, warm_counts = detect_cached(cache, SCRIPT)
    assert cold == warm == detect(Summing(Counts()), SCRIPT)
    assert cold_counts.made == 1
    assert warm_counts == Counts(made=0, fed=0)


def test_detector_that_meets_new_audio_catches_up_and_gives_what_it_would_have_given() -> None:
    cache = ContentCache(None)
    detect_cached(cache, [1, 2, 3, 4, 5, 6])
    changed = [1, 2, 3, 40, 5, 6]
    results, counts = detect_cached(cache, changed)
    assert results == detect(Summing(Counts()), changed)
    assert counts == Counts(made=1, fed=6), "three frames to catch up on, three new ones"


def test_detector_is_no_longer_asked_after_the_next_reset_when_what_follows_is_known() -> None:
    cache = ContentCache(None)
    detect_cached(cache, [1, 2, 3, RESET, 4, 5, 6])
    script = [1, 2, 30, RESET, 4, 5, 6]
    results, counts = detect_cached(cache, script)
    assert results == detect(Summing(Counts()), script)
    assert counts.fed == 3


SCRIPTS = st.lists(st.one_of(st.integers(0, 2), st.just(RESET)), max_size=20)


@settings(deadline=None, max_examples=60)
@given(calls=st.lists(SCRIPTS, max_size=5))
def test_detector_with_any_calls_before_it_gives_what_it_gives_alone(calls: list[list[int | str]]) -> None:
    cache = ContentCache(None)
    for script in calls:
        assert detect_cached(cache, script)[0] == detect(Summing(Counts()), script)
    for script in calls:
        assert detect_cached(cache, script)[1] == Counts()


def test_recogniser_gives_the_same_cold_and_warm_and_runs_only_when_cold() -> None:
    cache = ContentCache(None)
    cold, cold_counts = recognise_cached(cache, [1, 2, 3, 4, 5, 6, 7])
    warm, warm_counts = recognise_cached(cache, [1, 2, 3, 4, 5, 6, 7])
    assert cold == warm == recognise([1, 2, 3, 4, 5, 6, 7])
    assert cold_counts == Counts(made=1, fed=7)
    assert warm_counts == Counts(made=0, fed=0)


def test_recogniser_that_meets_new_audio_catches_up_and_gives_what_it_would_have_given() -> None:
    cache = ContentCache(None)
    recognise_cached(cache, [1, 2, 3, 4, 5, 6, 7])
    results, counts = recognise_cached(cache, [1, 2, 3, 4, 50, 6, 7])
    assert results == recognise([1, 2, 3, 4, 50, 6, 7])
    assert counts == Counts(made=1, fed=7)


def test_utterance_that_ends_earlier_than_the_kept_one_is_finished_for_real() -> None:
    cache = ContentCache(None)
    recognise_cached(cache, [1, 2, 3, 4])
    results, counts = recognise_cached(cache, [1, 2, 3])
    assert results == recognise([1, 2, 3])
    assert counts == Counts(made=1, fed=3)
    assert recognise_cached(cache, [1, 2, 3])[1] == Counts()


def test_same_audio_with_other_hints_or_another_recogniser_is_heard_again() -> None:
    cache = ContentCache(None)
    recognise_cached(cache, [1, 2, 3], ["a", "b"])
    for hints, identity in ((["b", "a"], "spelling"), ([], "spelling"), (["a", "b"], "another")):
        results, counts = recognise_cached(cache, [1, 2, 3], hints, identity)
        assert results == recognise([1, 2, 3], hints)
        assert counts.made == 1


@settings(deadline=None, max_examples=60)
@given(utterances=st.lists(st.lists(st.integers(0, 1), max_size=8), max_size=6))
def test_recogniser_with_any_utterances_before_it_gives_what_it_gives_alone(
    utterances: list[list[int]],
) -> None:
    cache = ContentCache(None)
    for values in utterances:
        assert recognise_cached(cache, values)[0] == recognise(values)
    for values in utterances:
        assert recognise_cached(cache, values)[1] == Counts()


def test_utterance_that_is_given_up_closes_the_real_one() -> None:
    inner = Spelling(Counts())

    async def main() -> None:
        stt = CachedSpeechToText(inner, Listened(ContentCache(None), "case"), "spelling")
        recognition = await stt.open()
        await recognition.feed(a_frame(0, 1))
        assert inner.open_now == 1
        await recognition.close()
        await recognition.close()
        assert inner.open_now == 0

    run_virtual(main())


def test_what_was_heard_in_one_place_is_not_known_in_another() -> None:
    cache = ContentCache(None)
    detect_cached(cache, [1, 2, 3], place="one")
    assert detect_cached(cache, [1, 2, 3], place="other")[1].fed == 3


def test_entry_that_grew_too_large_keeps_only_what_the_last_call_used(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("evals.sim.cached.MOST_RESULTS", 6)
    cache = ContentCache(None)
    detect_cached(cache, [1, 2, 3, 4])
    assert detect_cached(cache, [1, 2, 5])[1].fed == 3
    assert detect_cached(cache, [1, 2, 3, 4])[1].fed == 0, "five results: not too large yet"
    script = [1, 2, 6, 7, 8]
    assert detect_cached(cache, script)[0] == detect(Summing(Counts()), script)
    assert detect_cached(cache, script)[1].fed == 0
    assert detect_cached(cache, [1, 2, 3])[1].fed == 3, "cut"


def test_call_that_heard_nothing_new_writes_nothing() -> None:
    cache = ContentCache(None)
    detect_cached(cache, [1, 2, 3])

    class _NoWriting(ContentCache):
        def put(self, kind: str, key: bytes | str, value: bytes) -> None:
            raise AssertionError("written")

        def get(self, kind: str, key: bytes | str) -> bytes | None:
            return cache.get(kind, key)

    assert detect_cached(_NoWriting(None), [1, 2, 3])[1].fed == 0
