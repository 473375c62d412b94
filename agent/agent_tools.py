"""The tools of an agent made real: who answers each, with addresses and secrets from the environment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from agent.agent_config import ToolChoice
from agent.agent_file_vendors import (
    CalComChoice,
    HubSpotChoice,
    NoChoice,
    SlackChoice,
    WebhookChoice,
)
from agent.errors import BadSettings

try:
    import httpx
except ModuleNotFoundError as error:
    raise BadSettings("tools over HTTP need httpx: pip install 'milliwatt[tools]'") from error

from agent.clock import Clock
from agent.cognitive.guard.redaction.for_people import without_cards
from agent.cognitive.ports import Tool
from agent.cognitive.tools import cal_com, hubspot, slack
from agent.cognitive.tools.absent import AbsentTool
from agent.cognitive.tools.arguments import ArgumentCheck
from agent.cognitive.tools.http import base_url_mistake
from agent.cognitive.tools.renamed import RenamedTool
from agent.cognitive.tools.webhook import Webhook, WebhookConfig


@dataclass(frozen=True, slots=True, kw_only=True)
class _Maker:
    """What every tool is made with."""

    environment: Mapping[str, str]
    client: httpx.AsyncClient
    clock: Clock

    def tool(self, wanted: ToolChoice) -> Tool:
        made = self._operation(wanted)
        if isinstance(wanted.choice, SlackChoice):
            # Many read a channel, and it keeps what is posted: no card that a caller said may stand in it.
            return RenamedTool(wanted.tool, made, wanted.send, clean=without_cards)
        if wanted.send or made.name != wanted.tool:
            return RenamedTool(wanted.tool, made, wanted.send)
        return made

    def _operation(self, wanted: ToolChoice) -> Tool:
        match wanted.choice:
            case CalComChoice() as choice:
                return self._cal_com(choice, wanted.operation)
            case HubSpotChoice() as choice:
                config = hubspot.HubSpotConfig(
                    token=self._value(choice.token_env),
                    base_url=address(choice.base_url, choice.base_url_env, self.environment)
                    or hubspot.BASE_URL,
                )
                crm = hubspot.HubSpotApi(config, self.client)
                meeting = wanted.operation == hubspot.CreateMeeting.name
                return hubspot.CreateMeeting(crm) if meeting else hubspot.UpsertContact(crm)
            case SlackChoice() as choice:
                return self._slack(choice)
            case WebhookChoice() as choice:
                return Webhook(
                    WebhookConfig(
                        tool=wanted.operation,
                        url=choice.url or self._value(choice.url_env),
                        secret=self._value(choice.secret_env) if choice.secret_env else "",
                        arguments_schema=choice.arguments,
                        read_only=choice.read_only,
                        idempotent=choice.idempotent,
                    ),
                    self.client,
                )
            case NoChoice():
                return AbsentTool(wanted.tool)

    def _cal_com(self, choice: CalComChoice, operation: str) -> Tool:
        config = cal_com.CalComConfig(
            api_key=self._value(choice.api_key_env),
            event_type_id=choice.event_type_id,
            time_zone=choice.time_zone or "UTC",
            base_url=address(choice.base_url, choice.base_url_env, self.environment) or cal_com.BASE_URL,
            offers=choice.offers,
            sends_duration=choice.sends_duration,
        )
        calendar = cal_com.CalComApi(config, self.client)
        if operation == cal_com.CreateBooking.name:
            return cal_com.CreateBooking(calendar)
        return cal_com.ProposeSlots(calendar, self.clock)

    def _slack(self, choice: SlackChoice) -> Tool:
        if choice.webhook_url_env:
            return slack.PostToWebhook(self._value(choice.webhook_url_env), self.client)
        config = slack.SlackConfig(
            token=self._value(choice.token_env),
            channel=choice.channel or self._value(choice.channel_env),
            base_url=address(choice.base_url, choice.base_url_env, self.environment) or slack.BASE_URL,
        )
        return slack.PostMessage(config, self.client)

    def _value(self, variable: str) -> str:
        return self.environment[variable]


def tools_by_name(
    wanted: Sequence[ToolChoice], environment: Mapping[str, str], *, client: httpx.AsyncClient, clock: Clock
) -> dict[str, Tool]:
    """The tools, by the names that the flow calls them by.

    Args:
        wanted: those of an agent file.
        environment: where secrets and addresses are.
        client: the connections of the loop that calls them.
        clock: says which day it is.

    Raises:
        BadSettings: the environment lacks something, or a schema is none; with every mistake, and without any secret.
    """
    mistakes = list(tool_mistakes(wanted, environment))
    if mistakes:
        raise BadSettings("\n".join(mistakes))
    maker = _Maker(environment=environment, client=client, clock=clock)
    return {one.tool: maker.tool(one) for one in wanted}


def tool_mistakes(wanted: Sequence[ToolChoice], environment: Mapping[str, str]) -> Iterator[str]:
    """What keeps these tools from being made in this environment, one sentence each."""
    for one in wanted:
        for variable in one.choice.secrets():
            if not environment.get(variable):
                yield f"tools.{one.tool}: the environment has no {variable}"
        for key in ("base_url_env", "url_env", "webhook_url_env"):
            url = environment.get(getattr(one.choice, key, "") or "", "")
            wrong = base_url_mistake(url) if url else None
            if wrong:
                yield f"tools.{one.tool}: the address in {getattr(one.choice, key)} {wrong}"
        if isinstance(one.choice, WebhookChoice):
            try:
                ArgumentCheck(one.choice.arguments)
            except ValueError as error:
                yield f"tools.{one.tool}.arguments: is no JSON schema: {str(error)[:120]}"


def address(url: str, variable: str, environment: Mapping[str, str]) -> str:
    """The variable's address where it is set, else the file's."""
    return (environment.get(variable) if variable else "") or url
