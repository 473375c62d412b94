from __future__ import annotations

from collections.abc import Iterator

import pytest

from evals.calibration.clock_errors import CLEAN_RECORDING, RECORD, TimingJob, run_timing, timing_jobs
from evals.calibration.studio import Studio


@pytest.fixture(scope="module")
def studio() -> Iterator[Studio]:
    with Studio() as studio:
        yield studio


def test_a_clean_call_is_measured_to_a_step_from_its_record_and_nearly_from_its_recording(
    studio: Studio,
) -> None:
    job = next(job for job in timing_jobs(seed=1, repeats=1) if job.case.line.name == "clean")
    errors = run_timing(job, studio)
    from_record = [error for error in errors if error.source == RECORD]
    assert [error.metric for error in from_record].count("response_latency") == 5
    assert [error.metric for error in from_record].count("yield_latency") == 2
    assert [error.metric for error in from_record].count("stop_latency") == 2
    for error in from_record:
        assert error.error_ms is not None
        # A step of 10 ms: early at an onset, late at an end.
        assert -10 < error.error_ms < 10
        assert error.error_ms <= 0 or error.metric == "yield_latency"
    from_recording = [error for error in errors if error.source == CLEAN_RECORDING]
    assert {error.metric for error in from_recording} == {"response_latency", "yield_latency"}
    assert len(from_recording) == 7


def test_every_voice_meets_every_line_with_dice_of_its_own() -> None:
    jobs: list[TimingJob] = timing_jobs(seed=1, repeats=2)
    assert len({job.case.id for job in jobs}) == len(jobs) == 2 * 3 * 6
    assert {job.case.voice for job in timing_jobs(seed=1, repeats=1, voices=1)} == {jobs[0].case.voice}
