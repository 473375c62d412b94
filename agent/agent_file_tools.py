"""The keys `tools` and `vendors` of an agent file: who answers each tool that the flow calls.

[vendors.cal_com]                      # said once for all tools of a vendor
event_type_id = 123

[tools]
"cal.create_booking" = "cal_com"       # short for { vendor = "cal_com" }
"crm.send_video" = { vendor = "webhook", url_env = "SEND_VIDEO_URL" }
"transfer_to_human" = { vendor = "slack", operation = "chat.post_message", send = { text = "{{summary}}" } }
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from agent.agent_config import ToolChoice
from agent.agent_file_reading import dotted, part, unknown_key
from agent.agent_file_vendors import (
    CHOICES,
    OPERATIONS,
    CalComChoice,
    SlackChoice,
    VendorChoice,
    WebhookChoice,
)
from agent.cognitive.flow import Flow
from agent.cognitive.knowledge_source import ANSWER_TOOL
from agent.cognitive.wording import placeholder_mistakes

_COMMON = ("vendor", "operation", "send")
_LOOPBACK = ("127.0.0.1", "::1", "localhost")


def tools_of(
    raw_tools: Any, raw_vendors: Any, flow: Flow | None, time_zone: str, mistakes: list[str]
) -> tuple[ToolChoice, ...]:
    """The tools of the file; what is wrong is noted.

    Args:
        flow: which tools it calls; None where the flow itself could not be read.
        time_zone: the agent's, for calendars that name none.
    """
    vendors = _tables(raw_vendors, mistakes, "vendors")
    for name in vendors:
        if name not in CHOICES:
            mistakes.append(unknown_key(dotted("vendors", name), name, tuple(CHOICES)))
        elif name in ("webhook", "none"):
            mistakes.append(f"vendors.{name}: it has nothing that several tools share; say it at the tool")
    entries = raw_tools if isinstance(raw_tools, Mapping) else {}
    if raw_tools is not None and not isinstance(raw_tools, Mapping):
        mistakes.append("tools: a table is wanted: a vendor by tool name")
    if flow is not None:
        mistakes += _against(flow, entries)
    found = [_tool(name, entry, vendors, time_zone, mistakes) for name, entry in entries.items()]
    return tuple(choice for choice in found if choice is not None)


def _against(flow: Flow, entries: Mapping[str, Any]) -> Iterator[str]:
    for name in flow.tools:
        if name not in entries and name != ANSWER_TOOL:
            yield f"{dotted('tools', name)}: missing; the flow calls it: name a vendor, or `none`"
    for name in entries:
        if name == ANSWER_TOOL:
            yield f"{dotted('tools', name)}: it is answered by [knowledge]; leave it out here"
        elif name not in flow.tools:
            yield f"{dotted('tools', name)}: the flow {flow.name} never calls it; it calls {', '.join(flow.tools)}"


def _tool(
    name: str, entry: Any, vendors: Mapping[str, Mapping[str, Any]], time_zone: str, mistakes: list[str]
) -> ToolChoice | None:
    place = ("tools", name)
    own = {"vendor": entry} if isinstance(entry, str) else entry
    if not isinstance(own, Mapping):
        mistakes.append(f"{dotted(*place)}: a vendor's name or a table is wanted")
        return None
    vendor = own.get("vendor")
    if vendor not in CHOICES:
        mistakes.append(f"{dotted(*place, 'vendor')}: there is {', '.join(CHOICES)}")
        return None
    before = len(mistakes)
    operation = own.get("operation", name)
    known = OPERATIONS.get(vendor)
    if known is not None and operation not in known:
        mistakes.append(f"{dotted(*place, 'operation')}: {vendor} has {', '.join(known)}; name one of them")
    send = own.get("send", {})
    if not isinstance(send, Mapping) or not all(isinstance(text, str) for text in send.values()):
        mistakes.append(
            f"{dotted(*place, 'send')}: a table of texts is wanted, each by the vendor's argument"
        )
        send = {}
    for argument, text in send.items():
        mistakes += [f"{dotted(*place, 'send', argument)}: {wrong}" for wrong in placeholder_mistakes(text)]
    shared = vendors.get(vendor, {}) if vendor not in ("webhook", "none") else {}
    settings = {**shared, **{key: value for key, value in own.items() if key not in _COMMON}}
    own_mistakes: list[str] = []
    choice = part(CHOICES[vendor], settings, own_mistakes, *place)
    # What is wrong with a vendor's shared settings is said of each of its tools; once is enough, and at its own place.
    for mistake in own_mistakes:
        said = mistake.removeprefix(f"{dotted(*place)}.")
        key = said.partition(":")[0].partition(".")[0]
        at_vendor = key in shared and key not in own
        told = f"vendors.{vendor}.{said}" if at_vendor else mistake
        if told not in mistakes:
            mistakes.append(told)
    if choice is not None:
        mistakes += [f"{dotted(*place)}{wrong}" for wrong in _choice_mistakes(choice)]
    if choice is None or len(mistakes) > before:
        return None
    if isinstance(choice, CalComChoice) and not choice.time_zone:
        choice = choice.model_copy(update={"time_zone": time_zone})
    return ToolChoice(tool=name, operation=operation, choice=choice, send=dict(send))


def _choice_mistakes(choice: VendorChoice) -> Iterator[str]:
    """What is wrong with settings that are each of the right type."""
    for key in ("base_url", "url"):
        wrong = url_mistake(getattr(choice, key, ""))
        if wrong:
            yield f".{key}: {wrong}"
    if isinstance(choice, WebhookChoice) and bool(choice.url) == bool(choice.url_env):
        yield ": give either `url` or `url_env`"
    if isinstance(choice, SlackChoice):
        if choice.webhook_url_env and (choice.channel or choice.channel_env):
            yield ".channel: an incoming webhook has one channel, its own; leave it out"
        elif not choice.webhook_url_env and bool(choice.channel) == bool(choice.channel_env):
            yield ": a bot needs a channel: give either `channel` or `channel_env`"


def url_mistake(url: str) -> str | None:
    """What is wrong with an address that is asked for; None for one that will do, and for none."""
    if not url:
        return None
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return "is no address such as https://api.cal.com/v2"
    if parts.scheme not in ("http", "https") or not host:
        return "is no address such as https://api.cal.com/v2"
    if parts.username or parts.password or parts.query or parts.fragment:
        return "an address without user, password, query or fragment is wanted"
    if parts.scheme == "http" and host not in _LOOPBACK:
        return "use https; http is for this machine alone"
    return None


def _tables(raw: Any, mistakes: list[str], place: str) -> dict[str, Mapping[str, Any]]:
    if raw is None:
        return {}
    if not isinstance(raw, Mapping):
        mistakes.append(f"{place}: a table is wanted")
        return {}
    for name, value in raw.items():
        if not isinstance(value, Mapping):
            mistakes.append(f"{dotted(place, name)}: a table is wanted")
    return {name: value for name, value in raw.items() if isinstance(value, Mapping)}
