from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.metrics.carrier_queue import unplayed_ns
from evals.record import WireMessage
from tests.builders import MS, a_clear, a_record


def a_burst(at_ms: float, frames: int) -> WireMessage:
    return WireMessage(t_ns=round(at_ms * MS), kind="audio_out", frames=frames)


def waiting_ms(*wire: WireMessage, at_ms: float) -> float:
    return unplayed_ns(a_record(wire=wire), round(at_ms * MS)) / MS


def test_what_came_at_once_is_played_frame_by_frame() -> None:
    # 100 frames sent at 1,000 ms arrive at 1,040 and play until 3,040.
    assert waiting_ms(a_burst(1_000, 100), at_ms=1_040) == 2_000
    assert waiting_ms(a_burst(1_000, 100), at_ms=2_540) == 500
    assert waiting_ms(a_burst(1_000, 100), at_ms=4_000) == 0


def test_a_burst_waits_for_the_one_before_it() -> None:
    assert waiting_ms(a_burst(1_000, 100), a_burst(1_100, 50), at_ms=2_040) == 2_000


def test_nothing_waits_before_anything_arrived() -> None:
    assert waiting_ms(at_ms=500) == 0
    assert waiting_ms(a_burst(1_000, 100), at_ms=1_039) == 0


def test_clear_leaves_nothing_waiting_once_it_arrives() -> None:
    wire = (a_burst(1_000, 100), a_clear(1_500))
    assert waiting_ms(*wire, at_ms=1_539) == 1_501
    assert waiting_ms(*wire, at_ms=1_540) == 0


def test_what_is_sent_after_a_clear_is_played() -> None:
    assert waiting_ms(a_burst(1_000, 100), a_clear(1_500), a_burst(1_600, 10), at_ms=1_640) == 200


@pytest.mark.parametrize("line", [{}, {"delay_ms": None}])
def test_line_of_unknown_delay_is_taken_for_none(line: dict[str, object]) -> None:
    record = a_record(wire=(a_burst(1_000, 10),), line=line)
    assert unplayed_ns(record, 1_000 * MS) == 200 * MS


@given(st.lists(st.tuples(st.integers(0, 5_000), st.integers(0, 200)), max_size=8), st.integers(0, 10_000))
def test_no_more_waits_than_was_sent(bursts: list[tuple[int, int]], at_ms: int) -> None:
    sent = [a_burst(at, frames) for at, frames in sorted(bursts)]
    assert 0 <= waiting_ms(*sent, at_ms=at_ms) <= 20 * sum(frames for _, frames in bursts)
