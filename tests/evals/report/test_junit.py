from __future__ import annotations

import dataclasses
from xml.etree import ElementTree as ET

from inline_snapshot import snapshot

from evals.record import CallStatus, Divergence
from evals.report.junit import render
from evals.report.summary import summarise
from evals.run_info import RunInfo
from evals.scoring.coverage import Coverage, NeverTaken
from evals.scoring.verdict import Check
from evals.store.finished import FinishedCall
from tests.store_builders import a_finished_call, a_record, a_run

GOOD, BAD, BROKEN, MISSING = (
    f"booking/{name}/en-gb/clean/0" for name in ("good", "bad", "broken", "missing")
)


def rendered(run: RunInfo, calls: list[FinishedCall]) -> str:
    return render(summarise(run, calls), calls)


def the_calls() -> list[FinishedCall]:
    return [
        a_finished_call(GOOD, checks=[Check(name="states", passed=True)]),
        a_finished_call(
            BAD,
            checks=[
                Check(name="outcome", passed=False, detail="expected x; came y"),
                Check(name="says", passed=False),
            ],
        ),
        a_finished_call(
            record=a_record(BROKEN, status=CallStatus.FAILED, failure="the agent is gone"), checks=[]
        ),
    ]


def test_the_whole_document() -> None:
    run = a_run(cases=(GOOD, BAD, BROKEN, MISSING), settings={"endpoint_ms": "500"})
    text = rendered(run, the_calls())
    assert text.count(the_calls()[1].record_sha256) == 1
    for call in the_calls():
        text = text.replace(call.record_sha256, f"<sha of {call.record.scenario_id}>")
    assert text == snapshot("""\
<?xml version='1.0' encoding='utf-8'?>
<testsuites name="milliwatt 20261121-105830-smoke-1a2b3c" tests="4" failures="1" errors="1" time="3.750">
  <testsuite name="booking" tests="4" failures="1" errors="1" skipped="1" time="3.750" timestamp="2026-11-21T10:58:30">
    <properties>
      <property name="run_id" value="20261121-105830-smoke-1a2b3c" />
      <property name="level" value="audio" />
      <property name="seed" value="1" />
      <property name="target" value="reference" />
      <property name="harness_version" value="0.1.0" />
      <property name="commit" value="1a2b3c4+" />
      <property name="endpoint_ms" value="500" />
    </properties>
    <testcase classname="booking.good" name="en-gb/clean/0" time="1.250">
      <system-out>title: Caller takes the first slot offered
outcome: none
path: greeting &gt; qualify &gt; book
record_sha256: <sha of good></system-out>
    </testcase>
    <testcase classname="booking.bad" name="en-gb/clean/0" time="1.250">
      <failure message="outcome: expected x; came y (and 1 more)" type="expectation">outcome: expected x; came y
says</failure>
      <system-out>title: Caller takes the first slot offered
outcome: none
path: greeting &gt; qualify &gt; book
record_sha256: <sha of bad></system-out>
    </testcase>
    <testcase classname="booking.broken" name="en-gb/clean/0" time="1.250">
      <error message="the call failed: the agent is gone" type="call">the call failed: the agent is gone</error>
      <system-out>title: Caller takes the first slot offered
outcome: none
path: greeting &gt; qualify &gt; book
record_sha256: <sha of broken></system-out>
    </testcase>
    <testcase classname="booking.missing" name="en-gb/clean/0" time="0.000">
      <skipped message="not played" />
    </testcase>
  </testsuite>
</testsuites>
""")


def test_order_and_names_follow_the_schema_of_junit() -> None:
    """junit-10.xsd: which elements stand in which, with which attributes."""
    root = ET.fromstring(rendered(a_run(cases=(GOOD, BAD, BROKEN, MISSING)), the_calls()))
    assert root.tag == "testsuites"
    assert set(root.attrib) <= {"name", "time", "tests", "failures", "errors", "disabled"}
    for suite in root:
        assert suite.tag == "testsuite"
        assert {"name", "tests", "failures", "errors"} <= set(suite.attrib)
        assert [child.tag for child in suite] == ["properties"] + ["testcase"] * 4
        assert suite.attrib["tests"] == "4"
        for case in suite.iter("testcase"):
            assert {"name", "classname", "time"} == set(case.attrib)
            assert {child.tag for child in case} <= {"failure", "error", "skipped", "system-out"}
        assert all(set(entry.attrib) == {"name", "value"} for entry in suite.iter("property"))
    assert (root.get("tests"), root.get("failures"), root.get("errors")) == ("4", "1", "1")


def test_hostile_texts_stay_texts_and_forbidden_characters_are_replaced() -> None:
    check = Check(name="says", passed=False, detail='</failure><x a="1">\x00\x1b[31m & \ud800')
    root = ET.fromstring(rendered(a_run(cases=()), [a_finished_call(GOOD, checks=[check])]))
    (failure,) = root.iter("failure")
    instead = "\N{REPLACEMENT CHARACTER}"
    assert failure.text == f'says: </failure><x a="1">{instead}{instead}[31m & {instead}'


def test_a_run_without_calls_is_still_a_document() -> None:
    root = ET.fromstring(rendered(a_run(cases=(), suites=()), []))
    assert (root.get("tests"), len(root)) == ("0", 0)


def test_flaky_cases_and_what_was_never_visited_stand_with_their_suite() -> None:
    cases = ("booking/s/en-gb/clean/0", "booking/s/en-gb/clean/1")
    calls = [
        a_finished_call(case, checks=[Check(name="outcome", passed=case.endswith("0"))]) for case in cases
    ]
    flow = Coverage(
        flow="booking",
        calls=2,
        states=4,
        edges=9,
        tools=1,
        states_never=("close",),
        edges_never=(NeverTaken(state="book", to="close", branches=("yes",)),),
        tools_never=(),
    )
    summary = dataclasses.replace(summarise(a_run(cases=cases), calls), coverage=(flow,))
    root = ET.fromstring(render(summary, calls))
    (suite,) = root
    assert suite[-1].tag == "system-out"
    assert suite[-1].text == (
        "flaky: booking/s/en-gb/clean: 1 of 2 repeats passed\n"
        "States of booking never visited, 1 of 4: close\n"
        "Branches of booking never taken, 1 of 9: book > close (yes)"
    )
    properties = {entry.get("name"): entry.get("value") for entry in suite.iter("property")}
    assert properties["coverage.booking.states"] == "3/4"
    assert properties["coverage.booking.edges"] == "8/9"
    assert all(
        "flaky: 1 of 2 repeats passed" in str(case.findtext("system-out")) for case in suite.iter("testcase")
    )


def test_replies_that_left_the_transcript_stand_with_their_call() -> None:
    left = Divergence(
        step=2, seq=1, did="skipped", recorded="Which day?", replied="Bye.", reason="shares 0 of 2 words"
    )
    call = a_finished_call(record=a_record(GOOD, divergences=(left,)))
    told = ET.fromstring(rendered(a_run(cases=(GOOD,)), [call])).findtext(".//testcase/system-out")
    assert 'left the transcript before step 3: "Bye." for "Which day?"; shares 0 of 2 words' in str(told)
