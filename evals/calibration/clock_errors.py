"""How far measured times are from planted ones: from records, and from the same calls as bare stereo recordings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from agent.units import NS_PER_MS
from evals.calibration.studio import Studio
from evals.calibration.suites import timing_suite
from evals.metrics.barge_in import STOP_LATENCY, YIELD_LATENCY
from evals.metrics.latency import RESPONSE_LATENCY
from evals.metrics.measurement import Measurement
from evals.metrics.registry import measure
from evals.metrics.timeline import event_ns, events_of, onset_ns
from evals.record import CallRecord
from evals.recording.score import Score, score_recording
from evals.scenario.expansion import expand
from evals.scenario.model import Case, StepKind
from evals.sim.planted.agent import PlantedAgent
from evals.sim.planted.behaviour import STEADY
from evals.sim.planted.plan import CallPlan
from evals.store.call_audio import stereo_wav

RECORD = "record"
CLEAN_RECORDING = "recording, clean"
NOISY_RECORDING = "recording, 10 dB"

_SAME_TURN_NS = 400 * NS_PER_MS  # an onset this near to the true one belongs to the same turn


@dataclass(frozen=True, slots=True, kw_only=True)
class TimingJob:
    """A call of the timing suite, of an agent whose every delay is drawn anew."""

    case: Case


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeError:
    """Measured less planted, in ms, of one value; None where the measurement did not find it."""

    source: str
    line: str
    metric: str
    planted_ms: float
    error_ms: float | None


def timing_jobs(*, seed: int, repeats: int, voices: int | None = None) -> list[TimingJob]:
    """The timing suite's calls, `repeats` of each voice and line; of the first `voices` only, if that is given."""
    suite = timing_suite()
    kept = suite.voices[:voices]
    return [TimingJob(case=case) for case in expand(suite, seed=seed, repeat=repeats) if case.voice in kept]


def run_timing(job: TimingJob, studio: Studio) -> list[TimeError]:
    """Plays the call and measures it both ways."""
    plans: dict[str, CallPlan] = {}
    agent = PlantedAgent(name="planted", behaviour=STEADY, seed=job.case.seed, plans=plans)
    record = studio.record(job.case, agent)
    truth = planted(record, plans[job.case.id])
    with TemporaryDirectory() as folder:
        path = Path(folder) / "call.wav"
        path.write_bytes(stereo_wav(record.caller_track, record.agent_track))
        score = score_recording(path)
    source = CLEAN_RECORDING if job.case.line.noise == "none" else NOISY_RECORDING
    return [
        *_errors(RECORD, job.case.line.name, truth, _by_turn(measure(record))),
        *_errors(source, job.case.line.name, truth, _by_turn(score.measurements, _turns_of(record, score))),
    ]


def planted(record: CallRecord, plan: CallPlan) -> Mapping[tuple[int, str], float]:
    """What the agent did, in ms, by the caller's utterance and the metric that must say so.

    Answers and stops are the plan's. When the stop was sent is the agent's own account of it.
    """
    truth: dict[tuple[int, str], float] = {}
    for turn, utterance in enumerate(record.utterances):
        step = plan.turns[utterance.step]
        if step.answer_ms is not None:
            truth[turn, RESPONSE_LATENCY.name] = step.answer_ms
        if utterance.kind == StepKind.INTERRUPTS and utterance.offered:
            truth[turn, YIELD_LATENCY.name] = step.stop_ms
            for row in events_of(record, "yielded"):
                if row["onset_ns"] == onset_ns(utterance):
                    truth[turn, STOP_LATENCY.name] = (event_ns(row) - onset_ns(utterance)) / NS_PER_MS
    return truth


def _errors(
    source: str, line: str, truth: Mapping[tuple[int, str], float], found: Mapping[tuple[int, str], float]
) -> list[TimeError]:
    return [
        TimeError(
            source=source,
            line=line,
            metric=metric,
            planted_ms=value,
            error_ms=found[turn, metric] - value if (turn, metric) in found else None,
        )
        for (turn, metric), value in sorted(truth.items())
        if source == RECORD or metric != STOP_LATENCY.name  # a recording does not hold the agent's `clear`
    ]


def _by_turn(
    measurements: Sequence[Measurement], turns: Mapping[int, int] | None = None
) -> dict[tuple[int, str], float]:
    """Values that are not bounds, by the caller's utterance and metric."""
    return {
        (item.turn if turns is None else turns[item.turn], item.metric): item.value
        for item in measurements
        if item.turn is not None and item.value is not None and not item.censored
        if turns is None or item.turn in turns
    }


def _turns_of(record: CallRecord, score: Score) -> dict[int, int]:
    """Which utterance each turn found in the recording is: the one that began when it did."""
    return {
        at: turn
        for turn, utterance in enumerate(record.utterances)
        for at, found in enumerate(score.turns)
        if abs(found.start_ns - onset_ns(utterance)) <= _SAME_TURN_NS
    }
