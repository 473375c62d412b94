"""Slack: a message in a channel (`chat.post_message`), by a bot's token or by an incoming webhook.

Slack answers 200 whether or not it posted: `ok` says so, and an incoming webhook says the word "ok". Neither knows
idempotency keys, and nothing can be looked up without rights that a bot that only posts should not have. So a message
whose fate is unknown is posted again, once, and says that it is a repeat, and of what.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import httpx

from agent.cognitive.ports import ToolResult
from agent.cognitive.tools.failures import FailureStatus, ToolFailed
from agent.cognitive.tools.http import HttpApi, part, retry_after_s
from agent.turn import Json

BASE_URL = "https://slack.com/api"
MAX_TEXT_CHARACTERS = 4000
"""Slack recommends no more; beyond 40,000 it cuts."""
EVENT_TYPE = "milliwatt_call"

_RATE_LIMITED = frozenset({"ratelimited", "rate_limited"})
_DOWN = frozenset({"internal_error", "fatal_error", "service_unavailable", "request_timeout"})

MESSAGE_SCHEMA: Mapping[str, Json] = {
    "type": "object",
    "properties": {
        "text": {"type": "string", "minLength": 1, "maxLength": MAX_TEXT_CHARACTERS},
        "channel": {"type": "string", "pattern": "^[#A-Za-z0-9_-]{1,80}$"},
        "thread_ts": {"type": "string", "pattern": r"^[0-9]{1,12}\.[0-9]{1,6}$"},
    },
    "required": ["text"],
    "additionalProperties": False,
}
WEBHOOK_SCHEMA: Mapping[str, Json] = {
    "type": "object",
    "properties": {"text": {"type": "string", "minLength": 1, "maxLength": MAX_TEXT_CHARACTERS}},
    "required": ["text"],
    "additionalProperties": False,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SlackConfig:
    """Who posts (a bot's token, `xoxb-…`) and where, unless the flow names a channel."""

    token: str
    channel: str
    base_url: str = BASE_URL


class PostMessage:
    """`chat.post_message` by a bot: `ts` and `channel` of the message."""

    name = "chat.post_message"
    read_only = False
    idempotent = False
    arguments_schema = MESSAGE_SCHEMA

    def __init__(self, config: SlackConfig, client: httpx.AsyncClient) -> None:
        self._config = config
        self._http = HttpApi(
            "Slack",
            config.base_url,
            client,
            headers={"Authorization": f"Bearer {config.token}"},
            secrets=(config.token,),
        )

    async def call(self, arguments: Mapping[str, Json], idempotency_key: str) -> ToolResult:
        return await self._post(arguments, idempotency_key, again=False)

    async def call_again(self, arguments: Mapping[str, Json], idempotency_key: str) -> ToolResult:
        return await self._post(arguments, idempotency_key, again=True)

    async def _post(self, arguments: Mapping[str, Json], key: str, *, again: bool) -> ToolResult:
        body: dict[str, Json] = {
            "channel": arguments.get("channel") or self._config.channel,
            "text": message_text(str(arguments["text"]), key, again=again),
            "metadata": {"event_type": EVENT_TYPE, "event_payload": {"idempotency_key": key}},
        }
        if "thread_ts" in arguments:
            body["thread_ts"] = arguments["thread_ts"]
        answer = await self._http.ask("POST", "/chat.postMessage", body=body)
        said = self._http.good(answer)
        if part(said, "ok") is not True:
            raise self._refusal(str(part(said, "error") or "no reason given"), answer.headers)
        ts, channel = part(said, "ts"), part(said, "channel")
        if not isinstance(ts, str) or not isinstance(channel, str):
            raise self._http.strange("the message's ts and channel")
        return ToolResult(ok=True, status="success", value={"ts": ts, "channel": channel})

    def _refusal(self, reason: str, headers: Mapping[str, str]) -> ToolFailed:
        said = f"Slack did not post: {self._http.hidden(reason)}"
        if reason in _RATE_LIMITED:
            return ToolFailed(FailureStatus.RATE_LIMITED, said, retry_after_s=retry_after_s(headers))
        return ToolFailed(FailureStatus.UNAVAILABLE if reason in _DOWN else FailureStatus.REFUSED, said)


class PostToWebhook:
    """`chat.post_message` by an incoming webhook: into its one channel, and nothing comes back to thread by.

    Args:
        url: the webhook's address, which is its key.
    """

    name = "chat.post_message"
    read_only = False
    idempotent = False
    arguments_schema = WEBHOOK_SCHEMA

    def __init__(self, url: str, client: httpx.AsyncClient) -> None:
        self._http = HttpApi("Slack's webhook", url, client, secrets=(url,))

    async def call(self, arguments: Mapping[str, Json], idempotency_key: str) -> ToolResult:
        return await self._post(str(arguments["text"]), idempotency_key, again=False)

    async def call_again(self, arguments: Mapping[str, Json], idempotency_key: str) -> ToolResult:
        return await self._post(str(arguments["text"]), idempotency_key, again=True)

    async def _post(self, text: str, key: str, *, again: bool) -> ToolResult:
        answer = await self._http.ask("POST", "", body={"text": message_text(text, key, again=again)})
        self._http.check(answer)
        if answer.text.strip() != "ok":
            raise self._http.strange('the word "ok"')
        return ToolResult(ok=True, status="success")


def message_text(text: str, key: str, *, again: bool) -> str:
    """The text as it is posted: nothing in it pings anybody, and a repeat says what it repeats.

    Slack reads `<!channel>` and `<@user>` in a text as calls to people; escaping its three signs, as its guide to
    formatting asks, makes them words again.
    """
    whole = f"{text} (repeat of {key})" if again else text
    return whole.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
