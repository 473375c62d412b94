"""`pytest --milliwatt`: collected, played, told and counted as pytest's users are used to."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

import evals.pytest_cases  # noqa: F401  # here once, since pytester forgets what its inner sessions import
from evals.record import Level
from evals.suite import RunRequest, plan
from tests.cli import ROOT, SMOKE

pytest_plugins = ["pytester"]

SUITE = """\
schema: 1
suite: small
flow: booking
now: "2026-05-18T09:00:00"
time_zone: Europe/London
variables: {first_name: Alex, email: alex@example.com}
scenarios:
  - id: wants_a_person
    tags: [handoff]
    caller: [{says: "Speaking, yeah."}, {says: "Could I talk to a human being, please?"}]
    expect: {outcome: handed_off}
  - id: rings_off
    caller: [{says: "Yes, this is me."}, {says: "Well, the thing is", hangs_up_after_ms: 400}]
    expect: {outcome: booked, says: ["calendar invite"]}
"""
PERSON = "small.yaml::wants_a_person::en-gb/clean/0"
RINGS_OFF = "small.yaml::rings_off::en-gb/clean/0"
TEXT = ("-p", "evals.pytest_plugin", "--milliwatt-level", "text")


@pytest.fixture(autouse=True)
def alone(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """Inner sessions with this plugin and no other, whether the environment has it as an entry point or not."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    pytester.path.joinpath("small.yaml").write_text(SUITE, encoding="utf-8")


def run(pytester: pytest.Pytester, *arguments: str) -> pytest.RunResult:
    return pytester.runpytest_inprocess(*TEXT, "--milliwatt", "small.yaml", *arguments)


def collected(pytester: pytest.Pytester, *arguments: str) -> list[str]:
    done = pytester.runpytest_inprocess(*TEXT, "--collect-only", "-q", *arguments)
    return [line for line in done.outlines if "::" in line]


def test_each_case_is_a_test_and_the_very_case_that_a_run_plays(pytester: pytest.Pytester) -> None:
    items, _ = pytester.inline_genitems(*TEXT, "--milliwatt", str(ROOT / SMOKE), "--milliwatt-seed", "7")
    request = RunRequest(suites=(ROOT / SMOKE,), level=Level.TEXT, seed=7, reports=pytester.path)
    assert [item.case for item in items] == list(plan(request).cases)
    assert items[0].nodeid.endswith("booking/smoke.yaml::books_first_slot::en-gb/clean/0")


def test_at_audio_level_every_line_and_repeat_is_a_test(pytester: pytest.Pytester) -> None:
    arguments = ["--milliwatt", str(ROOT / SMOKE), "--milliwatt-level", "audio", "--milliwatt-repeat", "2"]
    assert len(collected(pytester, *arguments)) == 8 * 3 * 2


def test_failure_shows_what_did_not_hold_the_conversation_and_how_to_play_it_again(
    pytester: pytest.Pytester,
) -> None:
    done = run(pytester)
    done.assert_outcomes(passed=1, failed=1)
    assert done.ret == pytest.ExitCode.TESTS_FAILED
    done.stdout.fnmatch_lines(
        [
            "*small/rings_off/en-gb/clean/0*",
            "outcome: expected booked; came caller_hung_up",
            "says*calendar invite*",
            "outcome caller_hung_up, by way of greeting > qualify",
            "0:00  agent   *this call is recorded*",
            "*caller  Yes, this is me.",
            "*caller  *hangs up* Well, the thing is",
            "to play it again: milliwatt run small.yaml --level text --seed 1 --only rings_off",
        ]
    )
    assert "Traceback" not in done.stdout.str()


def test_a_scenario_a_tag_and_a_node_id_can_be_chosen_and_x_stops_at_the_first_failure(
    pytester: pytest.Pytester,
) -> None:
    assert collected(pytester, "--milliwatt", "small.yaml", "-k", "handoff") == [PERSON]
    assert collected(pytester, "--milliwatt", "small.yaml", "-k", "not wants_a_person") == [RINGS_OFF]
    assert collected(pytester, "--milliwatt", "small.yaml::rings_off") == [RINGS_OFF]
    assert collected(pytester, "--milliwatt", f"{PERSON}") == [PERSON]
    text = SUITE.replace("outcome: handed_off", "outcome: booked")
    pytester.path.joinpath("small.yaml").write_text(text, encoding="utf-8")
    run(pytester, "-x").assert_outcomes(failed=1)


def test_every_mistake_of_a_suite_is_told_where_it_is_collected(pytester: pytest.Pytester) -> None:
    broken = SUITE.replace("Europe/London", "Europe/Lundon").replace("handed_off", "handed_of")
    pytester.path.joinpath("small.yaml").write_text(broken.replace("tags:", "tag:"), encoding="utf-8")
    done = run(pytester)
    done.assert_outcomes(errors=1)
    assert done.ret == pytest.ExitCode.INTERRUPTED
    done.stdout.fnmatch_lines(["*3 mistakes*", "*line 5*Lundon*", "*line 9*tag*", "*line 11*handed_of*"])
    assert "Traceback" not in done.stdout.str()


def test_suites_that_are_not_there_and_options_that_cannot_be_are_refused(pytester: pytest.Pytester) -> None:
    done = run(pytester, "--milliwatt", "gone.yaml", "--milliwatt", "away.yaml")
    assert done.ret == pytest.ExitCode.USAGE_ERROR
    done.stderr.fnmatch_lines(["*gone.yaml: no such file", "*away.yaml: no such file"])
    for options, told in (
        (["--milliwatt-seed", "-1"], "*no whole number*"),
        (["--milliwatt-repeat", "0"], "*no whole number from 1 to 1000*"),
        (["-o", "milliwatt_level=loud", "--milliwatt-level="], "*invalid choice*"),
    ):
        done = run(pytester, *options)
        assert done.ret == pytest.ExitCode.USAGE_ERROR
        done.stderr.fnmatch_lines([told])
    done = run(pytester, "--milliwatt-set", "voice=en-gb", "--milliwatt-target", "nobody")
    done.stdout.fnmatch_lines(["*write it as agent.KEY=VALUE*"])


def test_suites_of_the_ini_file_are_collected_where_pytest_is_given_no_paths_or_meets_them(
    pytester: pytest.Pytester,
) -> None:
    pytester.makeini("[pytest]\nmilliwatt_suites = small.yaml\nmilliwatt_level = text\n")
    pytester.makepyfile(test_own="def test_own(): pass")
    folder = pytester.mkdir("elsewhere")
    (folder / "test_other.py").write_text("def test_other(): pass")
    everything = [PERSON, RINGS_OFF]
    plugin = ("-p", "evals.pytest_plugin", "--collect-only", "-q")

    def ids(*arguments: str) -> list[str]:
        lines = pytester.runpytest_inprocess(*plugin, *arguments).outlines
        return sorted(line for line in lines if "::" in line)

    assert ids() == sorted([*everything, "elsewhere/test_other.py::test_other", "test_own.py::test_own"])
    assert ids("test_own.py") == ["test_own.py::test_own"]
    assert ids("elsewhere") == ["elsewhere/test_other.py::test_other"]
    assert ids("small.yaml") == sorted(everything)
    assert ids(PERSON) == [PERSON]
    assert ids("--milliwatt", "small.yaml") == sorted(everything)
    pytester.makeini("[pytest]\nmilliwatt_suites = gone.yaml small.yaml\nmilliwatt_level = text\n")
    done = pytester.runpytest_inprocess(*plugin)
    done.stderr.fnmatch_lines(["*milliwatt_suites *gone.yaml: no such file"])
    assert ids("test_own.py", "--milliwatt", "small.yaml") == sorted([*everything, "test_own.py::test_own"])


def test_calls_are_spread_over_xdists_workers_and_counted_in_junits_file(pytester: pytest.Pytester) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *TEXT, "-p", "xdist", "-n", "2", "--junitxml", "junit.xml",
         "--milliwatt", "small.yaml"],
        cwd=pytester.path, env=environment, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 1, done.stdout + done.stderr
    assert "1 failed, 1 passed" in done.stdout
    (suite,) = ET.parse(pytester.path / "junit.xml").getroot()
    cases = {(case.get("classname"), case.get("name")): case for case in suite}
    assert set(cases) == {
        ("small.yaml.wants_a_person", "en-gb/clean/0"),
        ("small.yaml.rings_off", "en-gb/clean/0"),
    }
    (failure,) = cases["small.yaml.rings_off", "en-gb/clean/0"]
    assert (failure.text or "").startswith("outcome: expected booked; came caller_hung_up")


def test_entry_point_is_found_by_pytest_and_loads_nothing_until_a_suite_is_asked_for(
    pytester: pytest.Pytester, tmp_path: Path
) -> None:
    entry_points = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["entry-points"]["pytest11"]
    installed = tmp_path / "installed" / "a_milliwatt-0.dist-info"  # as pip would write it
    installed.mkdir(parents=True)
    (installed / "METADATA").write_text("Metadata-Version: 2.1\nName: a-milliwatt\nVersion: 0\n")
    lines = "".join(f"{name} = {module}\n" for name, module in entry_points.items())
    (installed / "entry_points.txt").write_text(f"[pytest11]\n{lines}")
    pytester.makepyfile(
        test_light="""
        import sys

        def test_only_the_plugin_is_loaded():
            loaded = {name for name in sys.modules if name.split(".")[0] in ("evals", "agent", "numpy", "typer")}
            assert loaded == {"evals", "evals.pytest_plugin"}
        """
    )
    environment = {key: value for key, value in os.environ.items() if key != "PYTEST_DISABLE_PLUGIN_AUTOLOAD"}
    environment["PYTHONPATH"] = os.pathsep.join([str(installed.parent), str(ROOT)])
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:inline_snapshot", "test_light.py"],
        cwd=pytester.path, env=environment, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
