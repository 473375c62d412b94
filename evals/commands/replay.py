"""`milliwatt replay`: logged turns through the current engine, with progress and a diff."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from agent.cognitive.flow import Flow
from agent.cognitive.flow_file import load_flow
from agent.errors import BadFlow
from evals.errors import BadInput
from evals.replaying.rendering import json_of, render_turn
from evals.replaying.replay import NotPlayed, ReplayedTurn, replay_call
from evals.replaying.turn_file import LoggedTurn, TurnFiles, read_turn_files
from evals.scenario.flow_names import flow_path
from evals.sim.virtual_time import VirtualLoop

MOST_SHOWN = 100
"""Differing turns that people are shown; programs get all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayOptions:
    """What was asked for: logs, flows to play on, turns to show (`TURN` or `CALL/TURN`; empty for all), the form."""

    turns: tuple[Path, ...]
    flows: tuple[str, ...]
    only: frozenset[str]
    as_json: bool


@dataclass(slots=True)
class _Count:
    turns: int = 0
    differing: int = 0
    calls: int = 0
    differing_calls: int = 0
    unanswered: int = 0
    not_played: int = 0
    other_flow: int = 0


def replay_turns(options: ReplayOptions, *, out: Console, err: Console) -> int:
    """Plays the logs and prints what differs; the exit status.

    Raises:
        BadInput: a log, a flow or a turn's id cannot be used; nothing is played.
    """
    files = read_turn_files(options.turns)
    wanted = _wanted(files, options.only)
    flows = _flows(files, options.flows)
    for path in files.torn:
        err.print(
            f"{path}: its last line was cut off by a crash, and is left out", style="yellow", highlight=False
        )
    count = _Count()
    with (
        asyncio.Runner(loop_factory=VirtualLoop) as runner,
        Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            console=err,
            disable=not err.is_terminal,
        ) as progress,
    ):
        loop = runner.get_loop()
        assert isinstance(loop, VirtualLoop)
        bar = progress.add_task("replaying turns", total=files.turns)
        for call_sid, turns in files.calls():
            if not options.only or call_sid in wanted:
                _play(loop, call_sid, turns, flows, wanted.get(call_sid), options, count, out, err)
            progress.update(bar, advance=len(turns), description=_described(count))
    _sum_up(count, options, out)
    return 1 if count.differing else 0


def _play(
    loop: VirtualLoop,
    call_sid: str,
    turns: list[LoggedTurn],
    flows: Mapping[str, Flow],
    shown: frozenset[str] | None,
    options: ReplayOptions,
    count: _Count,
    out: Console,
    err: Console,
) -> None:
    if shown is not None:
        last = max(place for place, logged in enumerate(turns) if logged.turn.turn_id in shown)
        turns = turns[: last + 1]
    differed = False
    for item in replay_call(loop, call_sid, turns, flows):
        if isinstance(item, NotPlayed):
            count.not_played += item.turns
            err.print(f"call {call_sid} is not played: {item.why}", style="yellow", highlight=False)
            return
        if shown is not None and item.logged.turn.turn_id not in shown:
            continue
        differed = differed or not item.same
        _tell(item, flows, options, count, out)
    count.calls += 1
    count.differing_calls += differed


def _tell(
    turn: ReplayedTurn, flows: Mapping[str, Flow], options: ReplayOptions, count: _Count, out: Console
) -> None:
    count.turns += 1
    count.differing += not turn.same
    count.unanswered += turn.logged.output is None
    count.other_flow += turn.logged.flow_fingerprint != flows[turn.logged.turn.flow_id].fingerprint
    if options.as_json:
        out.out(json_of(turn), highlight=False)
    elif not turn.same and count.differing <= MOST_SHOWN:
        out.print(render_turn(turn), soft_wrap=True)
    elif options.only:
        out.print(
            f"call {turn.logged.turn.call_sid} turn {turn.logged.turn.turn_id}: the same", highlight=False
        )


def _sum_up(count: _Count, options: ReplayOptions, out: Console) -> None:
    if options.as_json:
        summary = {
            "turns": count.turns,
            "differing": count.differing,
            "calls": count.calls,
            "differing_calls": count.differing_calls,
            "unanswered": count.unanswered,
            "not_played": count.not_played,
            "on_another_flow": count.other_flow,
        }
        out.out(json.dumps({"summary": summary}), highlight=False)
        return
    if count.differing > MOST_SHOWN:
        out.print(
            f"... and {count.differing - MOST_SHOWN} more turns that differ; --json prints all",
            highlight=False,
        )
    said = (
        f"{count.turns} turns of {count.calls} calls played: {count.turns - count.differing} as they were, "
    )
    said += f"{count.differing} differ (in {count.differing_calls} calls)"
    if count.unanswered:
        said += f"; {count.unanswered} had no answer to compare with"
    if count.not_played:
        said += f"; {count.not_played} could not be played"
    if count.other_flow:
        said += f"; {count.other_flow} were answered by another version of the flow"
    out.print(said, style="red" if count.differing else "green", highlight=False)


def _wanted(files: TurnFiles, only: frozenset[str]) -> dict[str, frozenset[str]]:
    """By call, the turns to show."""
    wanted: dict[str, set[str]] = {}
    found: set[str] = set()
    for call_sid in files.call_sids():
        for turn_id in files.turn_ids(call_sid):
            names = {turn_id, f"{call_sid}/{turn_id}"} & only
            if names:
                wanted.setdefault(call_sid, set()).add(turn_id)
                found |= names
    if only - found:
        raise BadInput("--turn", [f"there is no turn {name} in the log" for name in sorted(only - found)])
    return {call_sid: frozenset(turns) for call_sid, turns in wanted.items()}


def _flows(files: TurnFiles, given: tuple[str, ...]) -> dict[str, Flow]:
    """Every flow that logged turns are for."""
    flows: dict[str, Flow] = {}
    mistakes: list[str] = []
    for name in given or sorted(files.flows):
        try:
            flow = load_flow(flow_path(name, Path()))
        except BadFlow as error:
            advice = "" if given else "; name its file with --flow"
            mistakes.append(f"{error}{advice}")
            continue
        flows[flow.name] = flow
    if not mistakes:
        mistakes = [
            f"turns are for flow {name!r}, which is none of those given ({', '.join(flows)})"
            for name in sorted(files.flows - flows.keys())
        ]
    if mistakes:
        raise BadInput("--flow", mistakes)
    return flows


def _described(count: _Count) -> str:
    return f"replaying turns{f', [red]{count.differing} differ[/red]' if count.differing else ''}"
