"""The pictures: how delays are distributed, what waits are made of, and what is paid for speed."""

from __future__ import annotations

import dataclasses
from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.metrics.registry import BY_NAME, measure
from evals.report.distribution import distributions
from evals.report.figures import Delay, Delays, Share
from evals.report.pictures import of_run, of_two
from evals.report.summary import Summary, summarise
from evals.report.tradeoff import Choice, tradeoff, unbeaten
from evals.report.waterfall import Fall, waterfall
from tests.store_builders import a_finished_call, a_record, a_run

HOSTILE = '"><script>alert(1)</script>'
rates = st.integers(0, 20).map(lambda count: Share(count=count, of=20))
choices = st.builds(Choice, name=st.text("abc", max_size=3), answer_ms=st.floats(1, 5000), cut_ins=rates)


def delays(*ms: float, missed: int = 0) -> Delays:
    return Delays.of([*(Delay(ms=one) for one in ms), *[Delay(ms=4000, censored=True)] * missed])


def a_summary(case: str = "booking/books_first_slot/en-gb/clean/0", **line: object) -> Summary:
    record = a_record(case)
    record = dataclasses.replace(record, line={**record.line, **line})
    pauses = (BY_NAME["pauses_offered"].of(4, turn=0), BY_NAME["false_cut_ins"].of(1, turn=0))
    call = a_finished_call(record=record, measurements=(*measure(record), *pauses))
    return summarise(a_run(cases=(case,)), [call])


def test_the_curve_ends_below_the_top_by_what_was_never_answered() -> None:
    svg = distributions([("before", delays(500, 700, 900, missed=1))], title="t")
    line = next(
        one for one in ET.fromstring(svg).iter() if one.get("class") == "line" and "V" in str(one.get("d"))
    )
    heights = [float(part.split("H")[0]) for part in str(line.get("d")).split("V")[1:]]
    top, bottom = 40.0, 246.0
    assert heights[-1] == pytest.approx(bottom - 0.75 * (bottom - top), abs=0.1)


def test_two_curves_have_a_legend_and_nothing_known_has_no_picture() -> None:
    svg = distributions([("before", delays(500)), (HOSTILE, delays(-200, 700))], title=HOSTILE)
    root = ET.fromstring(svg)
    assert [one.text for one in root.iter() if one.get("class") == "label"] == ["before", HOSTILE]
    assert "<script>" not in svg
    assert distributions([("before", delays(missed=3))], title="t") == ""
    with pytest.raises(ValueError, match="5 curves; expected at most 4"):
        distributions([(str(number), delays(1)) for number in range(5)], title="t")


def test_stages_lie_end_to_end_under_one_scale() -> None:
    svg = waterfall(
        [Fall(name=HOSTILE, stages_ms=(100, 50, 30, 20)), Fall(name="b", stages_ms=(50, 50, 0, 0))], title="t"
    )
    bars = [one for one in ET.fromstring(svg).iter() if str(one.get("class", "")).startswith("stage")][4:]
    assert len(bars) == 8
    for left, right in pairwise(bars[:4]):
        end = float(str(left.get("x"))) + float(str(left.get("width")))
        assert float(str(right.get("x"))) == pytest.approx(end, abs=1.0)
    assert float(str(bars[0].get("width"))) == pytest.approx(2 * float(str(bars[4].get("width"))), rel=0.05)
    assert "<script>" not in svg
    assert waterfall([], title="t") == ""


def test_runs_that_no_other_beats_are_joined() -> None:
    quick, slow = (Choice(name=n, answer_ms=ms, cut_ins=Share(count=c, of=20)) for n, ms, c in (
        ("quick", 300, 5), ("slow", 900, 0)))  # fmt: skip
    beaten = Choice(name=HOSTILE, answer_ms=1000, cut_ins=Share(count=6, of=20))
    assert unbeaten([slow, beaten, quick]) == (quick, slow)
    svg = tradeoff([slow, beaten, quick], title="t")
    assert 'class="front"' in svg
    assert "<script>" not in svg
    assert tradeoff([quick], title="t") == ""
    assert tradeoff([quick, dataclasses.replace(slow, cut_ins=Share())], title="t") == ""


@given(st.lists(choices, min_size=1, max_size=8))
def test_of_any_runs_some_are_unbeaten_and_along_them_cutting_in_gets_rarer(runs: list[Choice]) -> None:
    front = unbeaten(runs)
    assert front
    found = [choice.cut_ins.rate or 0.0 for choice in front]
    assert found == sorted(found, reverse=True)


def test_a_run_has_pictures_with_tables_and_a_text_run_none_of_time() -> None:
    names = {picture.name for picture in of_run(a_summary())}
    assert names >= {"Time to answer, ms", "Words wrong, by line", "Calls passed, by line"}
    assert all(
        picture.rows and len(row) == len(picture.head)
        for picture in of_run(a_summary())
        for row in picture.rows
    )


def test_two_runs_lie_over_each_other_with_all_others_in_the_trade_off() -> None:
    quiet, noisy = a_summary(), a_summary(noise="office", snr_db=10.0)
    other = dataclasses.replace(noisy, run=a_run(settings={"endpointing.complete_ms": "250"}))
    pictures = {picture.name: picture for picture in of_two(quiet, noisy, [other])}
    assert [row[0] for row in pictures["Answered within so long"].rows] == ["before", "now"]
    assert [row[:3] for row in pictures["Words wrong against noise"].rows] == [
        ("before", "none", "–"),
        ("now", "office", "10 dB"),
    ]
    assert [row[0] for row in pictures["Quickness against cutting in"].rows] == [
        "before",
        "now",
        "endpointing.complete_ms=250",
    ]
