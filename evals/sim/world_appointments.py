"""A fake diary of appointments that are already booked: what the fake world's tools answer about them. Nothing is kept.

Whoever is asked about has one appointment, on the second day after the call at 9:20, unless the scenario's `world` says
`status: no_booking`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from agent.turn import Json

FIND_BOOKINGS = "cal.find_bookings"
RESCHEDULE_BOOKING = "cal.reschedule_booking"
CANCEL_BOOKING = "cal.cancel_booking"
APPOINTMENT_TOOLS: Mapping[str, bool] = {
    FIND_BOOKINGS: True,
    RESCHEDULE_BOOKING: False,
    CANCEL_BOOKING: False,
}
"""Every tool here, and whether calling it changes nothing."""

# Days after the call and time of day; no slot that is free by habit is at this hour.
_APPOINTMENT = (2, 9, 20)


def appointment_answer(name: str, arguments: Mapping[str, Json], now: datetime) -> Mapping[str, Json]:
    """What a diary tool answers when nothing goes wrong.

    Args:
        name: one of `APPOINTMENT_TOOLS`.
        arguments: as the flow gave them; the booking that was named is the one that is answered for.
        now: the call's wall clock with its zone.
    """
    if name == FIND_BOOKINGS:
        day, hour, minute = _APPOINTMENT
        # Adding days to a zoned date keeps the wall time, so 9:20 stays 9:20 when the clocks change.
        start = now.replace(hour=hour, minute=minute, second=0, microsecond=0) + timedelta(days=day)
        return {"booking_id": "booking-found", "start": start.isoformat()}
    return {"booking_id": arguments.get("booking_id", "")}
