from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from pathlib import Path

import pytest

from agent.clock import LoopClock
from agent.errors import BadSettings
from agent.tool_assembly import make_tools, tool_settings_from

ROOT = Path(__file__).parent.parent.parent


def test_a_vendor_is_there_when_its_key_is() -> None:
    async def names(environment: dict[str, str]) -> list[str]:
        made = make_tools(tool_settings_from(environment), LoopClock())
        await made.close()
        return list(made.tools)

    assert asyncio.run(names({})) == []
    assert asyncio.run(names({"HUBSPOT_TOKEN": "pat"})) == ["crm.upsert_contact", "crm.create_meeting"]
    both = {"SLACK_BOT_TOKEN": "xoxb", "SLACK_CHANNEL": "C1", "SLACK_WEBHOOK_URL": "https://hooks.example/x"}
    assert asyncio.run(names(both)) == ["chat.post_message"]


def test_every_mistake_is_told_at_once_and_no_key_with_it(tmp_path: Path) -> None:
    hooks = tmp_path / "hooks.json"
    entry = {"url": "http://example.com/secret", "secret_env": "NOWHERE", "arguments": {"type": "objekt"}}
    hooks.write_text(json.dumps({"schema": 1, "webhooks": {"a": entry, "b": {"url_evn": "B"}}}))
    with pytest.raises(BadSettings) as refused:
        tool_settings_from(
            {
                "CAL_COM_API_KEY": "cal_live_hidden",
                "CAL_COM_OFFERS": "9",
                "CAL_COM_TIME_ZONE": "Mars/Base",
                "HUBSPOT_TOKEN": "pat-hidden",
                "HUBSPOT_BASE_URL": "http://example.com",
                "SLACK_BOT_TOKEN": "xoxb-hidden",
                "MILLIWATT_WEBHOOKS": str(hooks),
            }
        )
    said = str(refused.value)
    assert "hidden" not in said and "example.com" not in said
    assert said.splitlines() == [
        "HUBSPOT_BASE_URL: the address would send the key unencrypted; use https (http is for loopback)",
        "CAL_COM_EVENT_TYPE_ID: missing",
        "CAL_COM_OFFERS: '9' is no whole number from 1 to 5",
        "CAL_COM_TIME_ZONE: 'Mars/Base' is no time zone such as Europe/London",
        "SLACK_CHANNEL: missing; a bot needs a channel to post in, such as C0123456789",
        "hooks.json: webhooks.a: the environment has no NOWHERE",
        "hooks.json: webhooks.a: the address would send the key unencrypted; use https (http is for loopback)",
        "hooks.json: webhooks.a.arguments: is no JSON schema: "
        "type: 'objekt' is not valid under any of the given schemas",
        "hooks.json: webhooks.b.url_evn: Extra inputs are not permitted",
    ]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "is no JSON"),
        ("[]", "the file is"),
        ('{"schema": 1}', "webhooks: an object of tools by name is missing"),
        ("[" * 100_000, "is no JSON"),
        (" " * 300_000, "more than 256000 bytes"),
    ],
)
def test_a_file_that_is_none_is_refused(tmp_path: Path, content: str, said: str) -> None:
    file = tmp_path / "hooks.json"
    file.write_text(content)
    with pytest.raises(BadSettings, match=said):
        tool_settings_from({"MILLIWATT_WEBHOOKS": str(file)})


def test_a_missing_extra_is_named_in_one_line() -> None:
    script = (
        "import sys; sys.modules['httpx'] = None\n"
        "from agent.errors import BadSettings\n"
        "try:\n    import agent.tool_assembly\n"
        "except BadSettings as error:\n    print(error)"
    )
    said = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True
    )
    assert said.stdout == "tools over HTTP need httpx: pip install 'milliwatt[tools]'\n"
