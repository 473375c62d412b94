"""When the caller started and stopped speaking, from the voice detector's windows.

A voice starts after a few sure windows and ends after some unsure ones; both are back-dated to the window where
it happened. The two thresholds differ (hysteresis), so that a voice near the threshold does not flicker.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from agent.audio.ports import VoiceWindow


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityConfig:
    """Thresholds on the detector's probability, and how many windows in a row it takes.

    The silero authors use 0.5 to start and 0.15 less to go on.
    """

    start_probability: float = 0.5
    stay_probability: float = 0.35
    start_windows: int = 2
    stop_windows: int = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """What is known after the windows so far.

    Attributes:
        speaking: whether the caller speaks now.
        onset_ns: when the present or last voice began; -1 before the first.
        voiced_until_ns: end of the last window that held a voice; -1 before the first.
        started, stopped: whether the last window made it so.
        run, quiet_run: windows in a row that point to a change.
    """

    speaking: bool = False
    onset_ns: int = -1
    voiced_until_ns: int = -1
    started: bool = False
    stopped: bool = False
    run: int = 0
    run_onset_ns: int = -1
    quiet_run: int = 0

    @property
    def voiced_ns(self) -> int:
        """How long the present or last voice lasted."""
        return max(0, self.voiced_until_ns - self.onset_ns) if self.onset_ns >= 0 else 0


def follow(activity: Activity, window: VoiceWindow, config: ActivityConfig) -> Activity:
    """The activity after one more window."""
    if activity.speaking:
        if window.probability >= config.stay_probability:
            return replace(activity, started=False, stopped=False, quiet_run=0, voiced_until_ns=window.end_ns)
        quiet = activity.quiet_run + 1
        stopped = quiet >= config.stop_windows
        return replace(
            activity,
            started=False,
            stopped=stopped,
            speaking=not stopped,
            quiet_run=0 if stopped else quiet,
            run=0,
        )
    if window.probability < config.start_probability:
        if not (activity.started or activity.stopped or activity.run):
            return activity  # as most windows of a call
        return replace(activity, started=False, stopped=False, run=0)
    run = activity.run + 1
    onset_ns = window.start_ns if activity.run == 0 else activity.run_onset_ns
    if run < config.start_windows:
        return replace(activity, started=False, stopped=False, run=run, run_onset_ns=onset_ns)
    return Activity(speaking=True, onset_ns=onset_ns, voiced_until_ns=window.end_ns, started=True)
