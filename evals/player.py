"""One worker of a run: plays a case, measures and judges it, and puts it on the disk before the next."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from agent.cache import ContentCache
from agent.clock import stopwatch_ns
from agent.units import NS_PER_S
from evals.metrics.registry import measure
from evals.record import CallRecord, Level, canonical_json, sha256_of_text
from evals.scenario.model import Case
from evals.scoring.expectations import check
from evals.scoring.scorecard import grade
from evals.scoring.scorecard_file import load_scorecard
from evals.sim.audio_call import Voices, play_audio
from evals.sim.text_call import play_text
from evals.sim.virtual_time import VirtualLoop
from evals.store.finished import FinishedCall
from evals.store.part_writer import PartWriter
from evals.store.row_pieces import PieceWriter
from evals.targets.registry import TargetSpec, make_targets


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaySpec:
    """What every worker of a run must know.

    Attributes:
        target: what answers the calls.
        level: how they are played.
        run_folder: where parts go; None when whoever asked for the calls stores them.
        cache_folder: where computed audio and recognition are kept; None keeps them in memory only.
        scorecards: files of the scorecards that apply, by suite name.
        run_id: the run, as its rows name it; empty makes no rows beside the parts.
    """

    target: TargetSpec
    level: Level
    run_folder: Path | None
    cache_folder: Path | None
    scorecards: dict[str, tuple[Path, ...]]
    run_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """What the run's progress shows of a finished call."""

    case_id: str
    passed: bool
    reasons: tuple[str, ...]
    call_s: float
    wall_s: float


def played_of(finished: FinishedCall) -> Played:
    """What the progress shows of it."""
    return Played(
        case_id=finished.record.case_id,
        passed=finished.passed,
        reasons=tuple(f"{item.name}: {item.detail}" for item in finished.checks if not item.passed),
        call_s=finished.record.duration_ns / NS_PER_S,
        wall_s=finished.wall_s,
    )


class Player:
    """A worker. Use it as a context manager."""

    def __init__(self, spec: PlaySpec, worker: int) -> None:
        self._spec = spec
        self._worker = worker
        cache = ContentCache(spec.cache_folder)
        self._reference, self._target = make_targets(spec.target, cache)
        self._cache = cache
        self._writer: PartWriter | None = None
        self._rows: PieceWriter | None = None
        if spec.run_folder is not None:
            self._writer = PartWriter(spec.run_folder, worker)
            if spec.run_id:
                self._rows = PieceWriter(spec.run_folder, spec.run_id, self._writer.path)
        self._cards = {
            suite: [load_scorecard(path) for path in paths] for suite, paths in spec.scorecards.items()
        }
        self._text_loop = asyncio.Runner(loop_factory=VirtualLoop) if spec.level is Level.TEXT else None

    def play(self, case: Case) -> Played:
        """Plays one case and stores it.

        Raises:
            HarnessError: it could not be played or stored.
        """
        assert self._writer is not None, "nowhere to store it"
        finished = self.finish(case)
        line = self._writer.append(finished)
        if self._rows is not None:
            self._rows.add(finished, line)
        return played_of(finished)

    def finish(self, case: Case) -> FinishedCall:
        """Plays one case, measures and judges it, and stores nothing.

        Raises:
            HarnessError: it could not be played.
        """
        begun_ns = stopwatch_ns()
        record = self._record(case)
        measurements = tuple(measure(record))
        checks = tuple(check(record))
        items = tuple(item for card in self._cards.get(case.suite, ()) for item in grade(record, card))
        record_text = canonical_json(record)
        return FinishedCall(
            record=record,
            record_sha256=sha256_of_text(record_text),
            measurements=measurements,
            checks=checks,
            scorecard=items,
            wall_s=(stopwatch_ns() - begun_ns) / NS_PER_S,
            worker=self._worker,
            record_text=record_text,
        )

    def _record(self, case: Case) -> CallRecord:
        if self._text_loop is not None:
            # Not `Runner.run`, which looks after Ctrl-C, and for that has Python write the whole finished call as text.
            return self._text_loop.get_loop().run_until_complete(play_text(case, self._target))
        voices = Voices(tts=self._reference.voices(case), cache=self._cache)
        return play_audio(case, self._target, voices)

    def close(self) -> None:
        """Closes the part and ends the agent's helpers."""
        try:
            if self._writer is not None:
                self._writer.close()
            if self._rows is not None:
                self._rows.close()
        finally:
            self._reference.close()
            if self._text_loop is not None:
                self._text_loop.close()

    def __enter__(self) -> Player:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
