"""A replay as people and programs read it."""

from __future__ import annotations

import json

from rich.text import Text

from agent.turn import Json
from agent.turn_json import plain
from evals.replaying.difference import Line
from evals.replaying.replay import ReplayedTurn

_STYLES = {"-": "red", "+": "green", " ": "dim"}


def render_turn(turn: ReplayedTurn) -> Text:
    """What differs in a turn."""
    logged = turn.logged.turn
    text = Text(
        f"call {logged.call_sid} turn {logged.turn_id} (seq {logged.seq}, {logged.event})", style="bold"
    )
    text.append(f"  {turn.logged.place}", style="dim")
    for note in _notes(turn):
        text.append(f"\n  {note}", style="yellow")
    if logged.transcript:
        text.append(f"\n  caller: {logged.transcript}", style="default")
    if turn.failure:
        text.append(f"\n  + fails: {turn.failure}", style="red")
    for name, lines in (("actions", turn.difference.actions), ("tools", turn.difference.tools)):
        if lines:
            text.append(f"\n  {name}", style="default")
            _append(text, lines)
    for name, was, now in turn.difference.state:
        text.append(f"\n  state.{name}: ", style="default")
        text.append(_json(was), style="red").append(" -> ", style="default").append(_json(now), style="green")
    return text


def json_of(turn: ReplayedTurn) -> str:
    """The turn as a line of JSON."""
    logged = turn.logged.turn
    return _json(
        {
            "call_sid": logged.call_sid,
            "turn_id": logged.turn_id,
            "seq": logged.seq,
            "place": turn.logged.place,
            "same": turn.same,
            "follows_a_difference": turn.follows,
            "failure": turn.failure,
            "actions": [f"{line.mark} {line.text}" for line in turn.difference.actions],
            "tools": [f"{line.mark} {line.text}" for line in turn.difference.tools],
            "state": {name: {"was": was, "now": now} for name, was, now in turn.difference.state},
            "was": plain(turn.logged.output),
            "now": plain(turn.now),
        }
    )


def _notes(turn: ReplayedTurn) -> list[str]:
    notes = []
    if turn.follows:
        notes.append("after this call's first difference: it may only follow from that")
    if any(place.startswith("turn.") for place in turn.logged.redacted):
        notes.append("what the caller said is redacted in the log: the engine got other words than then")
    return notes


def _append(text: Text, lines: tuple[Line, ...]) -> None:
    for line in lines:
        text.append(f"\n    {line.mark} {line.text}", style=_STYLES[line.mark])


def _json(value: Json) -> str:
    return json.dumps(value, ensure_ascii=False)
