"""Whether a machine has answered: a beep, soon after the answer, behind a greeting."""

from __future__ import annotations

from agent.audio.beep import Beep, BeepDetector
from agent.media import AudioFrame
from agent.units import NS_PER_S


class VoicemailWatch:
    """Follows one call's first part.

    Args:
        window_s: how long after the answer a beep may mean a voicemail.
    """

    def __init__(self, window_s: int) -> None:
        self._until_ns = window_s * NS_PER_S
        self._beeps = BeepDetector()
        self._heard_greeting = False

    @property
    def sounding(self) -> bool:
        """Whether a beep is going on."""
        return self._beeps.sounding

    def notice(self, frame: AudioFrame, now_ns: int, *, level_dbov: float, speaking: bool) -> Beep | None:
        """Takes the next 20 ms, their level and whether somebody speaks; returns the beep of a voicemail when it is
        over."""
        if now_ns > self._until_ns:
            if self._beeps.following:  # nobody's beep, and it must not count as one for ever
                self._beeps = BeepDetector()
            return None
        self._heard_greeting = self._heard_greeting or speaking
        if level_dbov < self._beeps.floor_dbov and not self._beeps.following:
            return None  # nothing to hear, as in most frames of a call
        beep = self._beeps.feed(frame)
        return beep if self._heard_greeting else None
