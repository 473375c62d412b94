from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.report.curves import HEIGHT, PANEL_WIDTH, Curve, Panel, Point, curves

SVG = "{http://www.w3.org/2000/svg}"
values = st.floats(0, 1e6, allow_subnormal=False).map(lambda value: round(value, 3))
points = st.builds(Point, y=values, low=st.none() | values, high=st.none() | values)


def a_panel(
    *named: Curve, places: tuple[str, ...] = ("clean", "20", "15"), top: float | None = None
) -> Panel:
    return Panel(title="success", x_label="SNR, dB", y_label="%", places=places, curves=named, top=top)


def a_curve(*ys: float | None, name: str = "ear") -> Curve:
    return Curve(name=name, points=tuple(None if y is None else Point(y=y) for y in ys))


def texts(root: ET.Element, css: str) -> list[str]:
    return [text.text or "" for text in root.iter(f"{SVG}text") if css in text.get("class", "").split()]


def of_class(root: ET.Element, css: str) -> list[ET.Element]:
    return [element for element in root.iter() if element.get("class") == css]


def drawn(root: ET.Element, number: int) -> ET.Element:
    """The curve itself, which comes after its sample in the legend."""
    return of_class(root, f"curve c{number}")[1]


def line_of(curve: ET.Element) -> list[tuple[str, float, float]]:
    found = re.findall(r"([ML])([\d.]+) ([\d.]+)", of_class(curve, "line")[0].get("d", ""))
    return [(step, float(x), float(y)) for step, x, y in found]


@st.composite
def some_panels(draw: st.DrawFn) -> list[Panel]:
    places = tuple(str(number) for number in range(draw(st.integers(1, 6))))
    names = draw(st.lists(st.text("<&>abc\"'", max_size=5), min_size=1, max_size=4, unique=True))
    row = st.tuples(*[st.none() | points for _ in places])
    return [
        a_panel(
            *(Curve(name=name, points=draw(row)) for name in names),
            places=places,
            top=draw(st.none() | st.just(100.0)),
        )
        for _ in range(draw(st.integers(1, 3)))
    ]


def numbers_of(path: ET.Element) -> Iterator[tuple[float, float]]:
    """Where a path's absolute moves and lines go."""
    for x, y in re.findall(r"[ML](-?[\d.]+) (-?[\d.]+)", path.get("d", "")):
        yield float(x), float(y)


@given(some_panels())
def test_every_point_is_marked_and_nothing_leaves_the_picture(panels: list[Panel]) -> None:
    svg = curves(panels, title="<noise>")
    known = sum(point is not None for panel in panels for curve in panel.curves for point in curve.points)
    if not known:
        assert svg == ""
        return
    root = ET.fromstring(svg)
    shown = [panel for panel in panels if not panel.empty]
    names = {curve.name for panel in shown for curve in panel.curves}
    assert len(of_class(root, "mark")) == known + len(names)  # the legend's
    for path in root.iter(f"{SVG}path"):
        for x, y in numbers_of(path):
            assert 0 <= x <= PANEL_WIDTH * len(shown)
            assert 0 <= y <= HEIGHT


def test_axes_and_curves_are_named_and_names_escaped() -> None:
    root = ET.fromstring(curves([a_panel(a_curve(90, 80, 40, name="a<b"), top=100)], title="x & y"))
    assert (root.findtext(f"{SVG}title"), texts(root, "head")) == ("x & y", ["success"])
    assert texts(root, "mid") == ["clean", "20", "15", "SNR, dB", "%"]
    assert texts(root, "end") == ["0", "20", "40", "60", "80", "100"]
    assert texts(root, "label") == ["a<b"]


@pytest.mark.parametrize(
    ("largest", "ticks"),
    [
        (0.0, ["0", "0.2", "0.4", "0.6", "0.8", "1"]),
        (7.3, ["0", "2", "4", "6", "8"]),
        (48.0, ["0", "10", "20", "30", "40", "50"]),
        (130.0, ["0", "50", "100", "150"]),
    ],
)
def test_an_axis_without_a_given_end_reaches_just_over_the_largest_value(
    largest: float, ticks: list[str]
) -> None:
    root = ET.fromstring(curves([a_panel(a_curve(0, 0, largest))], title="x"))
    assert texts(root, "end") == ticks


def test_higher_values_stand_higher_and_places_stand_in_order() -> None:
    root = ET.fromstring(curves([a_panel(a_curve(100, 50, 0), top=100)], title="x"))
    (_, x0, y0), (_, x1, y1), (_, x2, y2) = line_of(drawn(root, 0))
    assert x0 < x1 < x2
    assert y0 < y1 < y2
    assert y1 == (y0 + y2) / 2


def test_a_place_of_which_nothing_is_known_breaks_the_line() -> None:
    root = ET.fromstring(curves([a_panel(a_curve(100, None, 0))], title="x"))
    assert [step for step, _, _ in line_of(drawn(root, 0))] == ["M", "M"]


def test_a_curve_looks_the_same_in_every_panel_whatever_its_place_there() -> None:
    ear, other = a_curve(1, 2, 3), a_curve(3, 2, 1, name="pocketsphinx")
    root = ET.fromstring(curves([a_panel(ear, other), a_panel(other)], title="x"))
    assert texts(root, "label") == ["ear", "pocketsphinx"]
    assert len(of_class(root, "curve c0")) == 2  # in the legend and one panel
    assert len(of_class(root, "curve c1")) == 3


def test_curves_of_equal_values_do_not_hide_each_other() -> None:
    root = ET.fromstring(curves([a_panel(a_curve(1, 1, 1), a_curve(1, 1, 1, name="other"))], title="x"))
    assert line_of(drawn(root, 0)) != line_of(drawn(root, 1))


def test_a_point_says_what_it_rests_on_and_shows_its_interval() -> None:
    point = Point(y=75.0, note="75 % (6/8)", low=41.0, high=93.0)
    root = ET.fromstring(
        curves([a_panel(Curve(name="ear", points=(point, None, Point(y=50.0))), top=100)], title="x")
    )
    assert [title.text for title in drawn(root, 0).iter(f"{SVG}title")] == [
        "ear, clean: 75 % (6/8)",
        "ear, 15: 50",
    ]
    assert len(of_class(root, "interval")) == 1


def test_the_picture_carries_colours_for_light_and_dark_pages() -> None:
    svg = curves([a_panel(a_curve(1, 2, 3))], title="x")
    assert "prefers-color-scheme:dark" in svg
    assert 'class="paper"' in svg


def test_of_nothing_there_is_no_chart() -> None:
    assert curves([], title="x") == ""
    assert curves([a_panel(a_curve(None, None, None))], title="x") == ""


def test_a_curve_must_have_a_point_or_none_for_each_place() -> None:
    with pytest.raises(ValueError, match="success, ear: 2 points for 3 places"):
        a_panel(a_curve(1, 2))


def test_more_curves_than_can_be_told_apart_are_refused() -> None:
    many = [a_curve(1, 2, 3, name=str(number)) for number in range(5)]
    with pytest.raises(ValueError, match="x: 5 names of curves; expected at most 4"):
        curves([a_panel(*many)], title="x")
