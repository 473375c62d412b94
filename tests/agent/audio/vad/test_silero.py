from __future__ import annotations

import numpy as np
import pytest

from agent.audio.vad.silero import WINDOW_NS, SileroVoiceDetector
from agent.cache import ContentCache
from agent.errors import BadAudio
from agent.media import FRAME_NS, AudioFormat, AudioFrame, Encoding, mulaw_decode, mulaw_encode
from evals.sim.cached import CachedVoiceDetector, Listened
from tests.fakes.loudness_detector import LoudnessDetector
from tests.ports.voice_detector import check_voice_detector, fed, humming_frames


def test_silero_keeps_the_promises_of_a_voice_detector() -> None:
    check_voice_detector(SileroVoiceDetector)


def test_fake_keeps_the_promises_of_a_voice_detector() -> None:
    check_voice_detector(LoudnessDetector)


@pytest.mark.parametrize("make", [SileroVoiceDetector, LoudnessDetector])
def test_cached_detector_keeps_the_promises_of_a_voice_detector(
    make: type[SileroVoiceDetector | LoudnessDetector],
) -> None:
    cache = ContentCache(None)
    for _ in ("cold", "warm"):
        listened = Listened(cache, "case")
        check_voice_detector(lambda listened=listened: CachedVoiceDetector(make, listened, "id"))  # type: ignore[misc]
        listened.save()


def test_windows_of_32_ms_come_out_of_frames_of_20_ms_as_soon_as_they_are_full() -> None:
    detector = SileroVoiceDetector()
    frames = humming_frames(8, start_ns=0)
    windows = [[(w.start_ns, w.end_ns) for w in detector.feed(frame)] for frame in frames]
    assert [len(each) for each in windows] == [0, 1, 0, 1, 1, 0, 1, 1]
    spans = [span for each in windows for span in each]
    assert spans == [(at * WINDOW_NS, (at + 1) * WINDOW_NS) for at in range(5)]
    assert 5 * WINDOW_NS == 8 * FRAME_NS


def test_two_detectors_do_not_disturb_each_other() -> None:
    frames = humming_frames(30)
    alone = fed(SileroVoiceDetector(), frames)
    one, other = SileroVoiceDetector(), SileroVoiceDetector()
    other_frames = humming_frames(30, seed=9)
    windows = []
    for frame, disturbing in zip(frames, other_frames, strict=True):
        windows += one.feed(frame)
        other.feed(disturbing)
    assert windows == alone


def test_audio_at_another_rate_is_refused() -> None:
    wide = AudioFormat(encoding=Encoding.PCM_S16LE, rate_hz=16_000)
    with pytest.raises(BadAudio, match="voice detection wants"):
        SileroVoiceDetector().feed(AudioFrame(t_ns=0, pcm=bytes(640), format=wide))


def test_mu_law_frames_are_heard_as_their_samples() -> None:
    frames = humming_frames(30)
    mu_law = AudioFormat(encoding=Encoding.MULAW, rate_hz=8000)
    coded = [AudioFrame(t_ns=f.t_ns, pcm=mulaw_encode(f.samples), format=mu_law) for f in frames]
    decoded = [
        AudioFrame(t_ns=f.t_ns, pcm=np.asarray(mulaw_decode(f.pcm)).astype("<i2").tobytes()) for f in coded
    ]
    assert fed(SileroVoiceDetector(), coded) == fed(SileroVoiceDetector(), decoded)


def test_a_quiet_line_holds_no_voice_and_a_voice_after_it_is_judged_afresh() -> None:
    rng = np.random.default_rng(1)
    idle = [
        AudioFrame(t_ns=at * FRAME_NS, pcm=rng.normal(0, 12, 160).astype("<i2").tobytes()) for at in range(32)
    ]
    voice = humming_frames(30, start_ns=32 * FRAME_NS)
    detector = SileroVoiceDetector()
    assert {window.probability for window in fed(detector, idle)} == {0.0}
    after = [window.probability for window in fed(detector, voice)]
    alone = [window.probability for window in fed(SileroVoiceDetector(), voice)]
    assert after == alone
