"""Results of calibration as values, for tests of what is made of them."""

from __future__ import annotations

from collections.abc import Sequence

from evals.calibration.clock_errors import TimeError
from evals.calibration.trials import Alarm, AlarmJob, Trial
from evals.sim.planted.faults import BY_NAME


def a_trial(
    fault: str = "late_stop",
    strength: float = 120.0,
    *,
    found: bool = True,
    detectable: float | None = 50.0,
    clean_failed: Sequence[str] = (),
) -> Trial:
    kind = BY_NAME[fault]
    return Trial(
        name=fault,
        strength=strength,
        failed=(kind.metric,) if found else (),
        p=0.0001 if found else 0.5,
        detectable=detectable,
        clean_failed=tuple(clean_failed),
    )


def an_alarm(number: int, *failed: str, suite: str = "interrupting") -> Alarm:
    return Alarm(job=AlarmJob(suite=suite, number=number, seed=1, pairs=40), failed=failed)


def some_errors(source: str, *errors_ms: float | None, metric: str = "response_latency") -> list[TimeError]:
    return [
        TimeError(source=source, line="clean", metric=metric, planted_ms=700.0, error_ms=error)
        for error in errors_ms
    ]
