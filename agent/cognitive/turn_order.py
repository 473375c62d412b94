"""Where a turn that nobody has seen before stands among the call's turns. Pure."""

from __future__ import annotations

from enum import StrEnum


class Order(StrEnum):
    """How a turn's `seq` lies to the last one answered."""

    NEXT = "next"
    EARLY = "early"  # at least one turn before it has not come: it may be on its way, or may never come
    LATE = (
        "late"  # this place was answered, or passed over: what it says was said before what is known by now
    )


def order_of(seq: int, last: int | None) -> Order:
    """Where the turn `seq` stands in a call whose last answered turn is `last`; None for a call not known."""
    following = 0 if last is None else last + 1
    if seq < following:
        return Order.LATE
    return Order.NEXT if seq == following else Order.EARLY
