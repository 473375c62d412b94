"""What plays calibration's calls: the simulator's own call, callers' own voices, nothing on the disk."""

from __future__ import annotations

from dataclasses import replace
from types import TracebackType

from agent.audio.tts.cached import CachedTextToSpeech
from agent.audio.tts.pyttsx3 import Pyttsx3TextToSpeech
from agent.cache import ContentCache
from evals.calibration.suites import GatedSuite
from evals.metrics.registry import measure
from evals.record import CallRecord
from evals.scenario.model import Case
from evals.scoring.case_rows import CallRow
from evals.scoring.expectations import check
from evals.scoring.repeats import case_name
from evals.sim.audio_call import Voices, play_audio
from evals.sim.planted.agent import PlantedAgent
from evals.sim.planted.behaviour import Behaviour
from evals.sim.virtual_time import run_inline
from evals.store.finished import FinishedCall
from evals.store.gate_rows import case_row


class Studio:
    """Use it as a context manager: callers' voices come from a process beside this one."""

    def __init__(self) -> None:
        self._tts = Pyttsx3TextToSpeech(run_blocking=run_inline)
        cache = ContentCache(None)
        self._voices = Voices(tts=CachedTextToSpeech(self._tts, cache, self._tts.identity), cache=cache)

    def record(self, case: Case, agent: PlantedAgent) -> CallRecord:
        """One call's record."""
        return play_audio(case, agent, self._voices)

    def arm(self, suite: GatedSuite, behaviour: Behaviour, *, seed: int, pairs: int) -> list[CallRow]:
        """One arm of a comparison: `pairs` calls of an agent, each measured and judged, as gates see them.

        They say the same words, yet none resembles another more than the rest: the caller's timing, the line and the
        agent's slips are drawn anew for each. So each goes by a name of its own, as a case and not as a repeat of one.
        """
        agent = PlantedAgent(name="planted", behaviour=behaviour, seed=seed)
        return [
            self._row(self.record(case, agent), name=f"{case_name(case.id)}#{case.repeat}")
            for case in suite.cases(seed, pairs)
        ]

    @staticmethod
    def _row(record: CallRecord, *, name: str) -> CallRow:
        # What a run stores of a call, less its identity, which nothing here asks for.
        finished = FinishedCall(
            record=record,
            record_sha256="",
            measurements=tuple(measure(record)),
            checks=tuple(check(record)),
        )
        return replace(case_row(finished), case_id=name)

    def close(self) -> None:
        """Ends the voices' process."""
        self._tts.close()

    def __enter__(self) -> Studio:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
