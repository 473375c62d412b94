"""An agent put together from its file, in this process."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from agent.agent_assembly import environment_mistakes, open_agent
from agent.agent_file import agent_path, load_agent
from agent.cognitive.ports import Tool
from agent.errors import BadSettings, StoreUnavailable
from agent.turn import Tts, TurnEvent, TurnInput, TurnOutput
from evals.sandbox.models.openai_api import openai_api
from evals.sandbox.models.script import Script, ScriptedAnswer
from evals.sandbox.models.serving import serving
from tests.agent.agent_files import DOOR, an_agent_file
from tests.agent.cognitive.builders import a_turn, answered, script_of
from tests.agent.cognitive.knowledge.material import CORPUS
from tests.agent.cognitive.knowledge.test_flow import ASKING


async def outputs(
    config_path: Path, *turns: TurnInput, environment: Mapping[str, str] | None = None
) -> list[TurnOutput]:
    given = []
    async with open_agent(load_agent(config_path), environment or {}) as agent:
        for turn in turns:
            async for item in agent.stream_turn(turn):
                if isinstance(item, TurnOutput):
                    given.append(item)
    return given


def test_the_file_s_variables_are_said_and_a_tool_that_nobody_answers_takes_the_flows_way_out(
    tmp_path: Path,
) -> None:
    first, second = asyncio.run(outputs(an_agent_file(tmp_path), answered(), a_turn(1, "yes come in")))
    assert script_of(first.actions) == ["-> knock", "Knock knock, Robin.", "May I come in?"]
    assert second.trace.tools[0].status == "unavailable"
    assert second.state.outcome == "left"


def test_a_journal_that_the_file_names_outlives_the_agent(tmp_path: Path) -> None:
    text = f'{DOOR}\n[stores]\njournal_env = "JOURNAL_URL"\n'
    path = an_agent_file(tmp_path, text)
    environment = {"JOURNAL_URL": f"sqlite:///{tmp_path / 'calls.db'}"}
    [first] = asyncio.run(outputs(path, answered(), environment=environment))
    again, second = asyncio.run(outputs(path, answered(), a_turn(1, "go away"), environment=environment))
    assert again == first
    assert second.state.path == ("knock", "leave")


def test_a_hard_turn_goes_to_the_model_that_the_file_gives_the_flow(tmp_path: Path) -> None:
    models: dict[str, Any] = {"big": {"vendor": "openai", "model": "m", "price": {"in": 1, "out": 1}}}
    routing = [{"when": {"words_over": 6}, "use": "big"}]
    said = "well now I suppose that you had better come right in then"

    async def play() -> list[TurnOutput]:
        script = Script([ScriptedAnswer(text=('{"intents": [{"intent": "yes", "confidence": 0.9}]}',))])
        async with serving(openai_api(script)) as url:
            text = f'{DOOR}\n[models.big]\nvendor = "openai"\nmodel = "tried"\nbase_url = "{url}/v1"\n'
            path = an_agent_file(tmp_path, text, models=models, routing=routing)
            return await outputs(path, answered(), a_turn(1, said))

    _, second = asyncio.run(play())
    assert second.trace.model == "openai/tried"
    assert second.trace.tools[0].name == "door.open"


def test_documents_are_asked_for_the_files_tenant(tmp_path: Path) -> None:
    (tmp_path / "documents").symlink_to(CORPUS / "documents", target_is_directory=True)
    flow = {key: value for key, value in ASKING.items() if key != "schema"}
    text = (
        DOOR.replace('"door.open" = "none"', "")
        .replace('name = "Robin"', "")
        .replace('"inside"', '"left"')
        .replace('tenant = "house"', 'tenant = "northside"')
    )
    text += '\n[knowledge]\nfolder = "documents"\n'
    path = an_agent_file(tmp_path, text, **{**flow, "variables": {}, "knowledge": None})
    turn = TurnInput(
        call_sid="call",
        turn_id="turn-1",
        seq=1,
        flow_id="desk",
        event=TurnEvent.SPEECH,
        transcript="is parking free",
    )
    start = TurnInput(call_sid="call", turn_id="turn-0", seq=0, flow_id="desk", event=TurnEvent.ANSWERED)
    mine = asyncio.run(outputs(path, start, turn))[1]
    path.write_text(path.read_text(encoding="utf-8").replace("northside", "riverside"), encoding="utf-8")
    theirs = asyncio.run(outputs(path, start, turn))[1]
    said = [" ".join(a.text for a in one.actions if isinstance(a, Tts)) for one in (mine, theirs)]
    assert mine.trace.tools[0].name == "knowledge.answer"
    assert said[0].startswith("There are six parking spaces behind the library")
    assert said[1].startswith("There is no car park at Riverside.")


def test_all_that_the_environment_lacks_is_said_before_anything_is_opened(tmp_path: Path) -> None:
    text = DOOR.replace(
        '"none"', '{ vendor = "webhook", url_env = "DOOR_URL", arguments = { type = "nonsense" } }'
    )
    text += '\n[stores]\nstate_env = "REDIS_URL"\njournal_env = "JOURNAL_URL"\n'
    models: dict[str, Any] = {"big": {"vendor": "openai", "model": "m", "price": {"in": 1, "out": 1}}}
    path = an_agent_file(tmp_path, text, models=models)
    environment = {"DOOR_URL": "http://door.example.com", "REDIS_URL": "redis://127.0.0.1"}
    with pytest.raises(BadSettings) as refused:
        asyncio.run(outputs(path, environment=environment))
    assert str(refused.value).splitlines()[0] == "agent porter:"
    found = [line.removeprefix("  - ") for line in str(refused.value).splitlines()[1:]]
    assert found == list(environment_mistakes(load_agent(path), environment))
    assert [said.partition(":")[0] for said in found] == [
        "tools.door.open",
        "tools.door.open.arguments",
        "models.big",
        "stores.journal_env",
    ]
    assert "would send the key unencrypted" in found[0]
    assert "door.example.com" not in str(refused.value), "an address may be a key"


def test_what_was_opened_is_closed_when_something_after_it_fails(tmp_path: Path) -> None:
    text = f'{DOOR}\n[stores]\njournal = "sqlite:///{tmp_path}/missing/calls.db"\n'
    closed: list[str] = []

    def noted(tools: Mapping[str, Tool]) -> Mapping[str, Tool]:
        raise AssertionError("the engine was made without a store")

    async def play() -> None:
        path = an_agent_file(tmp_path, text)
        async with open_agent(load_agent(path), {}, wrap_tools=noted):
            closed.append("never opened")

    # Connections left open would be warnings, and warnings are errors.
    with pytest.raises(StoreUnavailable):
        asyncio.run(play())
    assert closed == []


def test_the_booking_agent_needs_what_it_names_and_no_more() -> None:
    config = load_agent(agent_path("booking"))
    named = {name for tool in config.tools for name in tool.choice.secrets()}
    environment = dict.fromkeys(named, "https://127.0.0.1/x")
    assert list(environment_mistakes(config, environment)) == []
    for name in named:
        lacking = {key: value for key, value in environment.items() if key != name}
        found = list(environment_mistakes(config, lacking))
        assert found
        assert all(said.endswith(f"the environment has no {name}") for said in found)
