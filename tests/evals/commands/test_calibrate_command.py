from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

from tests.cli import milliwatt


def test_a_quick_calibration_keeps_its_lines_and_draws_its_pictures(tmp_path: Path) -> None:
    arguments = ("calibrate", "--quick", "--kinds", "fixed_delay", "--aa", "2")
    done = milliwatt(*arguments, "--json", "--plots", tmp_path / "plots")
    assert done.stderr == ""
    whole = json.loads(done.stdout)
    assert [trial["fault"] for trial in whole["trials"]] == ["fixed_delay"]
    assert whole["trials"][0]["found"]
    assert whole["trials"][0]["should_show"]
    assert whole["alarms"]["comparisons"] == 2
    # A dozen stops do not settle a bias to a tenth of a millisecond; what must hold of so few is the rest.
    broken = [check["name"] for check in whole["checks"] if not check["kept"]]
    assert set(broken) <= {"yield_latency from record"}
    assert done.returncode == (1 if broken else 0)
    for name in ("calibration-errors.svg", "calibration-recall.svg"):
        ElementTree.parse(tmp_path / "plots" / name)


def test_every_wrong_option_is_told_at_once() -> None:
    done = milliwatt("calibrate", "--kinds", "bad_mood", "--pairs", "5", "--aa-pairs", "3")
    assert done.returncode == 2
    assert "3 mistakes" in done.stderr
    for said in (
        "--kinds bad_mood: there is no such fault; there are fixed_delay, ",
        "--pairs 5",
        "--aa-pairs 3",
    ):
        assert said in done.stderr


def test_help_has_an_example() -> None:
    done = milliwatt("calibrate", "--help")
    assert done.returncode == 0
    assert "Example: milliwatt calibrate --quick" in done.stdout
