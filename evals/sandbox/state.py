"""What has been done in the sandbox: bookings, contacts, meetings, posts, hooks, each with its key."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from agent.clock import machine_wall
from agent.turn import Json

EVENT_TYPE_ID = 123
HOST_ZONE = ZoneInfo("Europe/London")
SLOT_MINUTES = 30
FIRST_HOUR, LAST_HOUR = 9, 17
"""The host works from nine to five, Monday to Friday, in half hours."""


@dataclass(slots=True, kw_only=True)
class Booking:
    """A booking in the calendar; times are UTC."""

    uid: str
    start: datetime
    attendee: dict[str, Json]
    metadata: dict[str, str]
    status: str = "accepted"

    @property
    def end(self) -> datetime:
        return self.start + timedelta(minutes=SLOT_MINUTES)


@dataclass(slots=True, kw_only=True)
class Contact:
    """Somebody whom the CRM knows, by mail address."""

    id: str
    properties: dict[str, str]
    written: int = 1


@dataclass(slots=True, kw_only=True)
class Meeting:
    """A meeting in the CRM."""

    id: str
    properties: dict[str, str]
    contacts: list[str]


@dataclass(slots=True, kw_only=True)
class Post:
    """A message in a channel."""

    channel: str
    ts: str
    text: str
    key: str


@dataclass(slots=True, kw_only=True)
class HookCall:
    """A call of a webhook: done once, asked for `times` times."""

    tool: str
    key: str
    arguments: Json
    number: int
    times: int = 1


@dataclass(slots=True, kw_only=True)
class SandboxState:
    """Everything the sandbox holds, in memory.

    Attributes:
        now: the wall date, with zone; the machine's unless another is given.
    """

    now: Callable[[], datetime] = machine_wall
    bookings: list[Booking] = field(default_factory=list)
    contacts: dict[str, Contact] = field(default_factory=dict)
    meetings: list[Meeting] = field(default_factory=list)
    posts: list[Post] = field(default_factory=list)
    hooks: list[HookCall] = field(default_factory=list)

    def clear(self) -> None:
        """Forgets everything that was done."""
        for held in (self.bookings, self.meetings, self.posts, self.hooks):
            held.clear()
        self.contacts.clear()

    def is_free(self, start: datetime) -> bool:
        """Whether a booking can begin at that moment."""
        local = start.astimezone(HOST_ZONE)
        at_work = local.weekday() < 5 and FIRST_HOUR <= local.hour < LAST_HOUR
        on_grid = local.minute % SLOT_MINUTES == 0 and not local.second and not local.microsecond
        taken = any(booking.start == start for booking in self.bookings if booking.status == "accepted")
        return at_work and on_grid and not taken and start > self.now()

    def free(self, start: datetime, end: datetime) -> list[datetime]:
        """The moments at which a booking can begin, from `start` to `end`, in UTC."""
        step = timedelta(minutes=SLOT_MINUTES)
        first = start.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
        count = max(0, int((end - first) / step) + 1)
        moments = (first + place * step for place in range(count))
        return [moment for moment in moments if start <= moment < end and self.is_free(moment)]

    def effects(self) -> dict[str, Json]:
        """What was done, as JSON; `counts` says how often under each key."""
        done = [
            *(("cal.create_booking", booking.metadata.get("milliwattKey", "")) for booking in self.bookings),
            *(
                ("crm.create_meeting", meeting.properties.get("milliwatt_key", ""))
                for meeting in self.meetings
            ),
            *(("crm.upsert_contact", email) for email in self.contacts),
            *(("chat.post_message", post.key) for post in self.posts),
            *((hook.tool, hook.key) for hook in self.hooks),
        ]
        return {
            "bookings": [
                {
                    "uid": booking.uid,
                    "start": iso(booking.start),
                    "attendee": booking.attendee,
                    "metadata": booking.metadata,
                    "status": booking.status,
                }
                for booking in self.bookings
            ],
            "contacts": [asdict(contact) for contact in self.contacts.values()],
            "meetings": [asdict(meeting) for meeting in self.meetings],
            "posts": [asdict(post) for post in self.posts],
            "webhooks": [asdict(hook) for hook in self.hooks],
            "counts": [
                {"operation": operation, "key": key, "count": done.count((operation, key))}
                for operation, key in dict.fromkeys(done)
            ],
        }


def iso(moment: datetime) -> str:
    """UTC with milliseconds, as the vendors write it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
