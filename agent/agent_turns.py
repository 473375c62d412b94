"""What an agent's file says of every turn: what is known before the call, and where calls are handed over to. Pure.

A flow hands a call to a name such as `front_desk`, and its guard lists names; which number that is, the agent's file
says, and it is put in as the action leaves.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import replace

from agent.turn import Action, RunTurn, StreamTurn, Transfer, TurnInput, TurnOutput

DEFAULT_TARGET = "default"
"""Where calls go that are handed over to nobody in particular."""
TIME_ZONE = "time_zone"


def known_variables(variables: Mapping[str, str], time_zone: str) -> dict[str, str]:
    """What every call of the agent knows unless it knows better."""
    return {**({TIME_ZONE: time_zone} if time_zone else {}), **variables}


def agent_turns(stream_turn: StreamTurn, known: Mapping[str, str], targets: Mapping[str, str]) -> StreamTurn:
    """The same dialogue with the agent's variables in each turn, and its targets in each hand-over.

    Args:
        known: what a call's own variables win over.
        targets: the number or address by name; a name that is not here is left as it is.
    """

    async def stream(turn: TurnInput) -> AsyncGenerator[Action | TurnOutput, None]:
        asked = replace(turn, variables={**known, **turn.variables}) if known else turn
        async with aclosing(stream_turn(asked)) as items:
            async for item in items:
                if isinstance(item, TurnOutput):
                    yield replace(item, actions=tuple(_aimed(action, targets) for action in item.actions))
                else:
                    yield _aimed(item, targets)

    return stream if known or targets else stream_turn


def whole_turns(stream_turn: StreamTurn) -> RunTurn:
    """The same dialogue, asked for whole answers."""

    async def run(turn: TurnInput) -> TurnOutput:
        output: TurnOutput | None = None
        async with aclosing(stream_turn(turn)) as items:
            async for item in items:
                if isinstance(item, TurnOutput):
                    output = item
        assert output is not None, "a stream that ended ended with its output"
        return output

    return run


def _aimed(action: Action, targets: Mapping[str, str]) -> Action:
    if not isinstance(action, Transfer):
        return action
    return replace(action, to=targets.get(action.to or DEFAULT_TARGET, action.to))
