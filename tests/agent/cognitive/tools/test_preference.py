from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.cognitive.tools.preference import Wish, offer, wish_of

MONDAY = date(2026, 5, 18)
MOMENTS = st.datetimes(datetime(2026, 5, 18), datetime(2026, 6, 18), timezones=st.just(UTC))


@pytest.mark.parametrize(
    ("words", "wish"),
    [
        ("", Wish()),
        ("whatever suits you", Wish()),
        ("tomorrow morning", Wish(first=date(2026, 5, 19), last=date(2026, 5, 19), to_hour=12)),
        ("the day after tomorrow", Wish(first=date(2026, 5, 20), last=date(2026, 5, 20))),
        (
            "thursday after three",
            Wish(first=MONDAY, last=date(2026, 5, 25), weekdays=frozenset({3}), from_hour=15),
        ),
        ("next tuesday at half past nine", Wish(weekdays=frozenset({1}), from_hour=9, to_hour=10.5)),
        ("next week", Wish(first=date(2026, 5, 25), last=date(2026, 5, 31))),
        ("in the afternoon", Wish(from_hour=12, to_hour=18)),
        ("before noon", Wish(to_hour=12)),
        ("some time after lunch", Wish(from_hour=13, to_hour=18)),
    ],
)
def test_what_was_said_narrows_the_choice(words: str, wish: Wish) -> None:
    assert wish_of(words, MONDAY) == wish


@given(st.text(alphabet=" abcdefghijklmnoprstuvwy0123456789'", max_size=60))
def test_any_words_at_all_make_a_wish_that_some_hour_fits(words: str) -> None:
    wish = wish_of(words, MONDAY)
    assert 0 <= wish.from_hour < wish.to_hour <= 24


@given(st.lists(MOMENTS, max_size=20), st.integers(1, 5))
def test_an_offer_is_some_of_the_free_times_in_order_and_of_many_days(
    free: list[datetime], count: int
) -> None:
    chosen = offer(free, count)
    assert len(chosen) == min(count, len(set(free)))
    assert set(chosen) <= set(free) and chosen == sorted(chosen)
    days = {moment.date() for moment in free}
    assert len({moment.date() for moment in chosen}) == min(count, len(days))
    assert not free or min(free) in chosen


def test_the_day_named_may_be_a_week_away() -> None:
    wish = wish_of("monday", MONDAY)
    assert wish.takes(datetime(2026, 5, 25, 10)) and not wish.takes(
        datetime(2026, 5, 25, 10) + timedelta(days=7)
    )
