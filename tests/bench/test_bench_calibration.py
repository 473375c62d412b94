"""The whole calibration: the lines that docs/calibration.md shows, and how long it takes."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from rich.console import Console

from agent.clock import stopwatch_ns
from evals.commands.calibrate import CalibrateOptions, calibrate_harness

pytestmark = pytest.mark.bench

MOST_S = 600  # on two cores that do nothing else


def test_the_whole_calibration_keeps_every_line_within_ten_minutes(tmp_path: Path) -> None:
    text = io.StringIO()
    began_ns = stopwatch_ns()
    status = calibrate_harness(
        CalibrateOptions(workers=2, as_json=True, plots=tmp_path),
        out=Console(file=text, width=400),
        err=Console(stderr=True),
    )
    seconds = (stopwatch_ns() - began_ns) / 1e9
    whole = json.loads(text.getvalue())
    for check in whole["checks"]:
        print(f"{'kept  ' if check['kept'] else 'BROKEN'} {check['name']}: {check['found']}")
    print(
        f"{len(whole['trials'])} faults, {whole['alarms']['comparisons']} comparisons of equals: {seconds:.0f} s"
    )
    assert status == 0
    assert len({trial["fault"] for trial in whole["trials"]}) >= 20
    assert whole["alarms"]["comparisons"] == 500
    assert seconds <= MOST_S
