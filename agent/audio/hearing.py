"""The agent's ear: voice activity over the caller's frames, and the recognition of the utterance that is running.

A voice is noticed some windows after it began, so the last frames are kept and fed to the recogniser first.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import replace

from agent.audio.level_gate import LevelGate, LevelGateConfig, frame_dbov
from agent.audio.ports import Recognition, SpeechToText, Transcript, VoiceDetector, VoiceWindow
from agent.audio.voice_activity import Activity, ActivityConfig, follow
from agent.media import AudioFrame
from agent.units import NS_PER_S

PREROLL_NS = 400_000_000  # two windows of 32 ms to notice, and room for an onset too soft for the detector
LEAD_NS = 300_000_000  # the same, before a voice that began longer ago
KEPT_FRAMES = 100  # 2 s: a voice may begin under the agent's last words
_PRESENT_NS = 1_000_000_000  # a voice that ended longer ago is another one


class Hearing:
    """What the agent hears of one caller.

    Attributes:
        activity: when the caller started and stopped speaking.
        over_run: windows in a row at or above the barge-in threshold.
        text: the running utterance's words so far.
        level_dbov: of the last frame.
    """

    def __init__(
        self,
        *,
        detector: VoiceDetector,
        stt: SpeechToText,
        activity_config: ActivityConfig,
        gate_config: LevelGateConfig,
        over_probability: float,
        hints: Sequence[str] = (),
    ) -> None:
        self._detector = detector
        self._stt = stt
        self._config = activity_config
        self._over_probability = over_probability
        self._hints = hints
        self._recent: deque[AudioFrame] = deque(maxlen=KEPT_FRAMES)
        self._recognition: Recognition | None = None
        self._fed_ns = -1  # start of the last frame that a recogniser was given
        self._judged_ns = -1  # and of the last one that was given up with its utterance
        self._gate = LevelGate(gate_config)
        self.level_dbov = -100.0
        self.activity = Activity()
        self.over_run = 0
        self.text = ""

    @property
    def open(self) -> bool:
        """Whether an utterance is being recognised."""
        return self._recognition is not None

    def notice(self, frame: AudioFrame) -> list[Activity]:
        """Takes the next frame; returns the activity after each window it completed."""
        self._recent.append(frame)
        own_dbov = frame_dbov(frame)
        level_dbov = max(own_dbov, self.level_dbov)  # a window reaches back into the frame before
        self.level_dbov = own_dbov
        seen: list[Activity] = []
        for window in self._detector.feed(frame):
            window = self._gated(window, level_dbov)
            over = self._gate.over_agent and window.probability >= self._over_probability
            self.over_run = self.over_run + 1 if over else 0
            self.activity = follow(self.activity, window, self._config)
            seen.append(self.activity)
        return seen

    def silence_ns(self, frame: AudioFrame, frame_ns: int) -> int:
        """How long the caller has been silent at the end of `frame`; 0 before they ever spoke."""
        if self.activity.voiced_until_ns < 0:
            return 0
        return max(0, frame.t_ns + frame_ns - self.activity.voiced_until_ns)

    async def start(self) -> None:
        """Starts recognising, from shortly before the voice began; does nothing while an utterance is running."""
        if self._recognition is not None:
            return
        self.text = ""
        self._recognition = await self._stt.open(self._hints)
        begin_ns = self._begin_ns()
        for frame in tuple(self._recent):
            if frame.t_ns >= begin_ns:
                await self._feed(frame)

    async def listen(self, frame: AudioFrame) -> str | None:
        """Feeds the running utterance, if any; returns its new words when they changed."""
        if self._recognition is None or frame.t_ns <= self._fed_ns:  # fed with what came before it
            return None
        return await self._feed(frame)

    def take(self) -> Recognition | None:
        """Hands the running utterance over to be finished elsewhere, and forgets it and the voice that made it."""
        recognition, self._recognition = self._recognition, None
        self.text = ""
        self.rest()
        return recognition

    async def drop(self) -> None:
        """Gives the running utterance up."""
        recognition, self._recognition = self._recognition, None
        self.text = ""
        self._judged_ns = self._fed_ns
        if recognition is not None:
            await recognition.close()

    def rest(self) -> None:
        """A turn is over: the detector starts afresh, so that its state does not reach from turn to turn."""
        self._detector.reset()
        self.activity = Activity()
        self.over_run = 0

    def _begin_ns(self) -> int:
        """Where the voice that is heard now began, and some before."""
        newest_ns = self._recent[-1].t_ns if self._recent else 0
        begin_ns = newest_ns - PREROLL_NS
        activity = self.activity
        if activity.onset_ns >= 0 and newest_ns - activity.voiced_until_ns < _PRESENT_NS:
            begin_ns = min(begin_ns, max(activity.onset_ns - LEAD_NS, self._judged_ns + 1))
        return begin_ns

    def _gated(self, window: VoiceWindow, level_dbov: float) -> VoiceWindow:
        probability = self._gate.admit(
            probability=window.probability,
            level_dbov=level_dbov,
            window_s=(window.end_ns - window.start_ns) / NS_PER_S,
        )
        return window if probability == window.probability else replace(window, probability=probability)

    async def _feed(self, frame: AudioFrame) -> str | None:
        if self._recognition is None:
            return None
        self._fed_ns = frame.t_ns
        partial: Transcript | None = await self._recognition.feed(frame)
        if partial is None or partial.text == self.text:
            return None
        self.text = partial.text
        return partial.text
