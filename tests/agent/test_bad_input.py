"""Bad input of every kind: all mistakes of a file are named at once, and nothing is half-loaded."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from agent.agent_file import load_agent
from agent.cognitive.flow_file import BUILT_IN_FLOWS, load_flow
from agent.cognitive.tools.webhook_file import load_webhooks
from agent.errors import BadAgentFile, BadFlow, BadSettings
from agent.serving.app import make_app
from agent.serving.flow_service import FlowServiceOptions, make_service
from agent.settings import settings_from
from agent.store_assembly import open_store
from agent.tool_assembly import tool_settings_from
from agent.turn_json import json_of_turn
from evals.errors import BadInput
from evals.scenario.file import load_suite
from evals.sim.world import check_world
from tests.agent.cognitive.builders import a_turn

BOOKING = json.loads((BUILT_IN_FLOWS / "booking.json").read_text("utf-8"))


def spoilt(*changes: Callable[[dict[str, Any]], object]) -> str:
    flow = json.loads(json.dumps(BOOKING))
    for change in changes:
        change(flow)
    return json.dumps(flow)


SPOILT_SHAPES = spoilt(
    lambda flow: flow.update(schema=2),
    lambda flow: flow.update(colour="red"),
    lambda flow: flow.pop("too_long"),
    lambda flow: flow["states"]["greeting"].update(ask=3),
    lambda flow: flow["intents"].update(yes="yes"),
    lambda flow: flow["tools"].update({"crm.x": {"attempts": "many"}}),
    lambda flow: flow.update(models={"small": {"vendor": "nobody", "model": "m"}}),
    lambda flow: flow.update(turn_limit="sixty"),
)
NAMED_SHAPES = ["schema:", "colour:", "too_long:", "states.greeting.ask:", "intents.yes:", "tools.crm.x.attempts:",
                "models.small.vendor:", "turn_limit:"]  # fmt: skip
SPOILT_MEANINGS = spoilt(
    lambda flow: flow.update(start="nowhere"),
    lambda flow: flow["states"]["close"]["on"].update(failure="gone"),
    lambda flow: flow["states"]["confirm"]["action"].update(tool="no.tool"),
    lambda flow: flow["states"]["book"].update(ask="Which, {{nobody}}?"),
    lambda flow: flow["intents"].update(never=[]),
    lambda flow: flow["keys"].update({"5": "flying"}),
    lambda flow: flow["tools"].update({"crm.x": {"deadline_ms": 3, "filler": "{{nix}}"}}),
    lambda flow: flow.update(
        guard={
            "on": {"mood": "handoff"},
            "must_hear": {"r": {"say": "x", "before": ["ghost"], "otherwise": "handoff"}},
        }
    ),
)
NAMED_MEANINGS = ["start:", "states.close.on.failure:", "states.confirm.action:", "states.book: {{nobody}}",
                  "intents.never:", "keys.5:", "tools.crm.x.deadline_ms:", "tools.crm.x.filler:", "guard.on.mood:",
                  "guard.must_hear.r.before:"]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "named"),
    [(SPOILT_SHAPES, NAMED_SHAPES), (SPOILT_MEANINGS, NAMED_MEANINGS)],
    ids=["shapes", "meanings"],
)
def test_a_flow_file(tmp_path: Path, text: str, named: list[str]) -> None:
    path = tmp_path / "spoilt.json"
    path.write_text(text)
    with pytest.raises(BadFlow) as bad:
        load_flow(path)
    for beginning in named:
        assert [mistake for mistake in bad.value.mistakes if mistake.startswith(beginning)], beginning
    assert len(bad.value.mistakes) <= 2 * len(named), "one mistake is not told as ten"


def test_the_options_of_a_service_and_none_of_its_flows_is_served(tmp_path: Path) -> None:
    for name, text in (("shapes", SPOILT_SHAPES), ("meanings", SPOILT_MEANINGS)):
        (tmp_path / f"{name}.json").write_text(text)
    flows = [
        "booking",
        "booking",
        str(tmp_path / "shapes.json"),
        str(tmp_path / "meanings.json"),
        "nothing_such",
    ]
    with pytest.raises(BadSettings) as bad:
        make_service(FlowServiceOptions(flows=flows, webhook="ftp://x", otlp="nowhere"))
    told = str(bad.value)
    for part in (*NAMED_SHAPES, *NAMED_MEANINGS, "--flow booking:", "nothing_such", "--webhook:", "--otlp:"):
        assert part in told


def test_settings() -> None:
    changes = {
        "voic": "x",
        "no_speech_ms": "soon",
        "endpointing": "3",
        "barge_in.nix": "2",
        "voice.x": "y",
        "activity.start_windows": "-3",
        "prices.line_per_minute": "nan",
    }
    with pytest.raises(BadSettings) as bad:
        settings_from(changes)
    assert [line.split("=")[0] for line in str(bad.value).splitlines()] == [f"agent.{key}" for key in changes]


def test_addresses_of_stores() -> None:
    async def opened() -> None:
        async with open_store(settings_from({"state": "mongodb://u:secret@x", "journal": "file"})):
            pass

    with pytest.raises(BadSettings) as bad:
        asyncio.run(opened())
    assert "agent.state=" in str(bad.value) and "agent.journal=" in str(bad.value)
    assert "secret" not in str(bad.value)


def test_the_environment_of_tools_and_their_file_of_webhooks(tmp_path: Path) -> None:
    webhooks = tmp_path / "webhooks.json"
    tools = {
        "one": {"url": "ftp://x"},
        "two": {"url": "https://x", "colour": 1},
        "three": {"url": "https://x", "url_env": "NO_SUCH", "secret_env": "NONE_EITHER"},
        "four": {"url": "https://x", "arguments": {"type": "objekt"}},
        "five": 5,
    }
    webhooks.write_text(json.dumps({"schema": 7, "webhooks": tools}))
    environment = {
        "CAL_COM_API_KEY": "cal_live_hidden",
        "CAL_COM_EVENT_TYPE_ID": "x",
        "CAL_COM_OFFERS": "9",
        "CAL_COM_TIME_ZONE": "Mars/Olympus",
        "CAL_COM_BASE_URL": "http://calendar.example.com",
        "HUBSPOT_BASE_URL": "nonsense",
        "SLACK_BOT_TOKEN": "xoxb-hidden",
        "MILLIWATT_WEBHOOKS": str(webhooks),
    }
    with pytest.raises(BadSettings) as of_the_file:
        load_webhooks(webhooks, environment)
    with pytest.raises(BadSettings) as bad:
        tool_settings_from(environment)
    told = str(bad.value)
    names = ("EVENT_TYPE_ID", "OFFERS", "TIME_ZONE", "BASE_URL")
    for part in (*(f"CAL_COM_{name}:" for name in names), "HUBSPOT_BASE_URL:", "SLACK_CHANNEL:"):
        assert part in told
    said = str(of_the_file.value)
    for part in (
        "the file is",
        "no http(s) address",
        "colour",
        "either",
        "NO_SUCH",
        "NONE_EITHER",
        "objekt",
        "five",
    ):
        assert part in said
    assert all(line in told for line in said.splitlines()), "the file's are among them"
    assert "hidden" not in told


def test_the_body_of_a_request_and_nothing_of_it_is_played() -> None:
    body = json.loads(json_of_turn(a_turn(0, flow_id="booking")))
    bad = {
        "call_sid": "",
        "turn_id": 3,
        "seq": -1,
        "event": "shout",
        "transcript": ["x"],
        "stt_confidence": 7,
    }
    service = make_service(FlowServiceOptions(flows=["booking"], webhook="http://127.0.0.1:1"))

    async def posted() -> httpx.Response:
        transport = httpx.ASGITransport(app=make_app(service))
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            return await client.post(
                "/v1/turns", json={**body, **bad, "colour": "red", "variables": {"a": 3}}
            )

    response = asyncio.run(posted())
    assert response.status_code == 422
    told = {mistake["where"] for mistake in response.json()["error"]["mistakes"]}
    assert told == {*bad, "colour", "variables.a"}


def test_a_suite(tmp_path: Path) -> None:
    suite = tmp_path / "spoilt.yaml"
    suite.write_text(
        "schema: 1\nsuite: spoilt\nflow: booking\nnow: yesterday\ntime_zone: Mars/Olympus\ncolour: red\nscenarios:\n"
        "  - id: one\n    caller: [{says: 3}]\n"
        "    world: {cal.propose_slots: {fault: sulking, times: 0}, no.tool: {}}\n"
        "    expect: {mood: good}\n  - id: one\n    caller: []\n"
    )
    with pytest.raises(BadInput) as bad:
        load_suite(suite, check_world=check_world)
    for part in (
        "yesterday",
        "Mars/Olympus",
        "colour",
        "says",
        "sulking",
        "times",
        "no.tool",
        "mood",
        "caller",
    ):
        assert part in str(bad.value), part


def test_an_agent_file_and_the_flow_it_names(tmp_path: Path) -> None:
    (tmp_path / "spoilt.json").write_text(SPOILT_MEANINGS)
    agent = tmp_path / "spoilt.toml"
    agent.write_text(
        'schema = 7\nname = ""\ncolour = "red"\ntime_zone = "Mars/Olympus"\nflow = "spoilt.json"\ngoals = "booked"\n'
        '[tools]\n"no.tool.here" = "slack"\n"cal.propose_slots" = "nobody"\n[audio]\nno_speech_ms = "soon"\n'
        '[vendors.acme]\nkey_env = "ACME_KEY"\n'
    )
    with pytest.raises(BadAgentFile) as bad:
        load_agent(agent)
    told = str(bad.value)
    own = (
        "schema:",
        "name:",
        "colour:",
        "time_zone:",
        "goals:",
        "no.tool.here",
        "cal.propose_slots",
        "no_speech_ms:",
        "acme:",
    )
    for part in (*own, *NAMED_MEANINGS):
        assert part in told, part
