"""What each line of a scenario's caller means to its flow, by the path that the scenario expects: pure.

A scenario says which states its call goes through. Walking the flow by every branch that could be meant, and keeping
the walks that take that path with these steps, tells in which state each line is said and which branch a right agent
takes on it. Nothing is played: what follows holds for any agent that does as the scenario expects. A line whose
meaning the path does not settle has none here, and stays as it was written.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from agent.cognitive.flow import (
    BACK,
    EXHAUSTED,
    FAILURE,
    NEXT,
    NO_SPEECH,
    SUCCESS,
    UNCLEAR,
    VOICEMAIL,
    Branch,
    Flow,
    Kind,
    State,
    ValueType,
)
from agent.turn import Json
from evals.scenario.expect_file import ANY_STATES
from evals.scenario.model import CallerStep, Scenario, Sound, StepKind
from evals.sim.text_call import PATIENT_SILENCES
from evals.sim.world import PROPOSE_SLOTS

MOST_WALKS = 50_000  # branches looked at; a path of nothing but "..." would have millions


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """What a step is to the flow.

    Attributes:
        state: the state that asks.
        branches: the branches that a right agent may take on it, all of them to the same end.
        proposals: how often slots have been proposed before.
        given: the variables that the caller's answers have filled before, whichever branch it was.
    """

    state: str
    branches: tuple[str, ...]
    proposals: int
    given: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a walk stands: `at` are the places in the expected path that it may have come to."""

    state: str
    at: frozenset[int]
    visits: tuple[tuple[str, int], ...] = ()
    proposals: int = 0
    given: frozenset[str] = frozenset()
    over: bool = False


_Taken = tuple[tuple[str, str, int, frozenset[str]] | None, ...]


def meanings(scenario: Scenario, flow: Flow) -> tuple[Meaning | None, ...]:
    """The meaning of each of the caller's steps; None for one that has none, or none that is settled."""
    nothing = (None,) * len(scenario.caller)
    if not scenario.expect.states:
        return nothing
    walker = _Walker(flow, scenario)
    found = list(walker.walks())
    if walker.gave_up() or not found:
        return nothing
    # A state's own branches are what its question is about; the flow's are for whatever else may come.
    least = min(strange for strange, _ in found)
    likely = [taken for strange, taken in found if strange == least]
    likely += [taken for strange, taken in found if strange > least and _rests(taken) == _rests(likely[0])]
    return tuple(_settled([taken[step] for taken in likely]) for step in range(len(scenario.caller)))


def _rests(taken: _Taken) -> list[str]:
    return [item[0] if item else "" for item in taken]


def _settled(taken: Sequence[tuple[str, str, int, frozenset[str]] | None]) -> Meaning | None:
    told = [item for item in taken if item is not None]
    if len(told) < len(taken) or len({(state, proposals) for state, _, proposals, _ in told}) != 1:
        return None
    state, _, proposals, _ = told[0]
    given = frozenset.intersection(*(given for _, _, _, given in told))
    branches = tuple(dict.fromkeys(branch for _, branch, _, _ in told))
    return Meaning(state=state, branches=branches, proposals=proposals, given=given)


class _Walker:
    def __init__(self, flow: Flow, scenario: Scenario) -> None:
        self._flow = flow
        self._steps = scenario.caller
        self._world = scenario.world
        self._path = scenario.expect.states
        self._left = MOST_WALKS

    def gave_up(self) -> bool:
        """Whether there were more walks than anybody can look at."""
        return self._left <= 0

    def walks(self) -> Iterator[tuple[int, _Taken]]:
        """Every walk on the expected path: how many of the flow's own branches it takes, and what each step took."""
        nowhere = _Place(state="", at=self._open(frozenset({0})))
        for place in self._entered(Branch(to=self._flow.start), nowhere):
            yield from self._from(place, 0, ())

    def _from(self, place: _Place, step: int, taken: _Taken) -> Iterator[tuple[int, _Taken]]:
        if self.gave_up():
            return
        if place.over or step == len(self._steps):
            if step == len(self._steps) and self._ends(place):
                yield 0, taken
            return
        for branch, landed in self._moves(place, self._steps[step]):
            self._left -= 1
            if self.gave_up():
                return
            item = (place.state, branch, place.proposals, place.given) if branch else None
            state = self._flow.states[place.state]
            strange = int(bool(branch) and branch not in state.on and branch not in (NO_SPEECH, UNCLEAR))
            for more, whole in self._from(landed, step + 1, (*taken, item)):
                yield strange + more, whole

    def _ends(self, place: _Place) -> bool:
        """Whether the call can end here as expected: a caller without further lines is silent, then hangs up."""
        for _ in range(PATIENT_SILENCES):
            if place.over:
                break
            landed = list(self._branched(place, NO_SPEECH))
            if not landed:
                return False
            place = landed[0]
        return len(self._path) in place.at

    def _moves(self, place: _Place, step: CallerStep) -> Iterator[tuple[str, _Place]]:
        """The branches that a step may take, and where each leads; no branch for what is no turn."""
        state = self._flow.states[place.state]
        match step.kind:
            case StepKind.HANGS_UP:
                yield "", replace(place, over=True)
                return
            case StepKind.SOUND if step.sound in (Sound.BACKCHANNEL, Sound.COUGH):
                yield "", place
                return
            case StepKind.SOUND:
                machine = step.sound is Sound.VOICEMAIL_GREETING and VOICEMAIL in self._flow.branches(state)
                branches: Sequence[str] = (VOICEMAIL if machine else NO_SPEECH,)
            case StepKind.KEYS:
                branches = (_branch_of_keys(self._flow, state, step.keys),)
            case _ if step.hangs_up_after_ms is not None:
                yield "", replace(place, over=True)
                return
            case _:
                captured = {capture.branch for capture in state.capture}
                branches = [
                    name
                    for name in self._flow.branches(state)
                    if name in self._flow.intents or name in captured or name == UNCLEAR
                ]
        for branch in branches:
            if branch == UNCLEAR and step.during_reply:
                yield branch, place  # whoever did not hear the question is asked it again
            else:
                for landed in self._branched(place, branch):
                    yield branch, landed

    def _branched(self, place: _Place, branch: str) -> Iterator[_Place]:
        state = self._flow.states[place.state]
        follows = self._flow.branches(state).get(branch)
        if follows is None:
            return
        given = place.given | {capture.variable for capture in state.capture if capture.branch == branch}
        visits = place.visits
        if branch not in (NO_SPEECH, UNCLEAR):
            visits = tuple(item for item in visits if not self._leads_back(item[0]))
        yield from self._entered(follows, replace(place, given=given, visits=visits))

    def _entered(self, branch: Branch, place: _Place) -> Iterator[_Place]:
        """Where the branch may lead, through all states that ask nothing; tools answer as the world lets them."""
        if branch.to == BACK:
            yield from self._stepped(place, place.state)
            return
        state = self._flow.states[branch.to]
        visits = dict(place.visits)
        if state.visits is not None and visits.get(state.name, 0) >= state.visits:
            yield from self._entered(state.on[EXHAUSTED], place)
            return
        if state.visits is not None:
            visits[state.name] = visits.get(state.name, 0) + 1
        counted = replace(place, visits=tuple(sorted(visits.items())))
        rests_in = place.state
        for stepped in self._stepped(counted, state.name):
            for status in self._statuses(state):
                moved = stepped
                if state.action is not None and state.action.tool == PROPOSE_SLOTS:
                    moved = replace(moved, proposals=moved.proposals + 1)
                if status in state.on:
                    # "@back" leads to the question last asked, wherever the walk has come to since.
                    yield from self._entered(state.on[status], replace(moved, state=rests_in))
                else:
                    yield replace(moved, over=state.kind is not Kind.ASK)

    def _statuses(self, state: State) -> Sequence[str]:
        if state.action is None:
            return (NEXT,)
        entry = self._world.get(state.action.tool)
        if not isinstance(entry, Mapping):
            return (SUCCESS,)
        told = _status_told(entry)
        known = told if told in (SUCCESS, *self._flow.tools[state.action.tool]) else FAILURE
        return (known, SUCCESS) if "times" in entry and known != SUCCESS else (known,)

    def _stepped(self, place: _Place, name: str) -> Iterator[_Place]:
        further = {
            at if self._path[at] == ANY_STATES else at + 1
            for at in place.at
            if at < len(self._path) and self._path[at] in (ANY_STATES, name)
        }
        if further:
            yield replace(place, state=name, at=self._open(frozenset(further)))

    def _open(self, at: frozenset[int]) -> frozenset[int]:
        """With the places that follow a "...", which may stand for nothing."""
        after = {place + 1 for place in at if place < len(self._path) and self._path[place] == ANY_STATES}
        return at | after

    def _leads_back(self, name: str) -> bool:
        state = self._flow.states[name]
        return NEXT in state.on and state.on[NEXT].to == BACK


def _branch_of_keys(flow: Flow, state: State, keys: str) -> str:
    """The branch that telephone keys take in a state."""
    branch = {**flow.keys, **state.keys}.get(keys)
    if branch is not None:
        return branch
    phones = (capture.branch for capture in state.capture if capture.type is ValueType.PHONE)
    return next(phones, UNCLEAR) or UNCLEAR


def _status_told(entry: Mapping[str, Json]) -> str:
    """What a tool answers by its entry in the world."""
    if "fault" in entry:
        return FAILURE
    if "slots" in entry:
        return SUCCESS if entry["slots"] else "no_slots"
    return str(entry.get("status", SUCCESS))
