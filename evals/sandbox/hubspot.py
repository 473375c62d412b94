"""HubSpot as the sandbox plays it: contacts by batch upsert, meetings with a unique property of the agent's own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.responses import JSONResponse, Response

from evals.sandbox.limits import RateLimiter
from evals.sandbox.service import Asked, bearer
from evals.sandbox.state import Contact, Meeting, iso

TOKEN = "pat-sandbox"
KEY_PROPERTY = "milliwatt_key"
_CONTACT_PROPERTIES = frozenset({"email", "firstname", "lastname", "phone", "company"})
_MEETING_PROPERTIES = frozenset(
    {
        "hs_timestamp", "hs_meeting_title", "hs_meeting_body", "hs_meeting_start_time", "hs_meeting_end_time",
        "hs_meeting_outcome", KEY_PROPERTY,
    }
)  # fmt: skip
_MAX_BATCH = 100
_MEETING_TO_CONTACT = 200


class HubSpot:
    """The vendor's manners."""

    def refused(self, asked: Asked) -> Response | None:
        if bearer(asked) == TOKEN:
            return None
        return _error(401, "INVALID_AUTHENTICATION", "Authentication credentials not found.")

    def limited_as(self, asked: Asked) -> str:
        return bearer(asked)

    def too_many(self, asked: Asked, retry_after_s: int) -> Response:
        body = {
            "status": "error",
            "message": "You have reached your ten_secondly_rolling limit.",
            "errorType": "RATE_LIMIT",
            "correlationId": "sandbox",
            "policyName": "TEN_SECONDLY_ROLLING",
        }
        return JSONResponse(body, status_code=429, headers={"Retry-After": str(retry_after_s)})

    def broken(self, asked: Asked) -> Response:
        return _error(500, "INTERNAL_ERROR", "internal error")

    def finished(self, response: Response, limiter: RateLimiter, asked: Asked) -> Response:
        if limiter.limit is not None:
            response.headers["X-HubSpot-RateLimit-Max"] = str(limiter.limit.requests)
            response.headers["X-HubSpot-RateLimit-Remaining"] = str(limiter.left(self.limited_as(asked)))
            interval_ms = round(limiter.limit.window_s * 1000)
            response.headers["X-HubSpot-RateLimit-Interval-Milliseconds"] = str(interval_ms)
        return response


def upsert_contacts(asked: Asked) -> Response:
    """`POST /crm/v3/objects/contacts/batch/upsert`: 200, or 207 where some of the batch failed."""
    inputs = asked.json.get("inputs") if isinstance(asked.json, dict) else None
    if not isinstance(inputs, list) or not 0 < len(inputs) <= _MAX_BATCH:
        return _error(400, "VALIDATION_ERROR", f"inputs must hold 1 to {_MAX_BATCH} entries")
    for entry in inputs:
        unknown = set(_properties(entry)) - _CONTACT_PROPERTIES
        if unknown:
            return _error(400, "VALIDATION_ERROR", f"Property {min(unknown)!r} does not exist")
        if not isinstance(entry, dict) or entry.get("idProperty") != "email":
            return _error(400, "VALIDATION_ERROR", "idProperty must be a unique property, such as email")
    results, errors = [], []
    for entry in inputs:
        email = str(entry.get("id", "")).lower()
        if "@" not in email or "." not in email.rpartition("@")[2]:
            message = f"Email address {email} is invalid"
            errors.append({"status": "error", "category": "VALIDATION_ERROR", "message": message})
        else:
            results.append(_kept_contact(asked, email, {**_properties(entry), "email": email}))
    now = iso(asked.state.now())
    body: dict[str, Any] = {"status": "COMPLETE", "startedAt": now, "completedAt": now, "results": results}
    if errors:
        body |= {"numErrors": len(errors), "errors": errors}
    return JSONResponse(body, status_code=207 if errors else 200)


def create_meeting(asked: Asked) -> Response:
    """`POST /crm/v3/objects/meetings`. The key is a unique property: a second meeting under it is a conflict."""
    body = asked.json if isinstance(asked.json, dict) else {}
    properties = _properties(body)
    unknown = set(properties) - _MEETING_PROPERTIES
    if unknown or not properties.get("hs_timestamp", properties.get("hs_meeting_start_time")):
        said = f"Property {min(unknown)!r} does not exist" if unknown else "hs_timestamp is required"
        return _error(400, "VALIDATION_ERROR", said)
    key = properties.get(KEY_PROPERTY)
    known = _meeting(asked, key)
    if known is not None:
        return _error(409, "CONFLICT", f"A meeting with that {KEY_PROPERTY} exists. Existing ID: {known.id}")
    ids = {contact.id for contact in asked.state.contacts.values()}
    contacts = [str(to) for to in _associated(body)]
    if not set(contacts) <= ids:
        return _error(400, "VALIDATION_ERROR", "an associated object does not exist")
    meeting = Meeting(id=str(9001 + len(asked.state.meetings)), properties=properties, contacts=contacts)
    asked.state.meetings.append(meeting)
    location = f"{asked.request.url.path}/{meeting.id}"
    return JSONResponse(_shown(asked, meeting), status_code=201, headers={"Location": location})


def read_meeting(asked: Asked) -> Response:
    """`GET /crm/v3/objects/meetings/{id}`, or by the unique property with `idProperty`."""
    said = asked.request.path_params["id"]
    if asked.request.query_params.get("idProperty") == KEY_PROPERTY:
        meeting = _meeting(asked, said)
    else:
        meeting = next((held for held in asked.state.meetings if held.id == said), None)
    if meeting is None:
        return _error(404, "OBJECT_NOT_FOUND", "resource not found")
    return JSONResponse(_shown(asked, meeting))


def _kept_contact(asked: Asked, email: str, properties: dict[str, str]) -> dict[str, Any]:
    contact = asked.state.contacts.get(email)
    new = contact is None
    if contact is None:
        contact = Contact(id=str(512 + len(asked.state.contacts)), properties=properties)
        asked.state.contacts[email] = contact
    else:
        contact.properties |= properties
        contact.written += 1
    now = iso(asked.state.now())
    return {
        "id": contact.id, "new": new, "archived": False, "createdAt": now, "updatedAt": now,
        "properties": contact.properties,
    }  # fmt: skip


def _meeting(asked: Asked, key: str | None) -> Meeting | None:
    held = asked.state.meetings
    return next((meeting for meeting in held if key and meeting.properties.get(KEY_PROPERTY) == key), None)


def _properties(entry: Any) -> dict[str, str]:
    given = entry.get("properties") if isinstance(entry, Mapping) else None
    return {str(name): str(value) for name, value in given.items()} if isinstance(given, Mapping) else {}


def _associated(body: Mapping[str, Any]) -> list[Any]:
    """The ids of the contacts that the meeting is to belong to."""
    found = []
    for entry in body.get("associations") or []:
        kinds = {kind.get("associationTypeId") for kind in entry.get("types", [])}
        if kinds == {_MEETING_TO_CONTACT}:
            found.append(entry.get("to", {}).get("id"))
    return found


def _shown(asked: Asked, meeting: Meeting) -> dict[str, Any]:
    now = iso(asked.state.now())
    return {
        "id": meeting.id, "properties": meeting.properties, "createdAt": now, "updatedAt": now, "archived": False,
    }  # fmt: skip


def _error(status: int, category: str, message: str) -> Response:
    body = {"status": "error", "message": message, "correlationId": "sandbox", "category": category}
    return JSONResponse(body, status_code=status)
