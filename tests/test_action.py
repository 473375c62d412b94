"""The GitHub Action: each of its scripts is run with bash, as GitHub runs them, on a real suite."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from ruamel.yaml import YAML

from evals.record import Level
from evals.shards import Shard
from evals.store.baselines import set_baseline
from evals.suite import RunRequest, plan
from tests.cli import ROOT

ACTION = ROOT / ".github" / "actions" / "milliwatt" / "action.yml"
EXAMPLE = ROOT / "docs" / "examples" / "voice-agent.yml"
EXPRESSION = re.compile(r"\$\{\{\s*([\w.-]+)\s*\}\}")
SUITE = """\
schema: 1
suite: small
flow: booking
now: "2026-05-18T09:00:00"
time_zone: Europe/London
variables: {first_name: Alex, email: alex@example.com}
scenarios:
  - id: wants_a_person
    caller: [{says: "Speaking, yeah."}, {says: "Could I talk to a human being, please?"}]
    expect: {outcome: handed_off}
  - id: rings_off
    caller: [{says: "Yes, this is me."}, {says: "Well, the thing is", hangs_up_after_ms: 400}]
    expect: {outcome: caller_hung_up}
"""
FAILING = SUITE.replace("outcome: caller_hung_up", "outcome: booked")


def loaded(path: Path) -> Any:
    return YAML(typ="safe").load(path.read_text(encoding="utf-8"))


@dataclass
class Job:
    """A job of one step: the action, run on a machine that has nothing of GitHub's but its files and variables."""

    folder: Path
    inputs: dict[str, str]
    outputs: dict[str, dict[str, str]] = field(default_factory=dict)
    ran: list[str] = field(default_factory=list)
    log: str = ""

    def run(self) -> int:
        """The last exit status that was not 0: what GitHub would show the step as."""
        commands = self.folder / "bin"
        commands.mkdir()
        (commands / "milliwatt").write_text(
            f'#!/bin/sh\nPYTHONPATH={shlex.quote(str(ROOT))} exec {shlex.quote(sys.executable)} -m evals "$@"\n'
        )
        (commands / "milliwatt").chmod(0o755)
        action = loaded(ACTION)
        given = {name: str(one.get("default", "")) for name, one in action["inputs"].items()} | self.inputs
        failed = 0
        for step in action["runs"]["steps"]:
            if "run" in step and self._wanted(step.get("if", ""), given, failed=bool(failed)):
                self.ran.append(step["name"])
                failed = self._run(step, given) or failed
        return failed

    def _wanted(self, condition: str, given: dict[str, str], *, failed: bool) -> bool:
        return {
            "": not failed,
            "always()": True,
            "inputs.install == 'true'": given["install"] == "true",
            "inputs.baseline != '' && steps.play.outputs.run != ''": not failed
            and given["baseline"] != ""
            and self.outputs.get("play", {}).get("run", "") != "",
        }[condition]

    def _run(self, step: dict[str, Any], given: dict[str, str]) -> int:
        assert step["shell"] == "bash"
        files = {name: self.folder / f"{name}.txt" for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
        files["GITHUB_OUTPUT"].write_text("")
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
            cwd=self.folder,
            env={
                **{key: value for key, value in os.environ.items() if not key.startswith("GITHUB_")},
                **{key: str(path) for key, path in files.items()},
                **{key: self._value(text, given) for key, text in step.get("env", {}).items()},
                "GITHUB_ACTION_PATH": str(ACTION.parent),
                "PATH": f"{self.folder / 'bin'}:{Path(sys.executable).parent}:{os.environ['PATH']}",
            },
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )
        self.log += done.stdout + done.stderr
        lines = files["GITHUB_OUTPUT"].read_text().splitlines()
        self.outputs[step.get("id", "")] = dict(line.split("=", 1) for line in lines)
        return done.returncode

    def _value(self, text: str, given: dict[str, str]) -> str:
        def of(match: re.Match[str]) -> str:
            kind, *rest = match[1].split(".")
            if kind == "inputs":
                return given[rest[0]]
            step, _, name = rest
            return self.outputs.get(step, {}).get(name, "")

        return EXPRESSION.sub(of, text)

    @property
    def summary(self) -> str:
        return (self.folder / "GITHUB_STEP_SUMMARY.txt").read_text(encoding="utf-8")


def test_suite_that_got_worse_fails_the_step_and_is_told_in_summary_comment_and_junit(tmp_path: Path) -> None:
    suite = tmp_path / "a suite; $(touch pwned) `touch pwned`.yaml"
    suite.write_text(SUITE)
    before = plan(RunRequest(suites=(suite,), level=Level.TEXT, repeat=30, reports=tmp_path / "reports"))
    list(before.play())
    set_baseline(tmp_path / "reports", "main", before.folder)
    wrong = "--set=agent.voice=en-us\n--only=$(touch pwned)*\n--only=*"
    suite.write_text(
        SUITE.replace('says: "Could I talk to a human being, please?"', 'says: "No, thank you."')
    )
    job = Job(
        tmp_path,
        {"suites": f"{suite.name}\n", "level": "text", "options": f"{wrong}\n--repeat=30", "baseline": "main",
         "install": "false", "workers": "1"},
    )  # fmt: skip
    assert job.run() == int(job.outputs["report"]["status"]) != 0, job.log
    assert job.ran == ["Play or merge", "Gate", "Report", "Verdict"]
    assert job.outputs["play"]["status"] == "1"
    assert not list(tmp_path.glob("**/pwned*"))
    told = job.outputs["report"]
    assert job.summary == (tmp_path / told["comment"]).read_text(encoding="utf-8")
    assert job.summary.startswith("# small: FAIL: 30 of 60 calls met their expectations")
    assert "small/wants\\_a\\_person" in job.summary
    suites = ET.parse(tmp_path / told["junit"]).getroot()
    assert (suites.get("tests"), suites.get("failures")) == ("60", "30")
    assert (tmp_path / "reports" / "runs" / job.outputs["play"]["run"] / "report.html").is_file()
    stop = re.findall(r"^::stop-commands::(\S+)$", job.log, re.MULTILINE)
    assert all(f"\n::{token}::\n" in job.log for token in stop) and len(stop) == 2


def test_shards_are_merged_and_judged_as_the_run_they_are(tmp_path: Path) -> None:
    (tmp_path / "small.yaml").write_text(SUITE)
    for number in (1, 2):
        request = RunRequest(
            suites=(tmp_path / "small.yaml",), level=Level.TEXT, repeat=4, shard=Shard(number=number, of=2),
            reports=tmp_path / "shards" / f"shard-{number}",
        )  # fmt: skip
        list(plan(request).play())
    job = Job(tmp_path, {"merge-from": "shards", "install": "false"})
    assert job.run() == 0, job.log
    assert job.ran == ["Play or merge", "Report", "Verdict"]
    assert "merged" in job.outputs["play"]["run"]
    assert job.summary.startswith("# small: PASS: 8 of 8 calls met their expectations")


def test_suite_with_mistakes_ends_with_status_2_and_says_where_to_look(tmp_path: Path) -> None:
    (tmp_path / "small.yaml").write_text(SUITE.replace("Europe/London", "Europe/Lundon"))
    job = Job(tmp_path, {"suites": "small.yaml", "level": "text", "baseline": "main", "install": "false"})
    assert job.run() == 2
    assert "Lundon" in job.log
    assert job.ran == ["Play or merge", "Report", "Verdict"]
    assert job.outputs["play"] == {"run": "", "status": "2"}
    assert job.summary == "milliwatt has no report to show (exit status 2); the job's log says why.\n"
    assert job.outputs["report"] == {"status": "2", "comment": "reports/comment.md", "junit": ""}


def test_report_too_long_for_github_is_shortened_between_characters(tmp_path: Path) -> None:
    (step,) = [step for step in loaded(ACTION)["runs"]["steps"] if step["name"] == "Report"]
    (shortened,) = re.findall(r"^shortened\(\) \{\n.*?^\}\n", step["run"], re.DOTALL | re.MULTILINE)
    (tmp_path / "long.md").write_text("é" * 50_000, encoding="utf-8")
    script = f'{shortened}shortened "$1" 60001; shortened "$1" 100000 > whole.md'
    done = subprocess.run(
        ["bash", "-eo", "pipefail", "-c", script, "bash", "long.md"],
        cwd=tmp_path, capture_output=True, timeout=30, check=True,
    )  # fmt: skip
    assert done.stdout.decode() == "é" * 30_000 + "\n\n… shortened; the artifact has the whole report.\n"
    assert (tmp_path / "whole.md").read_bytes() == (tmp_path / "long.md").read_bytes()


def test_milliwatt_is_installed_from_the_actions_own_checkout(tmp_path: Path) -> None:
    (step,) = [step for step in loaded(ACTION)["runs"]["steps"] if step["name"] == "Install milliwatt"]
    # pip itself, which only looks: nothing is built, fetched or installed.
    (tmp_path / "python").write_text(
        f'#!/bin/sh\nprintf "%s\\n" "$@"\nexec {shlex.quote(sys.executable)} "$@"\n'
    )
    (tmp_path / "python").chmod(0o755)
    looking = {"PIP_DRY_RUN": "1", "PIP_NO_DEPS": "1", "PIP_NO_BUILD_ISOLATION": "0", "PIP_NO_INDEX": "1"}
    done = subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
        env={**os.environ, **looking, "GITHUB_ACTION_PATH": str(ACTION.parent),
             "PATH": f"{tmp_path}:{os.environ['PATH']}"},
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[:3] == ["-m", "pip", "install"]
    assert Path(done.stdout.splitlines()[5]).resolve() == ROOT


@pytest.mark.parametrize("path", [ACTION, EXAMPLE], ids=["action", "example"])
def test_no_script_holds_an_expression_that_github_would_put_into_it(path: Path) -> None:
    def scripts(node: Any) -> list[str]:
        if isinstance(node, dict):
            return [
                text for key, value in node.items() for text in ([value] if key == "run" else scripts(value))
            ]
        return [text for value in node for text in scripts(value)] if isinstance(node, list) else []

    found = scripts(loaded(path))
    assert found
    assert not [script for script in found if "${{" in script]


def test_example_gives_the_action_what_it_takes_and_names_what_exists() -> None:
    action = loaded(ACTION)
    steps = [step for job in loaded(EXAMPLE)["jobs"].values() for step in job["steps"]]
    used = [step for step in steps if step.get("uses") == "./.github/actions/milliwatt"]
    assert len(used) == 2
    for step in used:
        assert set(step["with"]) <= set(action["inputs"])
        for suite in step["with"].get("suites", "").split():
            assert (ROOT / suite).is_file()
    outputs = set(re.findall(r"steps\.milliwatt\.outputs\.(\w+)", EXAMPLE.read_text(encoding="utf-8")))
    assert outputs <= set(action["outputs"])


def test_page_on_ci_names_every_input_and_output_and_every_option_of_the_plugin() -> None:
    page = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")
    action = loaded(ACTION)
    plugin = (ROOT / "evals" / "pytest_plugin.py").read_text(encoding="utf-8")
    options = re.findall(r'"(--milliwatt[\w-]*)"', plugin) + re.findall(r'addini\(\s*"(\w+)"', plugin)
    assert len(options) >= 8
    for name in (*action["inputs"], *action["outputs"], *options):
        assert re.search(rf"`{name}[` ]", page), name
