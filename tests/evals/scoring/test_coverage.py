from __future__ import annotations

import json
from itertools import product
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from agent.cognitive.flow import BACK, Flow
from agent.cognitive.flow_file import built_in_flow, parse_flow
from evals.scoring.coverage import Coverage, NeverTaken, Visited, coverage

STATES = ("knock", "open_door", "knock_harder", "inside", "again", "leave", "nowhere")


def door() -> Flow:
    """Asks, acts, goes back, gives up after two tries, ends."""
    states: dict[str, Any] = {
        "knock": {"ask": "May I come in?", "on": {"yes": "open_door", "no": "leave"}},
        "open_door": {
            "action": {"tool": "door.open"},
            "on": {"success": "inside", "locked": "knock_harder", "failure": "leave"},
        },
        "knock_harder": {"ask": "It is locked. Shall I wait?", "on": {"yes": "knock", "no": "leave"}},
        "inside": {"say": "So this is it.", "outcome": "inside"},
        "again": {"visits": 2, "say": "Hello?", "on": {"next": "@back", "exhausted": "leave"}},
        "leave": {"say": "Goodbye.", "outcome": "left"},
    }
    flow = {
        "schema": 1,
        "flow": "door",
        "start": "knock",
        "tools": {"door.open": ["locked"]},
        "on": {"no_speech": "again", "unclear": "again"},
        "too_long": "leave",
        "states": states,
        "intents": {"yes": ["yes"], "no": ["no"], "unclear": ["what a day"]},
    }
    return parse_flow(json.dumps(flow), where="test")


def of(*paths: str, tools: frozenset[str] = frozenset()) -> Coverage:
    return coverage(door(), [Visited(path=tuple(path.split()), tools=tools) for path in paths])


def left(found: Coverage) -> set[tuple[str, str]]:
    return {(edge.state, edge.to) for edge in found.edges_never}


def test_without_calls_nothing_is_visited() -> None:
    found = coverage(door(), [])
    assert (found.flow, found.calls, found.states, found.edges, found.tools) == ("door", 0, 6, 11, 1)
    assert len(found.states_never) == 6
    assert len(found.edges_never) == 11
    assert found.tools_never == ("door.open",)


def test_what_one_call_leaves_unvisited_by_hand() -> None:
    found = of("knock open_door inside", tools=frozenset({"door.open"}))
    assert found.states_never == ("knock_harder", "again", "leave")
    assert found.tools_never == ()
    assert found.edges_never == (
        NeverTaken(state="knock", to="leave", branches=("no",)),
        NeverTaken(state="knock", to="again", branches=("no_speech", "unclear")),
        NeverTaken(state="open_door", to="knock_harder", branches=("locked",)),
        NeverTaken(state="open_door", to="leave", branches=("failure",)),
        NeverTaken(state="knock_harder", to="knock", branches=("yes",)),
        NeverTaken(state="knock_harder", to="leave", branches=("no",)),
        NeverTaken(state="knock_harder", to="again", branches=("no_speech", "unclear")),
        NeverTaken(state="again", to=BACK, branches=("next",)),
        NeverTaken(state="again", to="leave", branches=("exhausted",)),
    )


def test_going_back_to_the_question_is_a_branch_taken() -> None:
    assert ("again", BACK) not in left(of("knock again knock"))
    assert ("again", BACK) in left(of("knock again"))


def test_giving_up_after_so_many_tries_is_a_branch_taken_where_the_way_there_is_the_only_one() -> None:
    flow = built_in_flow("booking")
    path = ("greeting", "reprompt", "greeting", "reprompt", "greeting", "no_answer")
    found = coverage(flow, [Visited(path=path)])
    assert ("reprompt", "no_answer") not in left(found)
    assert ("greeting", "reprompt") not in left(found)
    assert ("reprompt", BACK) not in left(found)


def test_names_that_the_flow_does_not_have_are_passed_over() -> None:
    found = of("hall kitchen", "", "knock", tools=frozenset({"oven.open"}))
    assert found.calls == 3
    assert found.states_never == ("open_door", "knock_harder", "inside", "again", "leave")
    assert len(found.edges_never) == found.edges


def test_all_of_a_flow_can_be_visited() -> None:
    found = of(
        "knock open_door inside",
        "knock open_door knock_harder knock leave",
        "knock open_door knock_harder leave",
        "knock open_door leave",
        "knock again knock leave",
        "knock open_door knock_harder again leave",
        tools=frozenset({"door.open"}),
    )
    assert (found.states_never, found.edges_never, found.tools_never) == ((), (), ())


paths = st.lists(st.sampled_from(STATES), max_size=8).map(tuple)


@given(st.lists(paths, max_size=5), st.lists(paths, max_size=5))
def test_more_calls_leave_less_unvisited_and_their_order_says_nothing(
    some: list[tuple[str, ...]], more: list[tuple[str, ...]]
) -> None:
    flow = door()

    def covered(calls: list[tuple[str, ...]]) -> Coverage:
        return coverage(flow, [Visited(path=path) for path in calls])

    fewer, all_ = covered(some), covered(some + more)
    assert set(all_.states_never) <= set(fewer.states_never)
    assert left(all_) == left(fewer) & left(covered(more))
    assert covered((some + more)[::-1]) == all_


@given(st.lists(paths, max_size=5))
def test_a_branch_is_never_taken_from_a_state_that_was_never_entered(calls: list[tuple[str, ...]]) -> None:
    # But for one whose visits were used up, which is passed without being entered.
    found = coverage(door(), [Visited(path=path) for path in calls])
    for state, edge in product(found.states_never, [("knock", "leave"), ("open_door", "inside")]):
        assert edge[0] != state or edge in left(found)
