"""Who may answer an agent's tools, and what is to be said of each: the settings that an agent file gives a vendor.

A secret is named by the environment variable that holds it (`*_env`), never written. So is an address that changes from
place to place: where the variable named by `base_url_env` is set, it wins over `base_url`.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

Variable = Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]{0,99}$")]
"""The name of an environment variable."""
_NoVariable = Annotated[str, Field(pattern=r"^([A-Z][A-Z0-9_]{0,99})?$")]

MAX_OFFERS = 5
"""As in `tool_assembly`: nobody remembers more times that were read out to them."""


class _Choice(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    def secrets(self) -> tuple[str, ...]:
        """The variables without which nothing works."""
        return ()


class CalComChoice(_Choice):
    """Cal.com v2."""

    event_type_id: Annotated[int, Field(ge=1, lt=2**53)]
    time_zone: str = ""
    offers: Annotated[int, Field(ge=1, le=MAX_OFFERS)] = 2
    sends_duration: bool = False
    api_key_env: Variable = "CAL_COM_API_KEY"
    base_url: str = ""
    base_url_env: _NoVariable = "CAL_COM_BASE_URL"

    def secrets(self) -> tuple[str, ...]:
        """The API key's."""
        return (self.api_key_env,)


class HubSpotChoice(_Choice):
    """HubSpot CRM."""

    token_env: Variable = "HUBSPOT_TOKEN"
    base_url: str = ""
    base_url_env: _NoVariable = "HUBSPOT_BASE_URL"

    def secrets(self) -> tuple[str, ...]:
        """The private app's token's."""
        return (self.token_env,)


class SlackChoice(_Choice):
    """Slack: a bot that posts to a channel, or an incoming webhook."""

    channel: Annotated[str, Field(pattern=r"^([#A-Za-z0-9_-]{1,80})?$")] = ""
    channel_env: _NoVariable = ""
    token_env: Variable = "SLACK_BOT_TOKEN"
    webhook_url_env: _NoVariable = ""
    base_url: str = ""
    base_url_env: _NoVariable = "SLACK_BASE_URL"

    def secrets(self) -> tuple[str, ...]:
        """The incoming webhook's address, or the bot's token and the channel where a variable holds that."""
        if self.webhook_url_env:
            return (self.webhook_url_env,)
        return tuple(filter(None, (self.token_env, self.channel_env)))


class WebhookChoice(_Choice):
    """A server of one's own, for one tool; `arguments` is the JSON schema that the tool's arguments keep to."""

    url: str = ""
    url_env: _NoVariable = ""
    secret_env: _NoVariable = ""
    arguments: dict[str, Any] = {"type": "object"}
    read_only: bool = False
    idempotent: bool = False

    def secrets(self) -> tuple[str, ...]:
        """The address and the shared secret, where variables hold them."""
        return tuple(filter(None, (self.url_env, self.secret_env)))


class NoChoice(_Choice):
    """Nobody: the tool always answers `unavailable`, and the flow takes its branch `failure`."""


VendorChoice = CalComChoice | HubSpotChoice | SlackChoice | WebhookChoice | NoChoice

CHOICES: dict[str, type[VendorChoice]] = {
    "cal_com": CalComChoice,
    "hubspot": HubSpotChoice,
    "slack": SlackChoice,
    "webhook": WebhookChoice,
    "none": NoChoice,
}
OPERATIONS: dict[str, tuple[str, ...]] = {
    "cal_com": ("cal.propose_slots", "cal.create_booking"),
    "hubspot": ("crm.upsert_contact", "crm.create_meeting"),
    "slack": ("chat.post_message",),
}
"""What a vendor does; a webhook and `none` do whatever is asked."""


def vendor_of(choice: VendorChoice) -> str:
    """The name that files give the vendor."""
    return next(name for name, kind in CHOICES.items() if type(choice) is kind)
