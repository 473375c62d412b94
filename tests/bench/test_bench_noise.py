"""What noise at the caller's end costs: task success and words wrong against SNR, for both embedded recognisers.

Writes `reports/ear-noise.svg` and `reports/ear-noise.json`. To try it on a few calls:

    from tests.bench.test_bench_noise import *
    bench(("pocketsphinx",), all_cases()[:2], LINES[:2], Path("/tmp"))
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from agent.assembly import STT
from evals.ear.noise_curve import LINES, NOISE, NoisePoint, clean_cases, noise_points, on_lines
from evals.player import PlaySpec
from evals.pool import play_all
from evals.record import Level
from evals.report.curves import Curve, Panel, Point, curves
from evals.scenario.model import Case, Line
from evals.store.parts import read_parts
from evals.targets.registry import TargetSpec
from evals.version import HARNESS_VERSION
from tests.cli import ROOT

pytestmark = pytest.mark.bench

SUITES = tuple(ROOT / "corpora" / "booking" / f"{suite}.yaml" for suite in ("smoke", "paths"))
SEED = 1
OUT = ROOT / "reports"
NAME = "ear-noise"


def all_cases() -> list[Case]:
    return clean_cases(SUITES, seed=SEED)


def points_of(recogniser: str, cases: Sequence[Case], lines: Sequence[Line]) -> list[NoisePoint]:
    """Plays every case on every line, in as many processes as there are cores, each with a cache of its own."""
    with TemporaryDirectory(prefix="milliwatt-noise-") as folder:
        spec = PlaySpec(
            target=TargetSpec(settings={"stt": recogniser}),
            level=Level.AUDIO,
            run_folder=Path(folder),
            cache_folder=None,
            scorecards={},
        )
        for _ in play_all(spec, on_lines(cases, lines), workers=len(os.sched_getaffinity(0))):
            print(".", end="", flush=True)
        return noise_points(recogniser, read_parts(Path(folder), tracks=False), lines)


def bench(
    recognisers: Sequence[str], cases: Sequence[Case], lines: Sequence[Line], out: Path
) -> list[NoisePoint]:
    """Plays, prints the table, and writes the picture and the figures into the folder `out`."""
    print(f"\n{len(cases)} scenarios on {len(lines)} lines with {' and '.join(recognisers)}, seed {SEED}")
    points = [point for name in recognisers for point in points_of(name, cases, lines)]
    print(f"\n{table(points)}")
    out.mkdir(exist_ok=True)
    (out / f"{NAME}.svg").write_text(picture(points, lines), encoding="utf-8")
    (out / f"{NAME}.json").write_text(json.dumps(figures(points), indent=2) + "\n", encoding="utf-8")
    print(f"written: {out / NAME}.svg, {out / NAME}.json")
    return points


def table(points: Sequence[NoisePoint]) -> str:
    rows = [f"{'recogniser':14}{'line':14}{'success':>18}{'words wrong':>14}{'sub':>6}{'del':>6}{'ins':>6}"]
    rows += [
        f"{point.recogniser:14}{point.line.name:14}{_success_text(point):>18}{_wrong_text(point):>14}"
        f"{point.words.substitutions:6}{point.words.deletions:6}{point.words.insertions:6}"
        for point in points
    ]
    return "\n".join(rows)


def picture(points: Sequence[NoisePoint], lines: Sequence[Line]) -> str:
    places = tuple("clean" if line.snr_db is None else f"{line.snr_db:g}" for line in lines)
    x_label = f"signal-to-noise ratio, dB ({NOISE} noise)"
    names = list(dict.fromkeys(point.recogniser for point in points))
    panels = [
        Panel(
            title=title,
            x_label=x_label,
            y_label=y_label,
            places=places,
            curves=tuple(
                Curve(name=name, points=tuple(of(point) for point in points if point.recogniser == name))
                for name in names
            ),
            top=top,
        )
        for title, y_label, of, top in (
            ("Task success", "calls, %", _success, 100.0),
            ("Words wrong", "word error rate, %", _wrong, None),
        )
    ]
    return curves(panels, title="Task success and words wrong against noise at the caller's end")


def figures(points: Sequence[NoisePoint]) -> dict[str, Any]:
    return {
        "schema": 1,
        "harness_version": HARNESS_VERSION,
        "seed": SEED,
        "suites": [path.stem for path in SUITES],
        "noise": NOISE,
        "points": [_figures(point) for point in points],
    }


def test_success_and_words_wrong_against_noise() -> None:
    cases = all_cases()
    points = bench(tuple(STT), cases, LINES, OUT)
    assert [point.calls.of for point in points] == [len(cases)] * len(STT) * len(LINES)


def _figures(point: NoisePoint) -> dict[str, Any]:
    interval = point.calls.interval
    return {
        "recogniser": point.recogniser,
        "line": point.line.name,
        "snr_db": point.line.snr_db,
        "passed": point.calls.count,
        "calls": point.calls.of,
        "success": point.calls.rate,
        "success_95": None if interval is None else [interval.low, interval.high],
        "word_error_rate": point.words.rate,
        "reference_words": point.words.reference_words,
        "substitutions": point.words.substitutions,
        "deletions": point.words.deletions,
        "insertions": point.words.insertions,
        "failing": list(point.failing),
    }


def _success(point: NoisePoint) -> Point | None:
    rate, interval = point.calls.rate, point.calls.interval
    if rate is None or interval is None or interval.low is None or interval.high is None:
        return None
    return Point(y=100 * rate, note=_success_text(point), low=100 * interval.low, high=100 * interval.high)


def _wrong(point: NoisePoint) -> Point | None:
    rate, words = point.words.rate, point.words
    if rate is None:
        return None
    return Point(y=100 * rate, note=f"{_wrong_text(point)} ({words.errors}/{words.reference_words})")


def _success_text(point: NoisePoint) -> str:
    rate = point.calls.rate
    return "none" if rate is None else f"{100 * rate:.1f} % ({point.calls.count}/{point.calls.of})"


def _wrong_text(point: NoisePoint) -> str:
    rate = point.words.rate
    return "none" if rate is None else f"{100 * rate:.1f} %"
