"""What of a flow the calls of a run never came to: its states, its branches, its tools.

A suite says nothing of what it never visits. Which branch was taken is read from a call's path, the states that it
entered one after the other: a branch counts as taken when a path goes from its state to where it leads. So branches of
one state that lead to the same place are one edge here. A branch back to the question last asked is taken when the
path goes on to an asking state that it came through before; one that is taken when a state's visits are used up,
when the path goes past that state to where the branch leads.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from agent.cognitive.flow import BACK, EXHAUSTED, Flow, Kind

Edge = tuple[str, str]
"""From which state to which; the latter may be `BACK`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visited:
    """What of a call coverage is read from: the states it entered, in order, and the tools that were called."""

    path: tuple[str, ...]
    tools: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class NeverTaken:
    """An edge that no call took, and the branches that would have."""

    state: str
    to: str
    branches: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """How much of a flow a run's calls came through.

    Attributes:
        flow: its name.
        states, edges, tools: how many it has.
        states_never, edges_never, tools_never: those that no call came to, in the flow's order.
        calls: how many calls were looked at.
    """

    flow: str
    calls: int
    states: int
    edges: int
    tools: int
    states_never: tuple[str, ...]
    edges_never: tuple[NeverTaken, ...]
    tools_never: tuple[str, ...]


def coverage(flow: Flow, calls: Iterable[Visited]) -> Coverage:
    """What the calls, all of them on this flow, left unvisited. Names that it does not have are passed over."""
    branches = _branches(flow)
    states: set[str] = set()
    taken: set[Edge] = set()
    tools: set[str] = set()
    count = 0
    for call in calls:
        count += 1
        states.update(call.path)
        tools |= call.tools
        taken.update(_taken(flow, branches, call.path))
    used = _tools(flow)
    return Coverage(
        flow=flow.name,
        calls=count,
        states=len(flow.states),
        edges=len(branches),
        tools=len(used),
        states_never=tuple(name for name in flow.states if name not in states),
        edges_never=tuple(
            NeverTaken(state=state, to=to, branches=names)
            for (state, to), names in branches.items()
            if (state, to) not in taken
        ),
        tools_never=tuple(name for name in used if name not in tools),
    )


def _branches(flow: Flow) -> dict[Edge, tuple[str, ...]]:
    """Every edge with the branches along it; a state's own come before those that it has of the flow."""
    found: dict[Edge, tuple[str, ...]] = {}
    for state in flow.states.values():
        every = flow.branches(state)
        for name in dict.fromkeys([*state.on, *every]):
            edge = (state.name, every[name].to)
            found[edge] = (*found.get(edge, ()), name)
    return found


def _taken(flow: Flow, branches: dict[Edge, tuple[str, ...]], path: Sequence[str]) -> Iterator[Edge]:
    for place, (old, new) in enumerate(pairwise(path)):
        if (old, new) in branches:
            yield old, new
            continue
        came_from = new in path[: place + 1] and new in flow.states and flow.states[new].kind is Kind.ASK
        if (old, BACK) in branches and came_from:
            yield old, BACK
            continue
        yield from _past(flow, branches, old, new)


def _past(flow: Flow, branches: dict[Edge, tuple[str, ...]], old: str, new: str) -> Iterator[Edge]:
    """The edges by way of a state whose visits were used up, which a path does not show."""
    for skipped in (to for state, to in branches if state == old):
        state = flow.states.get(skipped)
        if state is not None and state.visits is not None and EXHAUSTED in state.on:
            to = state.on[EXHAUSTED].to
            if to == new:
                yield old, skipped
                yield skipped, new
                return


def _tools(flow: Flow) -> tuple[str, ...]:
    called = (state.action.tool for state in flow.states.values() if state.action is not None)
    return tuple(dict.fromkeys([*flow.tools, *called]))
