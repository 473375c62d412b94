from __future__ import annotations

import json

from inline_snapshot import snapshot

from evals.report.json_report import render
from evals.report.summary import summarise
from evals.scoring.verdict import Check
from tests.store_builders import a_finished_call, a_run

CASE = "booking/books_first_slot/en-gb/clean/0"


def test_programs_find_the_verdict_the_figures_and_every_call() -> None:
    calls = [a_finished_call(CASE)]
    report = json.loads(render(summarise(a_run(), calls), calls))
    assert list(report) == snapshot(
        [
            "schema",
            "verdict",
            "sentence",
            "run",
            "figures",
            "by_line",
            "by_voice",
            "by_scenario",
            "gates",
            "scorecard",
            "unscored",
            "missing",
            "flaky",
            "repeats",
            "coverage",
            "stages",
            "noise",
            "calls",
        ]
    )
    assert report["verdict"] == "fail"
    assert report["figures"] == snapshot(
        {
            "name": "all",
            "calls_passed": {"count": 0, "of": 1, "rate": 0.0, "interval_95": [0.0, 0.7934506856227626]},
            "tasks_done": {"count": 0, "of": 0, "rate": None, "interval_95": None},
            "words": {
                "deletions": 0,
                "hits": 0,
                "insertions": 0,
                "substitutions": 0,
                "reference_words": 0,
                "errors": 0,
                "rate": None,
            },
            "response_latency": {
                "n": 3,
                "censored": 1,
                "p50_ms": 900.0,
                "p50_censored": False,
                "p95_ms": 4000.0,
                "p95_censored": True,
                "max_ms": 4000.0,
                "max_censored": True,
            },
            "missed_turns": {"count": 0, "of": 0, "rate": None, "interval_95": None},
            "yield_latency": {
                "n": 1,
                "censored": 0,
                "p50_ms": 180.0,
                "p50_censored": False,
                "p95_ms": 180.0,
                "p95_censored": False,
                "max_ms": 180.0,
                "max_censored": False,
            },
            "yield_latency_net": {
                "n": 0,
                "censored": 0,
                "p50_ms": None,
                "p50_censored": False,
                "p95_ms": None,
                "p95_censored": False,
                "max_ms": None,
                "max_censored": False,
            },
            "stop_latency": {
                "n": 0,
                "censored": 0,
                "p50_ms": None,
                "p50_censored": False,
                "p95_ms": None,
                "p95_censored": False,
                "max_ms": None,
                "max_censored": False,
            },
            "missed_interruptions": {"count": 0, "of": 0, "rate": None, "interval_95": None},
            "false_stops": {"count": 0, "of": 0, "rate": None, "interval_95": None},
            "yields_resumed": {"count": 0, "of": 0, "rate": None, "interval_95": None},
            "false_cut_ins": {"count": 0, "of": 0, "rate": None, "interval_95": None},
            "entities": {"all": {"count": 0, "of": 0, "rate": None, "interval_95": None}},
            "digits": {"wrong": 0, "of": 0},
        }
    )
    (call,) = report["calls"]
    assert list(call) == snapshot(
        [
            "case_id",
            "title",
            "passed",
            "reasons",
            "status",
            "outcome",
            "path",
            "duration_ms",
            "record_sha256",
            "turns",
            "divergences",
            "checks",
            "measurements",
            "scorecard",
        ]
    )
    assert call["turns"][0] == {
        "turn": 0,
        "kind": "says",
        "said": "Yes, this is Alex.",
        "heard": "yes this is alice",
    }
    assert call["measurements"][-1]["unscored_reason"] == "no interruption"
    assert call["record_sha256"] == calls[0].record_sha256


def test_the_verdict_is_one_of_three_words() -> None:
    good = [a_finished_call(CASE, checks=[Check(name="states", passed=True)])]
    assert json.loads(render(summarise(a_run(), good), good))["verdict"] == "pass"
    unfinished = a_run(cases=(CASE, "booking/other/en-gb/clean/0"))
    assert json.loads(render(summarise(unfinished, good), good))["verdict"] == "incomplete"
