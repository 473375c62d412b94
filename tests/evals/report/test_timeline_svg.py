from __future__ import annotations

import dataclasses
from xml.etree import ElementTree as ET

from evals.report.timeline import Bar, Mark, Timeline, timeline_of
from evals.report.timeline_svg import ROW_HEIGHT, ROW_NS, WIDTH, clock_time, draw
from tests.store_builders import a_record

SVG = "{http://www.w3.org/2000/svg}"
SECOND = 1_000_000_000
EMPTY = Timeline(
    duration_ns=SECOND,
    caller=(),
    agent=(),
    caller_levels=(),
    agent_levels=(),
    waits=(),
    machine=(),
    flow=(),
    marks=(),
)


def drawn(timeline: Timeline) -> ET.Element:
    return ET.fromstring(draw(timeline, title="a call"))


def texts(root: ET.Element, css: str) -> list[str]:
    return [item.text or "" for item in root.iter(f"{SVG}text") if css in item.get("class", "").split()]


def test_a_call_is_drawn_whole() -> None:
    timeline = timeline_of(a_record())
    assert timeline is not None
    root = drawn(timeline)
    assert texts(root, "caller") == [
        "Yes, this is Alex.",
        "mm-hmm",
        "Yes we are, about five thousan…",
        "Tuesday works.",
    ]
    assert {"speaking", "listening", "held", "book"} <= set(texts(root, "state"))
    marked = [
        mark.find(f"{SVG}text") for mark in root.iter(f"{SVG}g") if mark.get("class", "").startswith("mark")
    ]
    assert [text.text for text in marked if text is not None].count("yields") == 3


def test_every_twelve_seconds_a_row_begins() -> None:
    for seconds, rows in ((1, 1), (12, 1), (13, 2), (60, 5)):
        root = drawn(dataclasses.replace(EMPTY, duration_ns=seconds * SECOND))
        assert root.get("viewBox") == f"0 0 {WIDTH} {rows * ROW_HEIGHT}"
    assert ROW_NS == 12 * SECOND


def test_a_bar_over_two_rows_is_drawn_in_both_and_named_once() -> None:
    bar = Bar(start_ns=11 * SECOND, end_ns=15 * SECOND, kind="speech", text="a long answer")
    root = drawn(dataclasses.replace(EMPTY, duration_ns=20 * SECOND, agent=(bar,)))
    assert len([rect for rect in root.iter(f"{SVG}rect") if "agent" in rect.get("class", "")]) == 2
    assert texts(root, "agent") == ["a long answer"]


def test_hostile_words_and_kinds_stay_text() -> None:
    hostile = '"><script>alert(1)</script>'
    bar = Bar(start_ns=0, end_ns=SECOND, kind=hostile, text=hostile)
    mark = Mark(t_ns=0, kind=hostile, text=hostile)
    everything = dataclasses.replace(
        EMPTY, caller=(bar,), agent=(bar,), waits=(bar,), machine=(bar,), flow=(bar,), marks=(mark,)
    )
    svg = draw(everything, title=hostile)
    assert "<script" not in svg
    assert ET.fromstring(svg).findall(f".//{SVG}script") == []


def test_nothing_lies_outside_the_picture() -> None:
    bar = Bar(start_ns=0, end_ns=90 * SECOND, kind="speech", text="x" * 400)
    mark = Mark(t_ns=90 * SECOND, kind="tool", text="a_tool_with_a_long_name")
    root = drawn(dataclasses.replace(EMPTY, duration_ns=90 * SECOND, agent=(bar,), marks=(mark,)))
    for rect in root.iter(f"{SVG}rect"):
        assert float(rect.get("x", 0)) + float(rect.get("width", 0)) <= WIDTH
    assert any(text.text == mark.text for text in root.iter(f"{SVG}text")), "a mark at the very end is drawn"


def test_a_standalone_picture_brings_its_colours() -> None:
    assert "<style>" in draw(EMPTY, title="", standalone=True)
    assert "<style>" not in draw(EMPTY, title="")


def test_times_read_as_on_a_clock() -> None:
    assert [clock_time(second) for second in (0, 8, 60, 754)] == ["0:00", "0:08", "1:00", "12:34"]
