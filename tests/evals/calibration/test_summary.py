from __future__ import annotations

import pytest

from evals.calibration.clock_errors import CLEAN_RECORDING, NOISY_RECORDING, RECORD
from evals.calibration.summary import checks, detection, most_alarms, recall_curve, spreads
from tests.evals.calibration.builders import a_trial, an_alarm, some_errors


def test_bias_spread_and_percentile_by_hand() -> None:
    [spread] = spreads(some_errors(RECORD, -4.0, -2.0, 0.0, 2.0, None))
    assert (spread.count, spread.missed, spread.bias, spread.median) == (4, 1, -1.0, 2.0)
    assert spread.spread == pytest.approx(5**0.5)
    assert spread.p95 == pytest.approx(3.7)  # of 0, 2, 2, 4, linear between ranks


def test_only_faults_at_or_above_what_could_be_seen_count_for_recall() -> None:
    trials = [
        a_trial(detectable=60.0),
        a_trial(detectable=120.0, found=False),
        a_trial(detectable=121.0, found=False),
        a_trial(detectable=None, found=False),
        a_trial(detectable=60.0, clean_failed=["passed"]),
    ]
    found = detection(trials)
    assert (found.planted, found.found, found.alarms, found.all_trials, found.all_alarms) == (3, 2, 1, 5, 1)
    assert (found.recall, found.precision) == (2 / 3, 2 / 3)


def test_a_comparison_that_claims_to_see_nothing_at_all_proves_nothing() -> None:
    assert not a_trial(detectable=0.0).should_show


def test_a_fault_is_found_only_by_the_gate_that_must_see_it() -> None:
    trial = a_trial(found=False)
    assert not trial.found
    assert a_trial().found


def test_recall_is_shown_by_strength_over_what_could_be_seen() -> None:
    trials = [
        a_trial(strength=20.0, found=False),
        a_trial(strength=55.0),
        a_trial(strength=50.0, found=False),
    ]
    points = {point.name: (point.found, point.trials) for point in recall_curve(trials) if point.trials}
    assert points == {"< 0.5": (0, 1), "1–1.5": (1, 2)}


def test_most_alarms_is_the_binomial_bound() -> None:
    # P(X <= 9) of 500 at 0.01 is 0.969, P(X <= 8) is 0.933.
    assert most_alarms(500) == 9
    assert most_alarms(0) == 0


def kept(name: str, *results: object) -> bool:
    errors, trials, alarms = (list(result) for result in results)  # type: ignore[call-overload]
    return {check.name: check.kept for check in checks(errors, trials, alarms)}[name]


@pytest.mark.parametrize(
    ("errors", "holds"),
    [([4.0] * 20, True), ([6.0] * 20, False), ([0.0] * 18 + [25.0, -25.0], False), ([1.0, None], False)],
)
def test_records_are_held_to_bias_and_percentile_and_may_miss_nothing(
    errors: list[float | None], holds: bool
) -> None:
    assert kept("response_latency from record", some_errors(RECORD, *errors), [], []) is holds


@pytest.mark.parametrize(("source", "most"), [(CLEAN_RECORDING, 20.0), (NOISY_RECORDING, 60.0)])
def test_recordings_are_held_to_their_median_and_may_miss_one_in_ten(source: str, most: float) -> None:
    name = f"response_latency from {source}"
    assert kept(name, some_errors(source, most, most, 500.0), [], [])
    assert not kept(name, some_errors(source, most + 1, most + 1, 0.0), [], [])
    assert kept(name, some_errors(source, *[1.0] * 9, None), [], [])
    assert not kept(name, some_errors(source, *[1.0] * 8, None), [], [])


def test_recall_precision_and_false_alarms_are_held_to_their_lines() -> None:
    good = [a_trial() for _ in range(20)]
    one_missed = [*good[:-1], a_trial(found=False)]
    assert kept("recall", [], one_missed, [])
    assert not kept("recall", [], [*one_missed[:-2], a_trial(found=False), a_trial(found=False)], [])
    assert kept("precision", [], [*good[:-1], a_trial(clean_failed=["passed"])], [])
    assert not kept("precision", [], [*good[:-2], *[a_trial(clean_failed=["passed"])] * 2], [])
    assert kept("false alarms", [], [], [an_alarm(0, "passed"), *map(an_alarm, range(1, 20))])
    alarms = [an_alarm(number, *(["passed"] if number < 4 else [])) for number in range(20)]
    assert not kept("false alarms", [], [], alarms)


def test_faults_none_of_which_could_be_seen_break_the_line_rather_than_pass_it() -> None:
    assert not kept("recall", [], [a_trial(detectable=None)], [])
