"""HubSpot CRM: a contact made or brought up to date (`crm.upsert_contact`), and a meeting (`crm.create_meeting`).

A contact's mail address is unique, so an upsert repeats nothing. It exists as a batch only, and a batch answers 207,
or 200 with `numErrors`, where its items failed. Meetings have no natural key: the portal gets a property for it, unique
and of our own making (`milliwatt_key`; docs/tools.md says how), by which HubSpot itself refuses a second meeting under
one key. Whoever is refused, or in doubt, reads the meeting by that property; search would not do, since its index lags
by seconds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from urllib.parse import quote

import httpx

from agent.cognitive.ports import ToolResult
from agent.cognitive.tools.failures import FailureStatus, ToolFailed
from agent.cognitive.tools.http import HttpApi, part
from agent.turn import Json

BASE_URL = "https://api.hubapi.com"
OBJECTS = "/crm/v3/objects"
KEY_PROPERTY = "milliwatt_key"
MEETING_TO_CONTACT = 200
"""HubSpot's own type of that association."""
DEFAULT_MEETING_MINUTES = 15

_EMAIL: Json = {"type": "string", "format": "email", "maxLength": 254}
CONTACT_SCHEMA: Mapping[str, Json] = {
    "type": "object",
    "properties": {
        "email": _EMAIL,
        "name": {"type": "string", "maxLength": 200},
        "phone": {"type": "string", "maxLength": 40},
        "company": {"type": "string", "maxLength": 200},
    },
    "required": ["email"],
    "additionalProperties": False,
}
MEETING_SCHEMA: Mapping[str, Json] = {
    "type": "object",
    "properties": {
        "booking_id": {"type": "string", "minLength": 1, "maxLength": 200},
        "slot": {"type": "string", "format": "date-time", "maxLength": 40},
        "email": {"anyOf": [{"const": ""}, _EMAIL]},
        "title": {"type": "string", "maxLength": 200},
        "notes": {"type": "string", "maxLength": 4000},
        "duration_minutes": {"type": "integer", "minimum": 5, "maximum": 480},
    },
    "required": ["booking_id", "slot"],
    "additionalProperties": False,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class HubSpotConfig:
    """Which portal: a private app's token (`pat-…`), and the address."""

    token: str
    base_url: str = BASE_URL
    meeting_title: str = "Booked by phone"


class HubSpotApi:
    """HubSpot at one address, for both tools."""

    def __init__(self, config: HubSpotConfig, client: httpx.AsyncClient) -> None:
        self.config = config
        self.http = HttpApi(
            "HubSpot",
            config.base_url,
            client,
            headers={"Authorization": f"Bearer {config.token}"},
            secrets=(config.token,),
        )

    async def upserted_contact(self, properties: Mapping[str, str]) -> tuple[str, bool]:
        """The id of the contact with that `email`, and whether it is new."""
        entry: Json = {"idProperty": "email", "id": properties["email"], "properties": properties}
        answer = await self.http.ask("POST", f"{OBJECTS}/contacts/batch/upsert", body={"inputs": [entry]})
        body = self.http.good(answer)
        if answer.status == 207 or part(body, "numErrors") or part(body, "errors"):
            said = self.http.hidden(str(part(body, "errors", 0, "message") or "it does not say why"))
            raise ToolFailed(FailureStatus.REFUSED, f"HubSpot did not keep the contact: {said}")
        found = part(body, "results", 0, "id")
        if not isinstance(found, str):
            raise self.http.strange("the contact's id")
        return found, part(body, "results", 0, "new") is True

    async def meeting_of(self, key: str) -> str | None:
        """The id of the meeting that has this key; None where there is none."""
        answer = await self.http.ask(
            "GET", f"{OBJECTS}/meetings/{quote(key, safe='')}", params={"idProperty": KEY_PROPERTY}
        )
        if answer.status == 404:
            return None
        return self._id(self.http.good(answer))

    async def created_meeting(self, key: str, properties: Mapping[str, Json], contact: str | None) -> str:
        """The id of the meeting under this key, made now unless it was there."""
        kind: Json = {"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": MEETING_TO_CONTACT}
        body: dict[str, Json] = {"properties": {**properties, KEY_PROPERTY: key}}
        if contact is not None:
            body["associations"] = [{"to": {"id": contact}, "types": [kind]}]
        answer = await self.http.ask("POST", f"{OBJECTS}/meetings", body=body)
        # A value that another meeting has is answered with 409, or with 400 among the invalid values.
        if answer.status in (400, 409):
            found = await self.meeting_of(key)
            if found is not None:
                return found
        return self._id(self.http.good(answer))

    def _id(self, body: Json) -> str:
        found = part(body, "id")
        if not isinstance(found, str) or not found:
            raise self.http.strange("the meeting's id")
        return found


class UpsertContact:
    """`crm.upsert_contact`: `contact_id`, and `new`: whether HubSpot had not known them."""

    name = "crm.upsert_contact"
    read_only = False
    idempotent = True
    arguments_schema = CONTACT_SCHEMA

    def __init__(self, api: HubSpotApi) -> None:
        self._api = api

    async def call(self, arguments: Mapping[str, Json], idempotency_key: str) -> ToolResult:
        first, _, last = _text(arguments, "name").strip().partition(" ")
        given = {
            "email": _text(arguments, "email").lower(),
            "firstname": first,
            "lastname": last.strip(),
            "phone": _text(arguments, "phone"),
            "company": _text(arguments, "company"),
        }
        # An empty value would wipe out what HubSpot knows already.
        contact, new = await self._api.upserted_contact(
            {name: value for name, value in given.items() if value}
        )
        return ToolResult(ok=True, status="success", value={"contact_id": contact, "new": new})


class CreateMeeting:
    """`crm.create_meeting`: `meeting_id`. The meeting belongs to the contact of that address, where there is one."""

    name = "crm.create_meeting"
    read_only = False
    idempotent = True
    arguments_schema = MEETING_SCHEMA

    def __init__(self, api: HubSpotApi) -> None:
        self._api = api

    async def call(self, arguments: Mapping[str, Json], idempotency_key: str) -> ToolResult:
        email = _text(arguments, "email").lower()
        contact = (await self._api.upserted_contact({"email": email}))[0] if email else None
        start = datetime.fromisoformat(_text(arguments, "slot")).astimezone(UTC)
        minutes = arguments.get("duration_minutes", DEFAULT_MEETING_MINUTES)
        end = start + timedelta(minutes=minutes if isinstance(minutes, int) else DEFAULT_MEETING_MINUTES)
        notes = _text(arguments, "notes")
        properties: dict[str, Json] = {
            "hs_timestamp": _utc(start),
            "hs_meeting_title": _text(arguments, "title") or self._api.config.meeting_title,
            "hs_meeting_body": "\n".join(filter(None, (notes, f"Booking {_text(arguments, 'booking_id')}"))),
            "hs_meeting_start_time": _utc(start),
            "hs_meeting_end_time": _utc(end),
            "hs_meeting_outcome": "SCHEDULED",
        }
        meeting = await self._api.created_meeting(unique_value(idempotency_key), properties, contact)
        return ToolResult(ok=True, status="success", value={"meeting_id": meeting})

    async def call_again(self, arguments: Mapping[str, Json], idempotency_key: str) -> ToolResult:
        found = await self._api.meeting_of(unique_value(idempotency_key))
        if found is not None:
            return ToolResult(ok=True, status="success", value={"meeting_id": found})
        return await self.call(arguments, idempotency_key)


def unique_value(key: str) -> str:
    """The idempotency key as a unique property holds it: its SHA-256, short and plain whatever the key."""
    return sha256(key.encode()).hexdigest()


def _text(arguments: Mapping[str, Json], name: str) -> str:
    value = arguments.get(name, "")
    return value if isinstance(value, str) else ""


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
