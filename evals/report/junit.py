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
from evals.run_info import RunInfo
from evals.store.finished import FinishedCall

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML 1.0, production 2


def render(summary: Summary, calls: Iterable[FinishedCall]) -> str:
    """The XML: a failed expectation is a failure, a call that could not be played an error, a missing one skipped."""
    run = summary.run
    cases: dict[str, list[ET.Element]] = {suite: [] for suite in run.suites}
    for call in calls:
        cases.setdefault(call.record.suite, []).append(_case(call))
    for case_id in summary.missing:
        cases.setdefault(case_id.split("/")[0], []).append(_skipped(case_id))
    suites = [_suite(run, name, elements) for name, elements in cases.items()]
    root = ET.Element("testsuites", {"name": f"milliwatt {run.run_id}", **_totals(suites)})
    root.extend(suites)
    ET.indent(root)
    return "<?xml version='1.0' encoding='utf-8'?>\n" + ET.tostring(root, encoding="unicode") + "\n"


def _case(call: FinishedCall) -> ET.Element:
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


def _suite(run: RunInfo, name: str, cases: list[ET.Element]) -> ET.Element:
    suite = ET.Element(
        "testsuite", {"name": _xml(name), **_totals_of_cases(cases), "timestamp": _timestamp(run)}
    )
    properties = ET.SubElement(suite, "properties")
    for key, value in _properties(run):
        ET.SubElement(properties, "property", {"name": _xml(key), "value": _xml(value)})
    suite.extend(cases)
    return suite


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
