from __future__ import annotations

import dataclasses
import json

from inline_snapshot import snapshot
from rich.console import Console

from agent.cognitive.flow_file import built_in_flow
from evals.metrics.registry import measure
from evals.report import html, json_report, markdown
from evals.report.summary import Summary, summarise
from evals.report.text import render
from evals.scoring.verdict import Check, GateOutcome, GateVerdict
from evals.store.finished import FinishedCall
from tests.store_builders import a_finished_call, a_record, a_run, a_text_record

CLEAN, CAR = (f"booking/books_first_slot/en-gb/{line}/0" for line in ("clean", "car"))


def shown(summary: Summary) -> str:
    console = Console(width=118, force_terminal=False, color_system=None)
    with console.capture() as capture:
        console.print(render(summary))
    return "\n".join(line.rstrip() for line in capture.get().splitlines())


def measured(call: FinishedCall) -> FinishedCall:
    return dataclasses.replace(call, measurements=tuple(measure(call.record)))


def test_a_run_ends_with_figures_reasons_and_a_verdict() -> None:
    calls = [
        measured(a_finished_call(CLEAN)),
        measured(
            a_finished_call(
                record=a_record(CAR, outcome="booked"), checks=[Check(name="states", passed=True)]
            )
        ),
    ]
    gates = [
        GateVerdict(gate="task success", outcome=GateOutcome.PASS, reason="1 of 2, was 1 of 2"),
        GateVerdict(gate="word errors", outcome=GateOutcome.TOO_LITTLE_DATA, reason="2 calls; 8 are needed"),
    ]
    assert shown(summarise(a_run(cases=(CLEAN, CAR)), calls, gates=gates)) == snapshot("""\
Failed (1):
  booking/books_first_slot/en-gb/clean/0
      outcome: expected booked, got none
      says "calendar invite": never heard at the caller's ear

line   calls passed    words wrong  answer p50  answer p95  turns missed  yield p50  yield p95  false stops
car             1/1  36.4 % (4/11)      900 ms   ≥ 4000 ms           1/3     300 ms     300 ms          0/1
clean           0/1  36.4 % (4/11)      900 ms   ≥ 4000 ms           1/3     300 ms     300 ms          0/1
all             1/2  36.4 % (8/22)      900 ms   ≥ 4000 ms           2/6     300 ms     300 ms          0/2

Calls passed                          1 of 2 (50.0 %, 95 % interval 9.5 to 90.5)
Tasks done                            1 of 2 (50.0 %, 95 % interval 9.5 to 90.5)
Words heard wrong                     36.4 % of 22 said: 6 substituted, 0 lost, 2 added
Time to answer                        p50 900 ms, p95 ≥ 4000 ms, longest ≥ 4000 ms (n = 6, 2 not seen to end)
Turns without an answer               2 of 6 (33.3 %, 95 % interval 9.7 to 70.0)
Time to fall silent when interrupted  p50 300 ms, p95 300 ms, longest 300 ms (n = 2)
… less the line's own delay           p50 220 ms, p95 220 ms, longest 220 ms (n = 2)
Interruptions talked through          0 of 2 (0 %, 95 % interval 0.0 to 65.8)
Replies given up for a mere noise     0 of 2 (0 %, 95 % interval 0.0 to 65.8)

gate          says             because
task success  pass             1 of 2, was 1 of 2
word errors   too little data  2 calls; 8 are needed

FAIL: 1 of 2 calls met their expectations; 1 of 2 gates had too little data.\
""")


def test_a_text_run_has_no_columns_of_delays() -> None:
    call = a_finished_call(record=a_text_record(CLEAN), checks=[Check(name="states", passed=True)])
    assert shown(summarise(a_run(cases=(CLEAN,)), [measured(call)])) == snapshot("""\
line   calls passed
clean           1/1

Calls passed  1 of 1 (100 %, 95 % interval 20.7 to 100.0)
Tasks done    0 of 1 (0 %, 95 % interval 0.0 to 79.3)

PASS: 1 of 1 calls met their expectations.\
""")


def test_a_run_without_calls_says_so() -> None:
    assert shown(summarise(a_run(), [])) == snapshot("NOTHING PLAYED: the run has no finished call.")


def test_an_unfinished_run_is_neither_good_nor_bad() -> None:
    call = a_finished_call(record=a_text_record(CLEAN), checks=[])
    assert shown(summarise(a_run(cases=(CLEAN, CAR)), [call])).splitlines()[-1] == snapshot(
        "INCOMPLETE: 1 of 1 calls met their expectations; 1 of 2 cases were not played."
    )


def test_a_gate_without_enough_data_leaves_the_run_undecided() -> None:
    call = a_finished_call(record=a_text_record(CLEAN), checks=[])
    gate = GateVerdict(gate="g", outcome=GateOutcome.TOO_LITTLE_DATA, reason="3 values; 59 are needed to say")
    summary = summarise(a_run(cases=(CLEAN,)), [call], gates=[gate])
    assert shown(summary).splitlines()[-1] == snapshot(
        "UNDECIDED: 1 of 1 calls met their expectations; 1 of 1 gates had too little data."
    )


def test_what_was_said_is_never_taken_for_markup() -> None:
    call = a_finished_call(
        CLEAN, checks=[Check(name="says", passed=False, detail="[red]heard[/red]\nnothing [/]")]
    )
    assert "      says: [red]heard[/red] nothing [/]" in shown(summarise(a_run(), [call]))


def test_long_lists_of_failures_are_cut_with_a_word_about_the_rest() -> None:
    calls = [a_finished_call(f"booking/s{number:02}/en-gb/clean/0", measurements=[]) for number in range(15)]
    text = shown(summarise(a_run(), calls))
    assert "Failed (15):" in text
    assert "… and 3 more; a report has them all" in text


def test_flaky_cases_are_listed_with_their_repeats() -> None:
    cases = tuple(f"booking/s/en-gb/clean/{repeat}" for repeat in range(2))
    calls = [
        a_finished_call(record=a_text_record(case), checks=[Check(name="outcome", passed=number == 0)])
        for number, case in enumerate(cases)
    ]
    lines = shown(summarise(a_run(cases=cases), calls)).splitlines()
    assert lines[lines.index("Flaky (1):") + 1] == "  booking/s/en-gb/clean: 1 of 2 repeats passed"
    assert [line for line in lines if "pass^2" in line] == [
        "Passed in all of 2 repeats            0 % (pass^2); in one of them 100 % (pass@2); 1 case"
    ]
    assert lines[-1] == "FAIL: 1 of 2 calls met their expectations; 1 flaky."


def covered_summary() -> Summary:
    record = a_text_record(
        CLEAN, agent={"name": "reference", "flow_sha256": "ab"}, path=("greeting", "qualify")
    )
    call = a_finished_call(record=record, checks=[])
    return summarise(
        a_run(cases=(CLEAN,)), [call], flows={"ab": built_in_flow("booking"), "cd": built_in_flow("booking")}
    )


def test_what_of_the_flow_was_never_visited_is_told_briefly() -> None:
    lines = shown(covered_summary()).splitlines()
    assert any(line.startswith("States of booking never visited, 26 of 28: book, ") for line in lines)
    assert any(line.startswith("Branches of booking never taken, 139 of 140: greeting > ") for line in lines)


def test_reports_have_all_that_was_never_visited() -> None:
    summary = covered_summary()
    text = markdown.render(summary)
    assert "## Branches of booking never taken, 139 of 140\n" in text
    assert "- qualify &gt; book (positive)" in text
    assert "Branches of booking never taken, 139 of 140" in html.render(summary, [])
    [flow] = json.loads(json_report.render(summary, []))["coverage"]
    assert flow["states_never"][0] == "book"
