"""`milliwatt serve` and `replay`: the agent behind HTTP, and its logged turns through the engine as it stands."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from agent.cli import serve
from evals.cli.common import app, err, out

app.command(epilog="Example: milliwatt serve --agent booking --turn-log turns.jsonl")(serve)


@app.command(epilog="Example: milliwatt replay turns.jsonl --flow booking")
def replay(
    turns: Annotated[list[Path], typer.Argument(help="Logs of turns, the oldest first.", metavar="TURNS...")],
    flow: Annotated[
        list[str] | None,
        typer.Option(
            "--flow",
            help="Play on this flow (name or file; repeat it); the logged flows' own by name when left out.",
        ),
    ] = None,
    turn: Annotated[
        list[str] | None,
        typer.Option("--turn", help="Show only this turn (repeat it); its call is played up to it."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print a line of JSON for each turn.")] = False,
) -> None:
    """Plays logged turns through the current engine with the logged tools' answers, and shows what differs.

    Exit status: 0 all is the same, 1 something differs, 2 bad input.
    """
    from evals.commands.replay import ReplayOptions, replay_turns

    options = ReplayOptions(
        turns=tuple(turns), flows=tuple(flow or ()), only=frozenset(turn or ()), as_json=as_json
    )
    raise typer.Exit(replay_turns(options, out=out, err=err))
