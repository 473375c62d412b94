"""Calibration's jobs on several processes. A job is done whole by one worker, so their number changes no result."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from typing import assert_never

from evals.calibration.clock_errors import TimeError, TimingJob, run_timing
from evals.calibration.studio import Studio
from evals.calibration.trials import Alarm, AlarmJob, Trial, TrialJob, run_alarm, run_trials
from evals.errors import HarnessError

Job = TrialJob | AlarmJob | TimingJob
Result = list[Trial] | list[Alarm] | list[TimeError]

_studio: Studio | None = None


def run_jobs(jobs: Sequence[Job], workers: int) -> Iterator[tuple[int, Result]]:
    """Each job's place and result, as they are done. Closing the iterator stops after the jobs in flight.

    Raises:
        HarnessError: a worker died.
    """
    if workers <= 1 or len(jobs) <= 1:
        with Studio() as studio:
            for place, job in enumerate(jobs):
                yield place, _run(job, studio)
        return
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(workers, mp_context=context, initializer=_start)
    try:
        places = {pool.submit(_run_here, job): place for place, job in enumerate(jobs)}
        for future in as_completed(places):
            yield places[future], future.result()
    except BrokenProcessPool as error:
        raise HarnessError(
            "a worker died (killed, or out of memory); nothing of a calibration is kept"
        ) from error
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _start() -> None:
    global _studio
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides what Ctrl-C means
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _studio = Studio()


def _run_here(job: Job) -> Result:
    assert _studio is not None
    return _run(job, _studio)


def _run(job: Job, studio: Studio) -> Result:
    match job:
        case TrialJob():
            return run_trials(job, studio)
        case AlarmJob():
            return [run_alarm(job, studio)]
        case TimingJob():
            return run_timing(job, studio)
    assert_never(job)


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
