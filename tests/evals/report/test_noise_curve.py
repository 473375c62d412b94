from __future__ import annotations

from evals.metrics.measurement import Measurement
from evals.metrics.registry import BY_NAME
from evals.report.noise_curve import noise_points


def heard(errors: int, words: int = 10) -> tuple[Measurement, ...]:
    return (
        BY_NAME["word_hits"].of(words - errors, turn=0),
        BY_NAME["word_deletions"].of(errors, turn=0),
    )


def test_calls_are_pooled_by_noise_and_ratio_from_none_downwards() -> None:
    calls = [
        *(("office", 5.0, f"s/a{number}/v/l/0", heard(3)) for number in range(6)),
        ("office", 15.0, "s/b/v/l/0", heard(1)),
        ("none", None, "s/c/v/l/0", heard(0)),
        ("street", 15.0, "s/d/v/l/0", heard(2)),
        ("street", None, "s/e/v/l/0", heard(0)),
    ]
    points = noise_points(calls)
    assert [(point.noise, point.snr_db, point.errors, point.words) for point in points] == [
        ("none", None, 0, 20),
        ("office", 15.0, 1, 10),
        ("street", 15.0, 2, 10),
        ("office", 5.0, 18, 60),
    ]
    assert points[-1].rate == 0.3
    assert (points[-1].low, points[-1].high) == (0.3, 0.3), "six cases that are alike"
    assert points[0].low is None, "two cases are too few for an interval"


def test_intervals_are_by_case_and_the_same_every_time() -> None:
    calls = [
        ("office", 5.0, f"s/a{case}/v/l/{repeat}", heard(case)) for case in range(6) for repeat in range(4)
    ]
    [point] = noise_points(calls)
    assert point.low is not None and point.high is not None
    [once] = noise_points([call for call in calls if call[2].endswith("/0")])
    assert (point.low, point.high) == (once.low, once.high), "repeats are no more cases"
    assert point.low < 0.25 < point.high


def test_calls_without_words_have_no_point() -> None:
    assert noise_points([("office", 5.0, "s/a/v/l/0", ())]) == ()
