from __future__ import annotations

from xml.etree import ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from evals.report.charts import WIDTH, Level, histogram, levels
from evals.report.figures import Delay, Delays

SVG = "{http://www.w3.org/2000/svg}"
some_delays = st.lists(
    st.builds(Delay, ms=st.floats(-500, 20_000), censored=st.booleans()), min_size=1, max_size=80
)


def titles(root: ET.Element) -> list[str]:
    return [title.text or "" for title in root.iter(f"{SVG}title")]


@given(some_delays)
def test_every_turn_is_in_one_bar_and_every_bar_in_the_picture(waits: list[Delay]) -> None:
    root = ET.fromstring(histogram(Delays.of(waits), title="waits"))
    assert sum(int(text.rsplit(": ", 1)[1]) for text in titles(root)[1:]) == len(waits)
    for rect in root.iter(f"{SVG}rect"):
        assert float(rect.get("x", 0)) >= 0
        assert float(rect.get("x", 0)) + float(rect.get("width", 0)) <= WIDTH


def test_turns_that_never_ended_stand_apart() -> None:
    waits = Delays.of([Delay(ms=700), Delay(ms=900), Delay(ms=4000, censored=True)])
    assert titles(ET.fromstring(histogram(waits, title="waits"))) == [
        "waits",
        "700 to 710 ms: 1",
        "900 to 910 ms: 1",
        "never answered: 1",
    ]


def test_of_nothing_there_is_no_chart() -> None:
    assert histogram(Delays(), title="") == ""
    assert levels([Level(name="clean", ratio=None, note="")], title="") == ""


def test_groups_are_named_noted_and_kept_inside() -> None:
    svg = levels(
        [Level(name="<b>", ratio=1.5, note="150 % (3/2)"), Level(name="clean", ratio=0.0, note="0 %")],
        title="x",
    )
    root = ET.fromstring(svg)
    assert [text.text for text in root.iter(f"{SVG}text")] == ["<b>", "150 % (3/2)", "clean", "0 %"]
    assert all(
        float(rect.get("x", 0)) + float(rect.get("width", 0)) <= WIDTH for rect in root.iter(f"{SVG}rect")
    )


def test_an_interval_never_reaches_into_the_note() -> None:
    svg = levels([Level(name="clean", ratio=0.25, note="25 % (2/8)", low=0.07, high=0.59)], title="x")
    (interval,) = [path.get("d", "") for path in ET.fromstring(svg).iter(f"{SVG}path")]
    (note,) = [text for text in ET.fromstring(svg).iter(f"{SVG}text") if text.get("class") == "note"]
    assert float(interval.split("H")[1].split("m")[0]) < float(note.get("x", "0"))
