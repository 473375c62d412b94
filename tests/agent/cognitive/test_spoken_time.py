import pytest

from agent.cognitive.spoken_time import spoken_choice, spoken_clock, spoken_time
from tests.agent.cognitive.builders import NOW, TUESDAY, WEDNESDAY


def test_a_slot_this_week_is_said_by_its_weekday() -> None:
    assert spoken_time(TUESDAY, now_iso=NOW) == "Tuesday at ten thirty in the morning"


def test_a_slot_further_off_carries_its_date() -> None:
    assert spoken_time("2026-06-02T17:05:00+01:00", now_iso=NOW) == (
        "Tuesday the second of June at five oh five in the afternoon"
    )


def test_a_slot_is_moved_to_the_callers_zone_before_it_is_said() -> None:
    assert spoken_time("2026-05-19T23:30:00Z", now_iso=NOW, time_zone="Asia/Kolkata") == (
        "Wednesday at five in the morning"
    )


def test_a_slot_after_the_clocks_change_keeps_its_local_hour() -> None:
    # British summer time ends on 25 October 2026.
    said = spoken_time("2026-10-26T10:00:00Z", now_iso="2026-10-23T09:00:00+01:00", time_zone="Europe/London")
    assert said == "Monday at ten in the morning"


@pytest.mark.parametrize("zone", ["", "Atlantis/Capital", "../../etc/passwd"])
def test_without_a_zone_that_exists_a_slot_is_said_as_its_calendar_wrote_it(zone: str) -> None:
    assert spoken_time(WEDNESDAY, now_iso=NOW, time_zone=zone) == "Wednesday at two in the afternoon"


def test_what_is_no_date_is_said_as_it_is() -> None:
    assert spoken_time("soon") == "soon"


@pytest.mark.parametrize(
    ("hour", "minute", "said"),
    [
        (0, 0, "midnight"),
        (0, 15, "twelve fifteen in the morning"),
        (12, 0, "noon"),
        (12, 30, "twelve thirty in the afternoon"),
        (19, 45, "seven forty five in the evening"),
    ],
)
def test_times_of_day_are_said_on_the_twelve_hour_clock(hour: int, minute: int, said: str) -> None:
    assert spoken_clock(hour, minute) == said


def test_offers_are_joined_for_the_ear() -> None:
    offers = [TUESDAY, WEDNESDAY, "2026-05-21T12:00:00+01:00"]
    assert spoken_choice([]) == ""
    assert spoken_choice(offers[:1], now_iso=NOW) == "Tuesday at ten thirty in the morning"
    assert spoken_choice(offers, now_iso=NOW) == (
        "Tuesday at ten thirty in the morning, Wednesday at two in the afternoon or Thursday at noon"
    )
