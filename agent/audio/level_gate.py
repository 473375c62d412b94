"""Whose voice is it? A voice much softer than the caller's own is somebody far away, however sure the detector is.

The detector says that somebody speaks; in a crowd somebody always does. The caller is nearest to the phone, so the
gate learns how loud the caller is and takes windows far below that as no voice. Before it has heard the caller it
assumes a quiet one (ITU-T P.56 active levels of -16 to -36 dBov are usual on the phone; the loudest windows of speech
lie some 8 dB above the active level).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from agent.media import AudioFrame

_FULL_SCALE_SQUARED = 32768.0**2
_SILENT_DBOV = -100.0


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelGateConfig:
    """How far below the caller's loudest windows a window still is theirs.

    Attributes:
        margin_db: the distance; speech's own soft sounds fall out, which the detector's patience with a voice bridges.
        assumed_peak_dbov: the loudest windows of a caller not heard yet.
        decay_db_per_s: how fast a loud moment is forgotten.
    """

    margin_db: float = 17.0
    assumed_peak_dbov: float = -27.0
    decay_db_per_s: float = 0.5


class LevelGate:
    """Follows one caller."""

    def __init__(self, config: LevelGateConfig) -> None:
        self._config = config
        self._peak_dbov = config.assumed_peak_dbov

    @property
    def threshold_dbov(self) -> float:
        """Windows softer than this are not the caller."""
        return self._peak_dbov - self._config.margin_db

    def admit(self, *, probability: float, level_dbov: float, window_s: float) -> float:
        """The probability that the caller speaks, given that somebody does with `probability` at `level_dbov`."""
        config = self._config
        self._peak_dbov = max(config.assumed_peak_dbov, self._peak_dbov - config.decay_db_per_s * window_s)
        if level_dbov < self.threshold_dbov:
            return 0.0
        if probability >= 0.5:
            self._peak_dbov = max(self._peak_dbov, level_dbov)
        return probability


def frame_dbov(frame: AudioFrame) -> float:
    """The frame's RMS in dB below overload (0 dBov is a full-scale square wave)."""
    samples = frame.samples.astype(np.float32)
    power = float(np.dot(samples, samples)) / (len(samples) * _FULL_SCALE_SQUARED)
    return 10 * math.log10(power) if power > 0 else _SILENT_DBOV
