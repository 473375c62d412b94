"""A fake sense for voices: whatever is loud is a voice. Exact on clean audio, useless on anything else."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from agent.audio.ports import VoiceWindow
from agent.media import FRAME_NS, AudioFrame


class LoudnessDetector:
    """One window a frame; its probability is 1 where the frame's RMS is above 300."""

    def feed(self, frame: AudioFrame) -> Sequence[VoiceWindow]:
        rms = float(np.sqrt(np.mean(frame.samples.astype(np.float64) ** 2)))
        loud = 1.0 if rms > 300 else 0.0
        return [VoiceWindow(start_ns=frame.t_ns, end_ns=frame.t_ns + FRAME_NS, probability=loud)]

    def reset(self) -> None:
        """There is nothing to forget."""
