import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.record import Span
from evals.recording.turns import TIMEOUT_NS, barge_ins, caller_turns, pauses, reply_to, stretches

MS = 1_000_000


def spans(*bounds_ms: tuple[float, float]) -> tuple[Span, ...]:
    return tuple(Span(start_ns=round(start * MS), end_ns=round(end * MS)) for start, end in bounds_ms)


def bounds(caller: tuple[Span, ...], agent: tuple[Span, ...]) -> list[tuple[int, int]]:
    turns = caller_turns(caller, agent, 60_000 * MS)
    return [(turn.start_ns // MS, turn.end_ns // MS) for turn in turns]


def test_reply_between_two_stretches_makes_them_two_turns() -> None:
    assert bounds(spans((1000, 2000), (5000, 6000)), spans((2700, 4500))) == [(1000, 2000), (5000, 6000)]


@pytest.mark.parametrize(("pause_ms", "turns"), [(300, 1), (1990, 1), (2000, 2), (5000, 2)])
def test_caller_who_pauses_is_in_one_turn_until_the_pause_is_two_seconds(pause_ms: int, turns: int) -> None:
    assert len(bounds(spans((1000, 2000), (2000 + pause_ms, 6000 + pause_ms)), ())) == turns


@pytest.mark.parametrize(("heard_ms", "turns"), [(300, 1), (490, 1), (500, 2), (900, 2)])
def test_caller_who_goes_on_soon_after_the_agent_began_was_cut_into(heard_ms: int, turns: int) -> None:
    caller = spans((1000, 2000), (2400 + heard_ms, 5000))
    assert len(bounds(caller, spans((2400, 4000)))) == turns


def test_agent_that_stops_as_the_caller_stops_leaves_them_the_floor() -> None:
    # The reply runs on for 100 ms past the caller's "stop", who then says the rest after 900 ms.
    assert len(bounds(spans((2000, 2400), (3300, 4500)), spans((0, 2500)))) == 1


def test_turn_over_the_agents_voice_interrupts_when_it_is_long_enough() -> None:
    agent = spans((0, 3000), (6000, 9000), (12_000, 15_000))
    first, second, third = caller_turns(
        spans((1000, 1640), (7000, 7639), (10_000, 11_000)), agent, 20_000 * MS
    )
    assert (first.interrupts, first.brief) == (True, False)
    assert (second.interrupts, second.brief) == (False, True)
    assert (third.interrupts, third.brief) == (False, False)


def test_reply_is_the_first_stretch_audible_past_the_end_that_was_not_under_way() -> None:
    agent = spans((0, 1500), (2200, 2300), (2900, 4000))
    (turn,) = caller_turns(spans((1000, 2500)), agent, 10_000 * MS)
    assert turn.under_way == agent[0]
    assert reply_to(turn, agent) == agent[2]


def test_reply_that_begins_before_the_caller_ends_is_one() -> None:
    (turn,) = caller_turns(spans((1000, 2500)), agent := spans((2300, 4000)), 10_000 * MS)
    assert reply_to(turn, agent) == agent[0]


def test_nothing_that_begins_after_the_callers_patience_is_a_reply() -> None:
    at_ms = 2500 + TIMEOUT_NS // MS
    (turn,) = caller_turns(spans((1000, 2500)), (), 60_000 * MS)
    assert reply_to(turn, spans((at_ms - 1, at_ms + 500))) is not None
    assert reply_to(turn, spans((at_ms, at_ms + 500))) is None


def test_agent_that_begins_in_a_pause_or_over_words_barges_in() -> None:
    agent = spans((2300, 2700), (3500, 4000))
    (turn,) = caller_turns(spans((1000, 2000), (2600, 5000)), agent, 10_000 * MS)
    assert barge_ins(turn, agent) == list(agent)
    assert [(pause.start_ns // MS, pause.end_ns // MS) for pause, _ in pauses(turn)] == [(2000, 2600)]


@pytest.mark.parametrize("start_ms", [1100, 1850, 1950])
def test_agent_that_begins_with_the_caller_or_on_their_last_syllable_does_not(start_ms: int) -> None:
    agent = spans((start_ms, 4000))
    (turn,) = caller_turns(spans((1000, 2000)), agent, 10_000 * MS)
    assert barge_ins(turn, agent) == []


some_spans = st.lists(st.tuples(st.integers(0, 400), st.integers(1, 60)), max_size=25).map(
    lambda rows: spans(*((start * 50, (start + length) * 50) for start, length in rows))
)


@given(caller=some_spans, agent=some_spans)
def test_turns_hold_all_that_the_caller_said_in_order(
    caller: tuple[Span, ...], agent: tuple[Span, ...]
) -> None:
    turns = caller_turns(caller, agent, 100_000 * MS)
    assert tuple(span for turn in turns for span in turn.speech) == stretches(caller)
    assert all(turn.end_ns < later.start_ns == turn.next_ns for turn, later in itertools.pairwise(turns))
    assert all(turn.next_ns == 100_000 * MS for turn in turns[-1:])


@given(caller=some_spans, agent=some_spans)
def test_stretch_is_never_the_reply_to_two_turns(caller: tuple[Span, ...], agent: tuple[Span, ...]) -> None:
    replies = [reply_to(turn, agent) for turn in caller_turns(caller, agent, 100_000 * MS)]
    starts = [reply.start_ns for reply in replies if reply]
    assert len(starts) == len(set(starts))


@given(some_spans)
def test_stretches_are_apart_and_stay_as_they_are(given_spans: tuple[Span, ...]) -> None:
    joined = stretches(given_spans)
    assert all(later.start_ns - earlier.end_ns >= 200 * MS for earlier, later in itertools.pairwise(joined))
    assert stretches(joined) == joined
