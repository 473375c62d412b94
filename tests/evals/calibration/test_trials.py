"""Comparisons of planted agents, played: small ones, whose answers are far from any doubt."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from evals.calibration.studio import Studio
from evals.calibration.suites import gated_suite
from evals.calibration.trials import (
    AlarmJob,
    TrialJob,
    alarm_jobs,
    arms_of,
    run_alarm,
    run_trials,
    trial_jobs,
)
from evals.sim.planted.behaviour import Behaviour
from evals.sim.planted.faults import BY_NAME, FAULTS


@pytest.fixture(scope="module")
def studio() -> Iterator[Studio]:
    with Studio() as studio:
        yield studio


def test_a_fault_far_above_what_shows_is_found_and_the_clean_agent_passes(studio: Studio) -> None:
    [trial] = run_trials(TrialJob(fault="fixed_delay", strengths=(400.0,), seed=1, pairs=40), studio)
    assert trial.found
    assert trial.should_show
    assert trial.clean_failed == ()


def test_no_harm_at_all_is_not_found(studio: Studio) -> None:
    [trial] = run_trials(TrialJob(fault="lost_tool_call", strengths=(0.0,), seed=1, pairs=40), studio)
    assert not trial.found
    assert not trial.should_show


def test_arms_of_equal_agents_differ_and_the_same_seed_gives_the_same_rows(studio: Studio) -> None:
    suite = gated_suite("interrupting")
    one, again, other = (studio.arm(suite, Behaviour(), seed=seed, pairs=3) for seed in (1, 1, 2))
    assert one == again
    assert one != other
    assert [row.caller_sha256 for row in one] == [row.caller_sha256 for row in other]


def test_a_comparison_of_equal_agents_is_the_same_whenever_it_is_played(studio: Studio) -> None:
    job = AlarmJob(suite="interrupting", number=3, seed=1, pairs=20)
    assert run_alarm(job, studio) == run_alarm(job, studio)


def test_jobs_cover_every_fault_and_strength_and_both_suites() -> None:
    jobs = trial_jobs(FAULTS, seed=1, pairs=300)
    assert {(job.fault, job.strengths) for job in jobs} == {(f.name, f.strengths) for f in FAULTS}
    assert [arms_of(job) for job in jobs] == [8] * len(FAULTS)
    [one] = trial_jobs([BY_NAME["late_stop"]], seed=1, pairs=300, strengths=1)
    assert (one.strengths, arms_of(one)) == ((120.0,), 3)
    suites = [job.suite for job in alarm_jobs(2 * len(FAULTS), seed=1, pairs=60)]
    assert {suite: suites.count(suite) for suite in suites} == {
        suite: 2 * sum(fault.suite == suite for fault in FAULTS) for suite in set(suites)
    }
