"""Which tools an agent has, read from the environment: a vendor is there when its key is.

CAL_COM_API_KEY, CAL_COM_EVENT_TYPE_ID   cal.propose_slots and cal.create_booking
CAL_COM_TIME_ZONE                        the callers' zone where a call names none (UTC)
CAL_COM_OFFERS                           slots proposed at once (2)
CAL_COM_SENDS_DURATION                   `yes` for event types whose length the booker chooses
HUBSPOT_TOKEN                            crm.upsert_contact and crm.create_meeting
SLACK_BOT_TOKEN, SLACK_CHANNEL           chat.post_message by a bot
SLACK_WEBHOOK_URL                        chat.post_message by an incoming webhook, where there is no bot
MILLIWATT_WEBHOOKS                       a file of webhooks (`webhook_file.py`), each a tool of its own name; one
                                         named like a vendor's tool stands in for it
CAL_COM_BASE_URL, HUBSPOT_BASE_URL, SLACK_BASE_URL    other addresses, such as the sandbox's
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from agent.errors import BadSettings

try:
    import httpx
except ModuleNotFoundError as error:
    raise BadSettings("tools over HTTP need httpx: pip install 'milliwatt[tools]'") from error

from agent.clock import Clock
from agent.cognitive.ports import Tool
from agent.cognitive.tools import cal_com, hubspot, slack
from agent.cognitive.tools.http import base_url_mistake, make_client
from agent.cognitive.tools.webhook import Webhook, WebhookConfig
from agent.cognitive.tools.webhook_file import load_webhooks

MAX_OFFERS = 5
"""Nobody remembers more times that were read out to them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolSettings:
    """The vendors that an agent uses; None for one that it doesn't."""

    cal_com: cal_com.CalComConfig | None = None
    hubspot: hubspot.HubSpotConfig | None = None
    slack: slack.SlackConfig | None = None
    slack_webhook_url: str = ""
    webhooks: tuple[WebhookConfig, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolSet:
    """Tools by name, for one event loop. `close` ends their connections."""

    tools: Mapping[str, Tool]
    close: Callable[[], Awaitable[None]]


def tool_settings_from(environment: Mapping[str, str]) -> ToolSettings:
    """What the environment says of tools.

    Raises:
        BadSettings: something in it cannot be used; with every mistake, and without any key.
    """
    mistakes: list[str] = []
    for name in ("CAL_COM_BASE_URL", "HUBSPOT_BASE_URL", "SLACK_BASE_URL", "SLACK_WEBHOOK_URL"):
        mistake = base_url_mistake(environment[name]) if environment.get(name) else None
        if mistake:
            mistakes.append(f"{name}: the address {mistake}")
    settings = ToolSettings(
        cal_com=_cal_com(environment, mistakes),
        hubspot=_hubspot(environment),
        slack=_slack(environment, mistakes),
        slack_webhook_url=environment.get("SLACK_WEBHOOK_URL", ""),
        webhooks=_webhooks(environment, mistakes),
    )
    if mistakes:
        raise BadSettings("\n".join(mistakes))
    return settings


def make_tools(settings: ToolSettings, clock: Clock, client: httpx.AsyncClient | None = None) -> ToolSet:
    """The tools that the settings name.

    Args:
        clock: says which day it is.
        client: the connections to use; the running loop's own when left out.
    """
    client = client if client is not None else make_client()
    tools: list[Tool] = []
    if settings.cal_com:
        calendar = cal_com.CalComApi(settings.cal_com, client)
        tools += [cal_com.ProposeSlots(calendar, clock), cal_com.CreateBooking(calendar)]
    if settings.hubspot:
        crm = hubspot.HubSpotApi(settings.hubspot, client)
        tools += [hubspot.UpsertContact(crm), hubspot.CreateMeeting(crm)]
    if settings.slack:
        tools.append(slack.PostMessage(settings.slack, client))
    elif settings.slack_webhook_url:
        tools.append(slack.PostToWebhook(settings.slack_webhook_url, client))
    tools += [Webhook(config, client) for config in settings.webhooks]
    return ToolSet(tools={tool.name: tool for tool in tools}, close=client.aclose)


def _cal_com(environment: Mapping[str, str], mistakes: list[str]) -> cal_com.CalComConfig | None:
    key = environment.get("CAL_COM_API_KEY", "")
    if not key:
        return None
    event_type = _number(environment, "CAL_COM_EVENT_TYPE_ID", "", (1, 2**53), mistakes)
    offers = _number(environment, "CAL_COM_OFFERS", "2", (1, MAX_OFFERS), mistakes)
    zone = environment.get("CAL_COM_TIME_ZONE", "UTC")
    try:
        ZoneInfo(zone)
    except (ValueError, OSError, KeyError):
        mistakes.append(f"CAL_COM_TIME_ZONE: {zone[:60]!r} is no time zone such as Europe/London")
    return cal_com.CalComConfig(
        api_key=key,
        event_type_id=event_type,
        time_zone=zone,
        base_url=environment.get("CAL_COM_BASE_URL") or cal_com.BASE_URL,
        offers=offers,
        sends_duration=environment.get("CAL_COM_SENDS_DURATION", "").lower() in ("1", "true", "yes"),
    )


def _hubspot(environment: Mapping[str, str]) -> hubspot.HubSpotConfig | None:
    token = environment.get("HUBSPOT_TOKEN", "")
    base_url = environment.get("HUBSPOT_BASE_URL") or hubspot.BASE_URL
    return hubspot.HubSpotConfig(token=token, base_url=base_url) if token else None


def _slack(environment: Mapping[str, str], mistakes: list[str]) -> slack.SlackConfig | None:
    token = environment.get("SLACK_BOT_TOKEN", "")
    if not token:
        return None
    channel = environment.get("SLACK_CHANNEL", "")
    if not channel:
        mistakes.append("SLACK_CHANNEL: missing; a bot needs a channel to post in, such as C0123456789")
    return slack.SlackConfig(
        token=token, channel=channel, base_url=environment.get("SLACK_BASE_URL") or slack.BASE_URL
    )


def _webhooks(environment: Mapping[str, str], mistakes: list[str]) -> tuple[WebhookConfig, ...]:
    path = environment.get("MILLIWATT_WEBHOOKS", "")
    try:
        return tuple(load_webhooks(Path(path), environment)) if path else ()
    except BadSettings as error:
        mistakes += str(error).splitlines()
        return ()


def _number(
    environment: Mapping[str, str], name: str, default: str, bounds: tuple[int, int], mistakes: list[str]
) -> int:
    text = environment.get(name, "") or default
    low, high = bounds
    if text.isascii() and text.isdigit() and low <= int(text[:20]) <= high:
        return int(text)
    to = f" to {high}" if high < 1000 else ""
    said = f"{text[:40]!r} is no whole number from {low}{to}" if text else "missing"
    mistakes.append(f"{name}: {said}")
    return low
