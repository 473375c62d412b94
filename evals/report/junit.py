"""A run as JUnit XML, which every CI server reads: a test suite per suite, a test case per case.

What differs between calls stands in `system-out`: `properties` inside a `testcase` would break the schema that
Jenkins publishes (junit-10.xsd).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from xml.etree import ElementTree as ET

from evals.record import CallStatus
from evals.report.summary import Summary, reasons_of
from evals.report.wording import flaky_case, never_visited
from evals.run_info import RunInfo
from evals.scoring.repeats import RepeatedCase, case_name
from evals.store.finished import FinishedCall

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML 1.0, production 2


def render(summary: Summary, calls: Iterable[FinishedCall]) -> str:
    """The XML: a failed expectation is a failure, a call that could not be played an error, a missing one skipped."""
    run = summary.run
    cases: dict[str, list[ET.Element]] = {suite: [] for suite in run.suites}
    unsure = {case.name: case for case in summary.flaky}
    for call in calls:
        repeated = unsure.get(case_name(call.record.case_id))
        cases.setdefault(call.record.suite, []).append(_case(call, repeated))
    for case_id in summary.missing:
        cases.setdefault(case_id.split("/")[0], []).append(_skipped(case_id))
    suites = [_suite(summary, name, elements) for name, elements in cases.items()]
    root = ET.Element("testsuites", {"name": f"milliwatt {run.run_id}", **_totals(suites)})
    root.extend(suites)
    ET.indent(root)
    return "<?xml version='1.0' encoding='utf-8'?>\n" + ET.tostring(root, encoding="unicode") + "\n"


def _case(call: FinishedCall, flaky: RepeatedCase | None) -> ET.Element:
    record = call.record
    case = _test_case(record.case_id, time=f"{call.wall_s:.3f}")
    reasons = reasons_of(call)
    if not call.passed:
        failed = record.status is CallStatus.FAILED
        problem = ET.SubElement(case, "error" if failed else "failure")
        first = reasons[0] if reasons else "failed"
        more = f" (and {len(reasons) - 1} more)" if len(reasons) > 1 else ""
        problem.set("message", _xml(" ".join(first.split()) + more))
        problem.set("type", "call" if failed else "expectation")
        problem.text = _xml("\n".join(reasons))
    lines = [
        f"title: {record.scenario.get('title', '')}",
        f"outcome: {record.outcome or 'none'}",
        f"path: {' > '.join(record.path)}",
        f"record_sha256: {call.record_sha256}",
    ]
    if flaky:
        lines.append(f"flaky: {flaky_case(flaky)}")
    lines += [
        f'left the transcript before step {left.step + 1}: "{left.replied}" for "{left.recorded}"; {left.reason}'
        for left in record.divergences
    ]
    ET.SubElement(case, "system-out").text = _xml("\n".join(lines))
    return case


def _skipped(case_id: str) -> ET.Element:
    case = _test_case(case_id, time="0.000")
    ET.SubElement(case, "skipped", {"message": "not played"})
    return case


def _test_case(case_id: str, *, time: str) -> ET.Element:
    suite, scenario, *rest = [*case_id.split("/"), ""]
    name = "/".join(part for part in rest if part)
    return ET.Element(
        "testcase", {"classname": _xml(f"{suite}.{scenario}"), "name": _xml(name or scenario), "time": time}
    )


def _suite(summary: Summary, name: str, cases: list[ET.Element]) -> ET.Element:
    run = summary.run
    suite = ET.Element(
        "testsuite", {"name": _xml(name), **_totals_of_cases(cases), "timestamp": _timestamp(run)}
    )
    properties = ET.SubElement(suite, "properties")
    for key, value in (*_properties(run), *_figures(summary)):
        ET.SubElement(properties, "property", {"name": _xml(key), "value": _xml(value)})
    suite.extend(cases)
    lines = _remarks(summary, name)
    if lines:
        ET.SubElement(suite, "system-out").text = _xml("\n".join(lines))
    return suite


def _remarks(summary: Summary, suite: str) -> list[str]:
    """What belongs to no single case: flaky ones, and what of each flow no call of the run came to."""
    lines = [
        f"flaky: {case.name}: {flaky_case(case)}"
        for case in summary.flaky
        if case.name.partition("/")[0] == suite
    ]
    for flow in summary.coverage:
        lines += [f"{heading}: {', '.join(entries)}" for heading, entries in never_visited(flow)]
    return lines


def _properties(run: RunInfo) -> list[tuple[str, str]]:
    fixed = [
        ("run_id", run.run_id),
        ("level", run.level),
        ("seed", str(run.seed)),
        ("target", run.target),
        ("harness_version", run.harness_version),
        ("commit", run.commit),
    ]
    return [(key, value) for key, value in [*fixed, *sorted(run.settings.items())] if value]


def _figures(summary: Summary) -> list[tuple[str, str]]:
    """How much of each flow the whole run came to, and what of it was heard right, as programs read them."""
    found = []
    for flow in summary.coverage:
        for what, never, of in (
            ("states", len(flow.states_never), flow.states),
            ("edges", len(flow.edges_never), flow.edges),
            ("tools", len(flow.tools_never), flow.tools),
        ):
            found.append((f"coverage.{flow.flow}.{what}", f"{of - never}/{of}"))
    found += [(f"entities.{kind}", f"{share.count}/{share.of}") for kind, share in summary.all.entities]
    return found


def _totals_of_cases(cases: list[ET.Element]) -> dict[str, str]:
    def having(tag: str) -> str:
        return str(sum(case.find(tag) is not None for case in cases))

    seconds = sum(float(case.get("time", "0")) for case in cases)
    return {
        "tests": str(len(cases)),
        "failures": having("failure"),
        "errors": having("error"),
        "skipped": having("skipped"),
        "time": f"{seconds:.3f}",
    }


def _totals(suites: list[ET.Element]) -> dict[str, str]:
    counts = {
        key: str(sum(int(suite.get(key, "0")) for suite in suites)) for key in ("tests", "failures", "errors")
    }
    return {**counts, "time": f"{sum(float(suite.get('time', '0')) for suite in suites):.3f}"}


def _timestamp(run: RunInfo) -> str:
    # The schema's type is a date and time without a zone.
    return datetime.fromisoformat(run.started_iso).replace(tzinfo=None, microsecond=0).isoformat()


def _xml(text: str) -> str:
    return _NOT_XML.sub("\N{REPLACEMENT CHARACTER}", text)
