"""Cal.com API v2: which times are free (`cal.propose_slots`), and booking one of them (`cal.create_booking`).

Each family of endpoints has a `cal-api-version` of its own; without it Cal.com silently behaves as it did years ago.
Times go out in UTC and come back in the caller's zone, ISO 8601 with offset, as the flow says and keeps them.

Cal.com has no idempotency keys. The key travels as the booking's `metadata`, and whoever is in doubt looks for it among
the bookings at that time before booking anew. A slot that is gone is answered with 400, like any other bad request: so
a 400 is followed by two questions, whether the booking at that time is our own, and whether the time is still free.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

import httpx

from agent.clock import Clock
from agent.cognitive.ports import ToolResult
from agent.cognitive.tools.failures import FailureStatus, ToolFailed
from agent.cognitive.tools.http import HttpAnswer, HttpApi, part
from agent.cognitive.tools.preference import offer, wish_of
from agent.turn import Json

BASE_URL = "https://api.cal.com/v2"
SLOTS_VERSION = "2024-09-04"
BOOKINGS_VERSION = "2026-02-25"
KEY_IN_METADATA = "milliwattKey"
"""Cal.com takes keys of up to 40 characters and values of up to 500."""
MAX_METADATA_CHARACTERS = 500
LOOK_AHEAD_DAYS = 14
LOOK_UP_LIMIT = 100
_STANDING = ("accepted", "pending")

PROPOSE_SCHEMA: Mapping[str, Json] = {
    "type": "object",
    "properties": {
        "duration_minutes": {"type": "integer", "minimum": 5, "maximum": 480},
        "preference": {"type": "string", "maxLength": 200},
        "time_zone": {"anyOf": [{"const": ""}, {"type": "string", "format": "time-zone"}]},
    },
    "additionalProperties": False,
}
BOOK_SCHEMA: Mapping[str, Json] = {
    "type": "object",
    "properties": {
        "slot": {"type": "string", "format": "date-time", "maxLength": 40},
        "name": {"type": "string", "minLength": 1, "maxLength": 200},
        "email": {"anyOf": [{"const": ""}, {"type": "string", "format": "email", "maxLength": 254}]},
        "phone": {"type": "string", "pattern": r"^(\+[1-9][0-9]{6,14})?$"},
        "time_zone": {"anyOf": [{"const": ""}, {"type": "string", "format": "time-zone"}]},
        "notes": {"type": "string", "maxLength": 2000},
    },
    "required": ["slot", "name"],
    # Cal.com wants to reach the attendee one way or the other.
    "anyOf": [
        {"required": ["email"], "properties": {"email": {"minLength": 1}}},
        {"required": ["phone"], "properties": {"phone": {"minLength": 1}}},
    ],
    "additionalProperties": False,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CalComConfig:
    """What to book, and where.

    Attributes:
        api_key: `cal_live_…`.
        event_type_id: the kind of appointment.
        time_zone: the callers' zone where a call names none; an IANA name.
        offers: so many free times are proposed at once.
        sends_duration: whether the event type lets the booker choose its length; others refuse a length.
    """

    api_key: str
    event_type_id: int
    time_zone: str = "UTC"
    base_url: str = BASE_URL
    offers: int = 2
    sends_duration: bool = False


class CalComApi:
    """Cal.com at one address, for both tools."""

    def __init__(self, config: CalComConfig, client: httpx.AsyncClient) -> None:
        self.config = config
        self.http = HttpApi(
            "Cal.com",
            config.base_url,
            client,
            headers={"Authorization": f"Bearer {config.api_key}"},
            secrets=(config.api_key,),
        )

    async def free(self, start: datetime, end: datetime, zone: str, minutes: int | None) -> list[datetime]:
        """The free times between two moments, on the clocks of `zone`."""
        params = {
            "eventTypeId": str(self.config.event_type_id),
            "start": _utc(start),
            "end": _utc(end),
            "timeZone": zone,
        }
        if minutes is not None and self.config.sends_duration:
            params["duration"] = str(minutes)
        answer = await self.http.ask(
            "GET", "/slots", params=params, headers={"cal-api-version": SLOTS_VERSION}
        )
        days = part(self.http.good(answer), "data")
        if not isinstance(days, Mapping):
            raise self.http.strange("days")
        return sorted(
            self._moment(part(slot, "start")).astimezone(ZoneInfo(zone))
            for slots in days.values()
            if isinstance(slots, list)
            for slot in slots
        )

    async def book(self, body: Mapping[str, Json]) -> HttpAnswer:
        """The answer to a booking, whatever it is."""
        return await self.http.ask(
            "POST", "/bookings", body=body, headers={"cal-api-version": BOOKINGS_VERSION}
        )

    async def booked(self, start: datetime, key: str) -> Json:
        """The standing booking at that time that carries the key; None where there is none."""
        params = {
            "eventTypeIds": str(self.config.event_type_id),
            "afterStart": _utc(start - timedelta(minutes=1)),
            "beforeEnd": _utc(start + timedelta(days=1)),
            "take": str(LOOK_UP_LIMIT),
        }
        answer = await self.http.ask(
            "GET", "/bookings", params=params, headers={"cal-api-version": BOOKINGS_VERSION}
        )
        bookings = part(self.http.good(answer), "data")
        if not isinstance(bookings, list):
            raise self.http.strange("bookings")
        ours = (
            booking
            for booking in bookings
            if part(booking, "metadata", KEY_IN_METADATA) == key and part(booking, "status") in _STANDING
        )
        return next(ours, None)

    def _moment(self, said: Any) -> datetime:
        try:
            moment = datetime.fromisoformat(said)
        except (ValueError, TypeError) as error:
            raise self.http.strange("a time that can be read") from error
        if moment.tzinfo is None:
            raise self.http.strange("the offset of a time")
        return moment


class ProposeSlots:
    """`cal.propose_slots`: `slots`, a list of ISO 8601 times in the caller's zone; or the status `no_slots`.

    Args:
        clock: says which day it is.
    """

    name = "cal.propose_slots"
    read_only = True
    idempotent = True
    arguments_schema = PROPOSE_SCHEMA

    def __init__(self, api: CalComApi, clock: Clock) -> None:
        self._api = api
        self._clock = clock

    async def call(self, arguments: Mapping[str, Json], idempotency_key: str) -> ToolResult:
        zone = _text(arguments, "time_zone") or self._api.config.time_zone
        now = self._clock.wall().astimezone(ZoneInfo(zone))
        minutes = arguments.get("duration_minutes")
        free = await self._api.free(
            now,
            now + timedelta(days=LOOK_AHEAD_DAYS),
            zone,
            minutes if isinstance(minutes, int) else None,
        )
        wish = wish_of(_text(arguments, "preference"), now.date())
        fitting = offer(
            [moment for moment in free if moment > now and wish.takes(moment)], self._api.config.offers
        )
        slots = [moment.isoformat(timespec="seconds") for moment in fitting]
        return ToolResult(
            ok=bool(slots), status="success" if slots else "no_slots", value={"slots": list(slots)}
        )


class CreateBooking:
    """`cal.create_booking`: `booking_id`, Cal.com's uid of the booking; or the status `slot_taken`."""

    name = "cal.create_booking"
    read_only = False
    idempotent = True
    arguments_schema = BOOK_SCHEMA

    def __init__(self, api: CalComApi) -> None:
        self._api = api

    async def call(self, arguments: Mapping[str, Json], idempotency_key: str) -> ToolResult:
        key = metadata_value(idempotency_key)
        start = datetime.fromisoformat(_text(arguments, "slot"))
        answer = await self._api.book(self._body(arguments, start, key))
        if answer.status != 400:
            return self._done(part(self._api.http.good(answer), "data"))
        found = await self._api.booked(start, key)
        if found is not None:
            return self._done(found)
        if start.astimezone(UTC) not in await self._free_around(start):
            return ToolResult(ok=False, status="slot_taken", error="Cal.com: that time is no longer free")
        self._api.http.check(answer)
        raise AssertionError("an answer of status 400 passed for a good one")

    async def call_again(self, arguments: Mapping[str, Json], idempotency_key: str) -> ToolResult:
        start = datetime.fromisoformat(_text(arguments, "slot"))
        found = await self._api.booked(start, metadata_value(idempotency_key))
        return self._done(found) if found is not None else await self.call(arguments, idempotency_key)

    async def _free_around(self, start: datetime) -> list[datetime]:
        day = timedelta(days=1)
        return await self._api.free(start - day, start + day, "UTC", None)

    def _body(self, arguments: Mapping[str, Json], start: datetime, key: str) -> dict[str, Json]:
        attendee: dict[str, Json] = {
            "name": _text(arguments, "name"),
            "timeZone": _text(arguments, "time_zone") or self._api.config.time_zone,
        }
        if _text(arguments, "email"):
            attendee["email"] = _text(arguments, "email")
        if _text(arguments, "phone"):
            attendee["phoneNumber"] = _text(arguments, "phone")
        body: dict[str, Json] = {
            "eventTypeId": self._api.config.event_type_id,
            "start": _utc(start),
            "attendee": attendee,
            "metadata": {KEY_IN_METADATA: key},
        }
        if _text(arguments, "notes"):
            body["bookingFieldsResponses"] = {"notes": _text(arguments, "notes")}
        return body

    def _done(self, booking: Json) -> ToolResult:
        # Recurring event types answer with a list.
        booking = booking[0] if isinstance(booking, list) and booking else booking
        uid = part(booking, "uid")
        if not isinstance(uid, str) or not uid:
            raise self._api.http.strange("the booking's uid")
        status = part(booking, "status")
        if status not in _STANDING:
            raise ToolFailed(FailureStatus.REFUSED, "Cal.com did not accept the booking")
        return ToolResult(ok=True, status="success", value={"booking_id": uid, "booking_status": status})


def metadata_value(key: str) -> str:
    """The idempotency key as Cal.com can keep it: itself, or its SHA-256 where it is too long."""
    return key if len(key) <= MAX_METADATA_CHARACTERS else sha256(key.encode()).hexdigest()


def _text(arguments: Mapping[str, Json], name: str) -> str:
    value = arguments.get(name, "")
    return value if isinstance(value, str) else ""


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
