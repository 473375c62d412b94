"""A voicemail's beep: behind a greeting, soon after the answer."""

from __future__ import annotations

import numpy as np

from agent.audio.beep import Beep
from agent.audio.voicemail import VoicemailWatch
from agent.media import FRAME_NS, FRAME_SAMPLES, RATE_HZ, AudioFrame
from agent.units import NS_PER_S

LOUD_DBOV, QUIET_DBOV = -20.0, -80.0


def watched(watch: VoicemailWatch, start_ns: int, *, tone_ms: int, speaking: bool) -> list[Beep]:
    """The beeps of a tone at 1,000 Hz with 200 ms of silence behind."""
    at = np.arange((tone_ms + 200) * RATE_HZ // 1000)
    samples = np.where(at < tone_ms * 8, 3000 * np.sin(2 * np.pi * 1000 * at / RATE_HZ), 0).astype("<i2")
    found = []
    for number, row in enumerate(samples.reshape(-1, FRAME_SAMPLES)):
        level = LOUD_DBOV if row.any() else QUIET_DBOV
        frame = AudioFrame(t_ns=0, pcm=row.tobytes())
        beep = watch.notice(frame, start_ns + number * FRAME_NS, level_dbov=level, speaking=speaking)
        if beep is not None:
            found.append(beep)
    return found


def test_a_beep_behind_a_greeting_is_a_voicemails() -> None:
    (beep,) = watched(VoicemailWatch(45), 5 * NS_PER_S, tone_ms=400, speaking=True)
    assert abs(beep.duration_ms - 400) <= 40


def test_a_beep_that_nobody_spoke_before_is_none() -> None:
    assert watched(VoicemailWatch(45), 5 * NS_PER_S, tone_ms=400, speaking=False) == []


def test_a_tone_at_the_end_of_the_window_does_not_sound_for_ever() -> None:
    watch = VoicemailWatch(45)
    assert watched(watch, 45 * NS_PER_S - 10 * FRAME_NS, tone_ms=800, speaking=True) == []
    assert not watch.sounding
