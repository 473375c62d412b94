import asyncio

from agent.turn import Json
from evals.sim.world import World

NOW = "2026-05-18T09:00:00"


def answer(tool: str, *, now: str = NOW, **arguments: Json) -> dict[str, Json]:
    world = World({}, now, "Europe/London")
    return dict(asyncio.run(world.tools()[tool].call(arguments, "key")).value)


def test_whoever_is_asked_about_has_one_appointment() -> None:
    assert answer("cal.find_bookings", name="Robin Hale", birth_date="1984-06-03") == {
        "booking_id": "booking-found",
        "start": "2026-05-20T09:20:00+01:00",
    }


def test_the_appointment_keeps_its_hour_over_a_change_of_the_clocks() -> None:
    found = answer("cal.find_bookings", now="2026-10-24T09:00:00")
    assert found["start"] == "2026-10-26T09:20:00+00:00"


def test_the_booking_that_was_named_is_moved_or_cancelled() -> None:
    assert answer("cal.reschedule_booking", booking_id="b", slot="2026-05-19T10:30:00+01:00") == {
        "booking_id": "b"
    }
    assert answer("cal.cancel_booking", booking_id="b") == {"booking_id": "b"}


def test_a_scenario_may_have_nothing_found() -> None:
    world = World({"cal.find_bookings": {"status": "no_booking"}}, NOW, "Europe/London")
    result = asyncio.run(world.tools()["cal.find_bookings"].call({}, "key"))
    assert (result.ok, result.status) == (False, "no_booking")


def test_messages_that_are_posted_are_numbered() -> None:
    assert answer("chat.post_message", text="a request") == {"ts": "message-1"}
