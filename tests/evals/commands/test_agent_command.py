"""`milliwatt agent` as its users run it, and an agent of a file under test."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from agent.agent_file import agent_path, load_agent
from agent.cache import ContentCache
from evals.commands.agent import check_agents
from evals.errors import BadInput
from evals.suite_files import agent_hashes, differences
from evals.targets.registry import TargetSpec, changed_settings, make_targets
from tests.agent.agent_files import DOOR, an_agent_file
from tests.cli import SMOKE, milliwatt

SECRET = "sk-live-hunter2hunter2"


def test_files_without_mistakes_are_named_and_all_others_are_told_with_all_of_theirs(tmp_path: Path) -> None:
    good = an_agent_file(tmp_path)
    bad = tmp_path / "bad.toml"
    bad.write_text(DOOR.replace("schema = 1", "schema = 3").replace('"inside"', '"outside"'))
    done = milliwatt("agent", "check", "booking", good, bad, "nobody")
    assert done.returncode == 2
    assert done.stdout.splitlines() == [
        "booking: agent booking on the flow booking, 6 tools",
        f"{good}: agent porter on the flow door, 1 tools",
    ]
    assert done.stderr.splitlines()[:3] == [
        f"{bad}: 2 mistake(s) in this agent file:",
        "  - schema: 1 is wanted, the only one there is",
        "  - goals: the flow door has no outcome 'outside'; it has inside, helped, left, caller_hung_up",
    ]
    assert "nobody.toml: 1 mistake(s) in this agent file:" in done.stderr
    quiet = Console(file=StringIO())
    assert check_agents(["booking", str(good)], None, out=quiet, err=quiet) == 0


def test_providers_of_speech_that_nobody_knows_are_told_too(tmp_path: Path) -> None:
    path = an_agent_file(tmp_path, f'{DOOR}\n[audio]\nstt = "whisper"\n')
    done = milliwatt("agent", "check", path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "audio.stt=whisper: there is no such provider; there is ear, pocketsphinx" in done.stderr


def test_what_an_agent_is_made_of_is_shown_without_its_secrets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = DOOR.replace('"none"', '{ vendor = "webhook", url_env = "DOOR_URL", secret_env = "DOOR_SECRET" }')
    text += '\n[stores]\nstate_env = "REDIS_URL"\njournal = "postgresql://milliwatt@db/calls"\n'
    path = an_agent_file(tmp_path, text, guard={"on": {"anger": "fetch_help"}, "names": ["name"]})
    monkeypatch.setenv("DOOR_SECRET", SECRET)
    done = milliwatt("agent", "show", path)
    assert done.returncode == 0
    said = " ".join(done.stdout.split())
    for part in (
        "DOOR_URL: no, DOOR_SECRET: yes",
        "from REDIS_URL: no",
        "postgresql://db/calls",
        "anger",
        "door, 7 states",
        "porter",
        "name=Robin",
    ):
        assert part in said
    assert SECRET not in done.stdout + done.stderr


def test_an_agent_of_a_file_is_put_to_the_test_with_the_world_behind_its_tools(tmp_path: Path) -> None:
    done = milliwatt(
        *(
            "run",
            SMOKE,
            "--level",
            "text",
            "--set",
            "agent.file=booking",
            "--reports",
            tmp_path,
            "--seed",
            "1",
        )
    )
    assert done.returncode == 0, done.stderr
    [parts] = tmp_path.glob("runs/*")
    described = [
        json.loads(line)["record"]["agent"]
        for part in parts.glob("parts/*.jsonl")
        for line in part.read_text(encoding="utf-8").splitlines()
        if '"record"' in line
    ]
    assert described
    for agent in described:
        assert agent["agent"] == "booking"
        assert agent["agent_sha256"] == load_agent(agent_path("booking")).sha256
        assert str(tmp_path) not in json.dumps(agent)


def test_an_agent_file_with_mistakes_is_told_with_all_other_settings_mistakes(tmp_path: Path) -> None:
    path = an_agent_file(tmp_path, DOOR.replace("schema = 1", "schema = 3"))
    changes = changed_settings([f"agent.file={path}", "agent.flow=booking", "agent.no_speech_ms=soon"])
    with pytest.raises(BadInput) as refused:
        make_targets(TargetSpec(settings=changes), ContentCache(tmp_path / "cache"))
    for said in (
        f"{path}: 1 mistake(s) in this agent file:",
        "schema: 1 is wanted",
        f"agent.flow=booking: the agent file {path} has its own flow; leave it out",
        "agent.no_speech_ms=soon: 'soon' is not a whole number",
    ):
        assert said in str(refused.value)


def test_a_run_is_not_gone_on_with_after_its_agents_file_or_flow_changed(tmp_path: Path) -> None:
    path = an_agent_file(tmp_path)
    first = agent_hashes({"file": str(path), "voice": "en-us"})
    assert sorted(first) == ["agent/door.json", "agent/porter.toml"]
    assert agent_hashes({"file": str(path)}) == first
    path.write_text(DOOR + "# a comment\n", encoding="utf-8")
    assert differences(first, agent_hashes({"file": str(path)}))[0].startswith("agent/porter.toml changed")
    an_agent_file(tmp_path, DOOR, too_long="fetch_help")
    assert [said.split()[0] for said in differences(first, agent_hashes({"file": str(path)}))] == [
        "agent/door.json"
    ]
    assert agent_hashes({"flow": "booking"}) == {}
    path.write_text("schema = 1", encoding="utf-8")
    with pytest.raises(BadInput, match="name: missing"):
        agent_hashes({"file": str(path)})
