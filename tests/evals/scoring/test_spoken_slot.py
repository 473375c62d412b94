from __future__ import annotations

import pytest

from evals.scoring.spoken_slot import says_value
from tests.builders import a_record

RECORD = a_record(
    scenario={"time_zone": "Europe/London", "now_iso": "2026-05-18T09:00:00", "caller": [], "expect": {}}
)


@pytest.mark.parametrize(
    ("text", "value", "expected"),
    [
        ("Tuesday at ten thirty in the morning.", "2026-05-19T10:30:00+01:00", True),
        ("Tuesday at 10:30.", "2026-05-19T10:30:00+01:00", True),
        ("tomorrow at half past ten", "2026-05-19T10:30:00+01:00", True),
        ("Tuesday at ten thirty", "2026-05-19T09:30:00Z", True),
        ("Tuesday at ten", "2026-05-19T10:30:00+01:00", False),
        ("Wednesday at ten thirty", "2026-05-19T10:30:00+01:00", False),
        ("today at half past ten", "2026-05-19T10:30:00+01:00", False),
        ("Wednesday at two in the afternoon", "2026-05-20T14:00:00+01:00", True),
        ("Wednesday at two fifteen", "2026-05-20T14:15:00+01:00", True),
        ("Wednesday at quarter to three", "2026-05-20T14:45:00+01:00", True),
        ("Wednesday at 14:00", "2026-05-20T14:00:00+01:00", True),
        ("Wednesday at two thirty", "2026-05-20T14:00:00+01:00", False),
        ("Wednesday at noon", "2026-05-20T12:00:00+01:00", True),
        ("Monday the first of June at nine", "2026-06-01T09:00:00+01:00", True),
        ("I'll write to alex at example dot com", "alex@example.com", True),
        ("That's oh seven seven double oh nine hundred one two three", "07700 900123", True),
        ("Thursday", "tomorrow", False),
    ],
)
def test_value_as_people_say_it(text: str, value: str, expected: bool) -> None:
    assert says_value(text, value, RECORD) is expected
