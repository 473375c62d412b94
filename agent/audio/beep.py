"""Has a voicemail beep just ended? There is no standard beep: one steady tone, 150 to 1,000 ms long.

Voicemail beeps lie between about 425 and 1,400 Hz, mostly near 1,000. A tone counts when almost all of a frame's
energy sits at one place of the spectrum and that place does not move. Call-progress tones (UK ringback 400 + 450 Hz,
US 440 + 480 Hz) lie below the band watched here.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from agent.media import FRAME_MS, FRAME_SAMPLES, RATE_HZ, AudioFrame

# A tone is looked for in every third frame. Where there is one, the frames between are looked at, too: what is found is
# the same, of all tones of three frames or more, for a third of the work.
_LOOKS_EVERY = 3
_WINDOW = np.hanning(FRAME_SAMPLES).astype(np.float32)
_BIN_HZ = RATE_HZ / FRAME_SAMPLES


@dataclass(frozen=True, slots=True, kw_only=True)
class BeepConfig:
    """What counts as a beep: band, length, share of the energy at the tone, and the quietest frame listened to."""

    low_hz: int = 600
    high_hz: int = 1500
    shortest_ms: int = 150
    longest_ms: int = 1000
    purity: float = 0.85
    floor_rms: float = 150.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Beep:
    """A beep that has ended."""

    frequency_hz: int
    duration_ms: int


class BeepDetector:
    """Follows one call's frames."""

    def __init__(self, config: BeepConfig | None = None) -> None:
        self._config = config or BeepConfig()
        self._bin = -1
        self._frames = 0
        self._unseen: list[AudioFrame] = []

    @property
    def following(self) -> bool:
        """Whether a tone may be going on."""
        return self._bin >= 0 or bool(self._unseen)

    @property
    def floor_dbov(self) -> float:
        """Softer frames hold no beep."""
        return 20 * math.log10(self._config.floor_rms / 32768)

    @property
    def sounding(self) -> bool:
        """Whether a tone has been there for three frames or more."""
        return self._frames >= 3

    def feed(self, frame: AudioFrame) -> Beep | None:
        """Takes the next 20 ms; returns the beep that ended with it."""
        if self._bin >= 0:
            return self._follow(self._tone(frame))
        if len(self._unseen) + 1 < _LOOKS_EVERY:
            self._unseen.append(frame)
            return None
        unseen, self._unseen = self._unseen, []
        tone = self._tone(frame)
        if tone is not None:
            for before in unseen:
                self._follow(self._tone(before))
            return self._follow(tone)
        return None

    def _follow(self, tone: int | None) -> Beep | None:
        if tone is not None and self._bin >= 0 and abs(tone - self._bin) <= 1:
            self._frames += 1
            return None
        ended = self._ended()
        self._bin = -1 if tone is None else tone
        self._frames = 0 if tone is None else 1
        return ended

    def _ended(self) -> Beep | None:
        duration_ms = self._frames * FRAME_MS
        if self._config.shortest_ms <= duration_ms <= self._config.longest_ms:
            return Beep(frequency_hz=round(self._bin * _BIN_HZ), duration_ms=duration_ms)
        return None

    def _tone(self, frame: AudioFrame) -> int | None:
        samples = frame.samples.astype(np.float32)
        if float(np.dot(samples, samples)) < self._config.floor_rms**2 * FRAME_SAMPLES:
            return None
        power = np.abs(np.fft.rfft(samples * _WINDOW)) ** 2
        peak = int(power.argmax())
        if not self._config.low_hz <= peak * _BIN_HZ <= self._config.high_hz:
            return None
        near = float(power[max(0, peak - 2) : peak + 3].sum())
        return peak if near >= self._config.purity * float(power.sum()) else None
