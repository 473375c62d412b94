"""Points of success and words wrong against noise."""

from __future__ import annotations

from evals.ear.noise_curve import LINES, clean_cases, noise_points, on_lines
from evals.metrics.measurement import Measurement
from evals.scenario.lines import CLEAN
from evals.scoring.verdict import Check
from evals.store.finished import FinishedCall
from tests.cli import ROOT
from tests.store_builders import a_finished_call


def a_call(line: str, repeat: int, *, passed: bool, hits: int, deletions: int) -> FinishedCall:
    counts = {"word_hits": hits, "word_deletions": deletions, "word_substitutions": 0, "word_insertions": 0}
    return a_finished_call(
        f"booking/books_first_slot/en-gb/{line}/{repeat}",
        measurements=[
            Measurement(metric=name, version=1, value=float(count), unit="words", turn=0)
            for name, count in counts.items()
        ],
        checks=[Check(name="outcome", passed=passed)],
    )


def test_every_case_is_played_on_every_line_and_nothing_else_changes() -> None:
    cases = clean_cases([ROOT / "corpora" / "booking" / "smoke.yaml"], seed=1)
    played = on_lines(cases)
    assert len(played) == len(cases) * len(LINES)
    assert {case.line.name for case in cases} == {CLEAN.name}
    assert [case.line for case in played[: len(LINES)]] == list(LINES)
    assert {case.scenario.id for case in played} == {case.scenario.id for case in cases}
    assert {case.seed for case in played} == {1}


def test_points_pool_words_and_count_calls_of_their_own_line() -> None:
    calls = [
        a_call("clean", 0, passed=True, hits=9, deletions=1),
        a_call("clean", 1, passed=False, hits=30, deletions=0),
        a_call("office_10db", 0, passed=False, hits=1, deletions=3),
    ]
    points = noise_points("ear", calls)
    assert [point.line for point in points] == list(LINES)
    clean, ten = points[0], points[3]
    assert (clean.calls.count, clean.calls.of) == (1, 2)
    assert clean.words.rate == 1 / 40
    assert clean.failing == (calls[1].record.case_id,)
    assert (ten.calls.count, ten.calls.of, ten.words.rate) == (0, 1, 0.75)
    assert points[1].calls.of == 0 and points[1].words.rate is None
