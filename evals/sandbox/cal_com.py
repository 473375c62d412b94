"""Cal.com as the sandbox plays it: slots, bookings, and finding them again (protocol: docs/tools.md).

One host with one event type. The header `cal-api-version` decides which behaviour one gets; without it the old one, in
which slots look otherwise and a booking wants other fields.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from starlette.responses import JSONResponse, Response

from evals.sandbox.limits import RateLimiter
from evals.sandbox.service import Asked, bearer
from evals.sandbox.state import EVENT_TYPE_ID, SLOT_MINUTES, Booking, iso

API_KEY = "cal_live_sandbox"
SLOTS_VERSION = "2024-09-04"
BOOKINGS_VERSIONS = ("2024-08-13", "2026-02-25")
TAKEN = "User either already has booking at this time or is not available"
_MAX_METADATA = (50, 40, 500)  # keys, characters of a key, of a value


class CalCom:
    """The vendor's manners."""

    def refused(self, asked: Asked) -> Response | None:
        if bearer(asked) == API_KEY:
            return None
        return _error(asked, 401, "UnauthorizedException", "Invalid API key")

    def limited_as(self, asked: Asked) -> str:
        return bearer(asked)

    def too_many(self, asked: Asked, retry_after_s: int) -> Response:
        response = _error(asked, 429, "ThrottlerException", "ThrottlerException: Too Many Requests")
        response.headers["Retry-After"] = str(retry_after_s)
        return response

    def broken(self, asked: Asked) -> Response:
        return _error(asked, 500, "InternalServerErrorException", "Internal server error")

    def finished(self, response: Response, limiter: RateLimiter, asked: Asked) -> Response:
        if limiter.limit is not None:
            response.headers["X-RateLimit-Limit-Default"] = str(limiter.limit.requests)
            response.headers["X-RateLimit-Remaining-Default"] = str(limiter.left(self.limited_as(asked)))
            response.headers["X-RateLimit-Reset-Default"] = str(round(limiter.limit.window_s))
        return response


def slots(asked: Asked) -> Response:
    """`GET /v2/slots`."""
    given = asked.request.query_params
    if given.get("eventTypeId") != str(EVENT_TYPE_ID):
        return _error(
            asked, 404, "NotFoundException", f"Event Type with ID={given.get('eventTypeId')} not found"
        )
    start, end = _utc(given.get("start", "")), _utc(given.get("end", ""))
    if start is None or end is None or end < start:
        return _bad(asked, "start and end must be dates, and end not before start")
    try:
        zone = ZoneInfo(given.get("timeZone", "UTC"))
    except (ValueError, OSError, KeyError):
        return _bad(asked, "timeZone must be a valid IANA time-zone")
    end = min(end, asked.state.now().astimezone(UTC) + timedelta(days=365))
    free = [moment.astimezone(zone) for moment in asked.state.free(start, end)]
    if asked.request.headers.get("cal-api-version") != SLOTS_VERSION:
        old: dict[str, list[dict[str, str]]] = {}
        for moment in free:
            old.setdefault(str(moment.date()), []).append({"time": iso(moment)})
        return JSONResponse({"status": "success", "data": {"slots": old}})
    days: dict[str, list[dict[str, str]]] = {}
    for moment in free:
        days.setdefault(str(moment.date()), []).append({"start": moment.isoformat(timespec="milliseconds")})
    return JSONResponse({"status": "success", "data": days})


def book(asked: Asked) -> Response:
    """`POST /v2/bookings`."""
    body = asked.json
    if not isinstance(body, dict):
        return _bad(asked, "the body is no JSON object")
    if asked.request.headers.get("cal-api-version") not in BOOKINGS_VERSIONS:
        return _bad(
            asked, "responses must be an object, timeZone must be a string, language must be a string"
        )
    attendee: Any = body.get("attendee")
    metadata: Any = body.get("metadata", {})
    said = _mistake(body, attendee, metadata)
    if said:
        return _bad(asked, said)
    if body.get("eventTypeId") != EVENT_TYPE_ID:
        return _error(asked, 404, "NotFoundException", "Event type not found")
    start = _utc(str(body.get("start", "")))
    assert start is not None, "checked with the rest"
    if start <= asked.state.now():
        return _bad(asked, "Attempting to book a meeting in the past.")
    if not asked.state.is_free(start):
        return _bad(asked, TAKEN)
    booking = Booking(
        uid=f"bk_{len(asked.state.bookings) + 1}", start=start, attendee=attendee, metadata=metadata
    )
    asked.state.bookings.append(booking)
    return JSONResponse({"status": "success", "data": _shown(booking)}, status_code=201)


def bookings(asked: Asked) -> Response:
    """`GET /v2/bookings`: those of an attendee, or between two moments."""
    given = asked.request.query_params
    found = asked.state.bookings
    if "attendeeEmail" in given:
        found = [booking for booking in found if booking.attendee.get("email") == given["attendeeEmail"]]
    after, before = _utc(given.get("afterStart", "")), _utc(given.get("beforeEnd", ""))
    found = [
        booking
        for booking in found
        if (after is None or booking.start > after) and (before is None or booking.end < before)
    ]
    take = given.get("take", "100")
    count = int(take) if take.isdigit() and 0 < int(take) <= 250 else 100
    page = {"totalItems": len(found), "hasNextPage": len(found) > count}
    return JSONResponse(
        {"status": "success", "data": [_shown(booking) for booking in found[:count]], "pagination": page}
    )


def _mistake(body: dict[str, Any], attendee: Any, metadata: Any) -> str:
    if not str(body.get("start", "")).endswith("Z") or _utc(str(body["start"])) is None:
        return "start must be a valid ISO 8601 datetime string in UTC"
    if not isinstance(attendee, dict) or not attendee.get("name") or not attendee.get("timeZone"):
        return "attendee.name and attendee.timeZone should not be empty"
    if not attendee.get("email") and not attendee.get("phoneNumber"):
        return "attendee.email or attendee.phoneNumber should not be empty"
    keys, key_length, value_length = _MAX_METADATA
    fits = isinstance(metadata, dict) and len(metadata) <= keys
    if not fits or any(
        not isinstance(value, str) or len(key) > key_length or len(value) > value_length
        for key, value in metadata.items()
    ):
        return "metadata holds up to 50 keys of 40 characters, with texts of 500"
    return ""


def _shown(booking: Booking) -> dict[str, Any]:
    return {
        "id": int(booking.uid.removeprefix("bk_")),
        "uid": booking.uid,
        "title": "Visit",
        "status": booking.status,
        "start": iso(booking.start),
        "end": iso(booking.end),
        "duration": SLOT_MINUTES,
        "eventType": {"id": EVENT_TYPE_ID, "slug": "visit"},
        "hosts": [{"id": 5, "name": "Sam Host", "timeZone": "Europe/London"}],
        "attendees": [{**booking.attendee, "absent": False}],
        "metadata": booking.metadata,
        "absentHost": False,
        "bookingFieldsResponses": {},
    }


def _bad(asked: Asked, message: str) -> Response:
    # A slot that is gone is a bad request like any other.
    return _error(asked, 400, "BadRequestException", message)


def _error(asked: Asked, status: int, code: str, message: str) -> Response:
    body = {
        "status": "error",
        "timestamp": iso(asked.state.now()),
        "path": asked.request.url.path.removeprefix("/cal.com"),
        "error": {"code": code, "message": message},
    }
    return JSONResponse(body, status_code=status)


def _utc(text: str) -> datetime | None:
    """A moment as Cal.com reads it: in UTC where it has no offset; a bare date is its beginning."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
