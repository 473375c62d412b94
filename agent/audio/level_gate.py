"""Whose voice is it? A voice much softer than the caller's own, or hardly above the noise, is not the caller.

The detector says that somebody speaks; in a crowd somebody always does. The caller is nearest to the phone, so the
gate learns how loud the caller is and how loud the room is, and takes windows far below the one or near the other as no
voice. Before it has heard the caller it assumes a quiet one (ITU-T P.56 active levels of -16 to -36 dBov are usual on
the phone; the loudest windows of speech lie some 8 dB above the active level).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from agent.media import TELEPHONE, AudioFrame

_FULL_SCALE_SQUARED = 32768.0**2
_SILENT_DBOV = -100.0
_SPEECH_ABOVE_NOISE_DB = 9.0  # louder than this above the room is taken for speech, or for a new noise
_NEW_NOISE_DB_PER_S = 1.0  # so fast the room is believed to have become louder
_LOUDEST_FIRST_DBOV = -45.0  # the first window may be a click
_DOWN_S, _UP_S = 0.15, 1.5  # time constants of following the room's level


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelGateConfig:
    """Which windows are the caller's.

    Attributes:
        margin_db: so far below the caller's loudest windows a window still is theirs; softer sounds of speech fall
            out, which the detector's patience with a voice bridges.
        above_noise_db: so far above the room's usual level a window must be.
        over_agent_db: so much further, to count as a voice over the agent's; stopping for a room is worse than
            stopping one window later.
        assumed_peak_dbov: the loudest windows of a caller not heard yet.
        decay_db_per_s: how fast a loud moment is forgotten.
    """

    margin_db: float = 17.0
    assumed_peak_dbov: float = -27.0
    decay_db_per_s: float = 0.5
    above_noise_db: float = 8.0
    over_agent_db: float = 5.0


class LevelGate:
    """Follows one caller."""

    def __init__(self, config: LevelGateConfig) -> None:
        self._config = config
        self._peak_dbov = config.assumed_peak_dbov
        self._noise_dbov: float | None = None
        self.over_agent = False  # whether the last window was loud enough to stop the agent

    @property
    def threshold_dbov(self) -> float:
        """Windows softer than this are not the caller."""
        below_caller = self._peak_dbov - self._config.margin_db
        if self._noise_dbov is None:
            return below_caller
        return max(below_caller, self._noise_dbov + self._config.above_noise_db)

    def admit(self, *, probability: float, level_dbov: float, window_s: float) -> float:
        """The probability that the caller speaks, given that somebody does with `probability` at `level_dbov`."""
        config = self._config
        self._peak_dbov = max(config.assumed_peak_dbov, self._peak_dbov - config.decay_db_per_s * window_s)
        threshold_dbov = self.threshold_dbov
        self._follow_noise(level_dbov, window_s)
        self.over_agent = level_dbov >= threshold_dbov + self._config.over_agent_db
        if level_dbov < threshold_dbov:
            return 0.0
        if probability >= 0.5:
            self._peak_dbov = max(self._peak_dbov, level_dbov)
        return probability

    def _follow_noise(self, level_dbov: float, window_s: float) -> None:
        """Learns the room's level: at once at first, then down quickly, up slowly, and hardly from speech."""
        if self._noise_dbov is None:
            self._noise_dbov = min(level_dbov, _LOUDEST_FIRST_DBOV)
            return
        above_db = level_dbov - self._noise_dbov
        if above_db > _SPEECH_ABOVE_NOISE_DB:
            self._noise_dbov += _NEW_NOISE_DB_PER_S * window_s
            return
        settle_s = _DOWN_S if above_db < 0 else _UP_S
        self._noise_dbov += above_db * (1 - math.exp(-window_s / settle_s))


def frame_dbov(frame: AudioFrame) -> float:
    """The frame's RMS in dB below overload (0 dBov is a full-scale square wave)."""
    return _dbov_of(frame.pcm if frame.format is TELEPHONE else frame.samples.tobytes())


@lru_cache(maxsize=1024)  # a quiet line says the same frames over and over
def _dbov_of(pcm: bytes) -> float:
    samples = np.frombuffer(pcm, dtype="<i2").astype(np.float32)
    power = float(np.dot(samples, samples)) / (len(samples) * _FULL_SCALE_SQUARED)
    return 10 * math.log10(power) if power > 0 else _SILENT_DBOV
