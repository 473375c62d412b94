"""Logged calls through the engine as it stands: each turn played again, and compared with what it was.

A call is played from its first turn, since where it stands decides what a turn does; so one whose beginning is not in
the log cannot be played, and is counted. After a call's first difference later ones may only follow from it; they are
marked.
"""

from __future__ import annotations

from collections.abc import Coroutine, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from agent.cognitive.flow import Flow
from agent.flow_assembly import make_dialogue
from agent.turn import TurnOutput
from evals.replaying.difference import Difference, difference
from evals.replaying.logged_tools import LoggedTools
from evals.replaying.turn_file import LoggedTurn
from evals.sim.virtual_time import VirtualLoop


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayedTurn:
    """A turn that was played again.

    Attributes:
        logged: as it was.
        now: the answer now; None when it failed.
        failure: the engine's error now.
        difference: between the two; empty also where the log has no answer to compare with.
        follows: the call had differed before this turn.
    """

    logged: LoggedTurn
    now: TurnOutput | None
    failure: str
    difference: Difference
    follows: bool

    @property
    def same(self) -> bool:
        """Whether the turn is answered as it was."""
        return not self.failure and not self.difference


@dataclass(frozen=True, slots=True, kw_only=True)
class NotPlayed:
    """Turns of a call that cannot be played, and why."""

    call_sid: str
    turns: int
    why: str


def replay_call(
    loop: VirtualLoop, call_sid: str, turns: Sequence[LoggedTurn], flows: Mapping[str, Flow]
) -> Iterator[ReplayedTurn | NotPlayed]:
    """The call's turns played again in their order; retries of a turn count as one."""
    turns = _each_once(turns)
    if turns[0].turn.seq > 0:
        first = turns[0].turn
        why = f"it begins with turn {first.turn_id} (seq {first.seq}); the turns before are not in the log"
        yield NotPlayed(call_sid=call_sid, turns=len(turns), why=why)
        return
    flow = flows[turns[0].turn.flow_id]
    tools = LoggedTools(flow.tools)
    dialogue = make_dialogue(flow, tools.tools())
    follows = False
    for logged in turns:
        tools.begin(logged.output.trace.tools if logged.output is not None else ())
        now, failure = _played(loop, dialogue.run_turn(logged.turn))
        found = Difference()
        if now is not None and logged.output is not None:
            found = difference(logged.output, now, logged.redacted)
        replayed = ReplayedTurn(logged=logged, now=now, failure=failure, difference=found, follows=follows)
        follows = follows or not replayed.same
        yield replayed


def _played(loop: VirtualLoop, turn: Coroutine[Any, Any, TurnOutput]) -> tuple[TurnOutput | None, str]:
    try:
        return loop.run_until_complete(turn), ""
    except (
        Exception
    ) as error:  # the engine as it stands may raise anything, and the other turns are still compared
        return None, f"{type(error).__name__}: {error}"


def _each_once(turns: Sequence[LoggedTurn]) -> list[LoggedTurn]:
    """One line for each turn, at its first place: the answered one if there is. A rehearsal is a turn of its own."""
    kept: dict[tuple[str, bool], LoggedTurn] = {}
    for logged in turns:
        key = (logged.turn.turn_id, logged.turn.provisional)
        if key not in kept or (kept[key].output is None and logged.output is not None):
            kept[key] = logged
    return list(kept.values())
