"""Comparisons whose right answer is known: a faulty agent with a clean one, and two clean ones with each other.

Every arm is played afresh, with dice of its own for the line, the caller's timing and the agent's delays; no call is
used for two faults or strengths; a clean arm meets one faulty arm and one or two other clean ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from evals.calibration.studio import Studio
from evals.calibration.suites import gated_suite
from evals.rng import rng_for
from evals.scoring.case_rows import CallRow
from evals.scoring.gate import Assessment, assess
from evals.scoring.verdict import GateOutcome
from evals.sim.planted.behaviour import Behaviour
from evals.sim.planted.faults import BY_NAME, FAULTS, Fault


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialJob:
    """A fault, to be compared at each strength with a clean agent over `pairs` cases."""

    fault: str
    strengths: tuple[float, ...]
    seed: int
    pairs: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What the gates said of a faulty and a clean agent, and of the same clean agent and another.

    Attributes:
        name, strength: what was planted.
        failed: the gates that failed the faulty agent.
        p: of the fault's own gate.
        detectable: what this comparison says it could have seen by that gate, in the metric's unit.
        clean_failed: the gates that failed the other clean agent; false alarms.
    """

    name: str  # a fault itself cannot travel between processes: it holds functions
    strength: float
    failed: tuple[str, ...]
    p: float | None
    detectable: float | None
    clean_failed: tuple[str, ...]

    @property
    def fault(self) -> Fault:
        """What was planted."""
        return BY_NAME[self.name]

    @property
    def found(self) -> bool:
        """Whether the gate that must see the fault failed."""
        return self.fault.metric in self.failed

    @property
    def should_show(self) -> bool:
        """Whether the fault is at least as strong as the least that the comparison says it could have seen."""
        return self.detectable is not None and self.strength >= self.detectable > 0


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmJob:
    """Two clean agents of a suite, to be compared over `pairs` cases; `number` is the comparison's."""

    suite: str
    number: int
    seed: int
    pairs: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """The gates that failed though nothing got worse; none if all is well."""

    job: AlarmJob
    failed: tuple[str, ...]


def trial_jobs(
    faults: Sequence[Fault], *, seed: int, pairs: int, strengths: int | None = None
) -> list[TrialJob]:
    """Every strength of every fault; of each the strongest `strengths` only, if that is given."""
    return [
        TrialJob(fault=fault.name, strengths=fault.strengths[-(strengths or 0) :], seed=seed, pairs=pairs)
        for fault in faults
    ]


def alarm_jobs(count: int, *, seed: int, pairs: int) -> list[AlarmJob]:
    """So many comparisons of clean agents, on each suite as often as faults are planted in it."""
    return [
        AlarmJob(suite=FAULTS[number % len(FAULTS)].suite, number=number, seed=seed, pairs=pairs)
        for number in range(count)
    ]


def arms_of(job: TrialJob) -> int:
    """How many arms a job plays."""
    return 2 * len(job.strengths) + (len(job.strengths) < 3)


def run_trials(job: TrialJob, studio: Studio) -> list[Trial]:
    """Plays a clean and a faulty arm for every strength, and lets the gates judge."""
    fault = BY_NAME[job.fault]
    suite = gated_suite(fault.suite)

    def arm(behaviour: Behaviour, *names: str | int) -> list[CallRow]:
        return studio.arm(suite, behaviour, seed=_seed(job.seed, job.fault, *names), pairs=job.pairs)

    # Each clean arm meets a faulty one and the next clean one; of one or two there is no ring, so one more ends them.
    strengths = job.strengths
    cleans = [arm(Behaviour(), "clean", at) for at in range(arms_of(job) - len(strengths))]
    trials = []
    for at, strength in enumerate(strengths):
        names = ("calibrate.gate", job.fault, f"{strength:g}")
        faulty = arm(fault.behaviour(strength), "faulty", f"{strength:g}")
        found = assess(cleans[at], faulty, suite.gates, rng_for(job.seed, *names))
        other = cleans[(at + 1) % len(cleans)]
        alarms = assess(cleans[at], other, suite.gates, rng_for(job.seed, *names, "clean"))
        own = next(item for item in found if item.verdict.gate == fault.metric)
        trials.append(
            Trial(
                name=fault.name,
                strength=strength,
                failed=_failed(found),
                p=own.p,
                detectable=own.detectable,
                clean_failed=_failed(alarms),
            )
        )
    return trials


def run_alarm(job: AlarmJob, studio: Studio) -> Alarm:
    """Plays two arms of the clean agent and lets the gates judge."""
    suite = gated_suite(job.suite)
    before, after = (
        studio.arm(suite, Behaviour(), seed=_seed(job.seed, "alarm", job.number, arm), pairs=job.pairs)
        for arm in ("before", "after")
    )
    found = assess(before, after, suite.gates, rng_for(job.seed, "calibrate.gate", "alarm", job.number))
    return Alarm(job=job, failed=_failed(found))


def _failed(assessments: Sequence[Assessment]) -> tuple[str, ...]:
    return tuple(item.verdict.gate for item in assessments if item.verdict.outcome is GateOutcome.FAIL)


def _seed(seed: int, *names: str | int) -> int:
    """An arm's own seed."""
    return int(rng_for(seed, "calibrate", *names).integers(2**31))
