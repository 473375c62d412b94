"""What every sense for voices promises, as one check that each adapter's test runs."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from agent.audio.ports import VoiceDetector, VoiceWindow
from agent.media import FRAME_NS, FRAME_SAMPLES, AudioFrame

START_NS = 3_000_000_007  # anywhere on the call's clock


def check_voice_detector(make: Callable[[], VoiceDetector]) -> None:
    """Runs the port's contract against detectors that `make` gives."""
    frames = humming_frames(40)
    fresh = fed(make(), frames)
    _check_windows(fresh, frames)

    used = make()
    fed(used, humming_frames(7, start_ns=0, seed=2))  # ends within a window of some detectors
    used.reset()
    assert fed(used, frames) == fresh, "reset forgets all audio before it, a half-filled window included"

    used.reset()
    later_ns = 60_000_000_000
    shifted = fed(used, humming_frames(40, start_ns=START_NS + later_ns))
    assert shifted == [
        VoiceWindow(
            start_ns=window.start_ns + later_ns,
            end_ns=window.end_ns + later_ns,
            probability=window.probability,
        )
        for window in fresh
    ], "windows are on the call's clock, whatever it shows"

    used.reset()
    used.reset()
    silent = [AudioFrame(t_ns=at * FRAME_NS, pcm=bytes(2 * FRAME_SAMPLES)) for at in range(20)]
    assert max(window.probability for window in fed(used, silent)) < 0.5


def humming_frames(count: int, *, start_ns: int = START_NS, seed: int = 1) -> list[AudioFrame]:
    """A hum that comes and goes, with some noise."""
    at = np.arange(count * FRAME_SAMPLES) / 8000
    hum = sum(np.sin(2 * np.pi * 130 * k * at) / k for k in range(1, 12))
    noise = np.random.Generator(np.random.PCG64(seed)).standard_normal(len(at))
    samples = (2500 * hum * (np.sin(2 * np.pi * 3 * at) > 0) + 40 * noise).astype("<i2")
    return [
        AudioFrame(t_ns=start_ns + index * FRAME_NS, pcm=piece.tobytes())
        for index, piece in enumerate(samples.reshape(count, FRAME_SAMPLES))
    ]


def fed(detector: VoiceDetector, frames: Sequence[AudioFrame]) -> list[VoiceWindow]:
    """All windows that the frames complete."""
    return [window for frame in frames for window in detector.feed(frame)]


def _check_windows(windows: Sequence[VoiceWindow], frames: Sequence[AudioFrame]) -> None:
    assert windows
    assert windows[0].start_ns == frames[0].t_ns
    for window, following in zip(windows, [*windows[1:], None], strict=True):
        assert window.start_ns < window.end_ns
        assert 0 <= window.probability <= 1
        assert following is None or window.end_ns == following.start_ns
    end_ns = frames[-1].t_ns + FRAME_NS
    length_ns = windows[-1].end_ns - windows[-1].start_ns
    assert end_ns - length_ns < windows[-1].end_ns <= end_ns, "a window comes as soon as it is complete"
