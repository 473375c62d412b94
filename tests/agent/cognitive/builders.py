"""Small flows and turns for the tests of the cognitive layer."""

from __future__ import annotations

import json
from typing import Any

from agent.cognitive.flow import Flow
from agent.cognitive.flow_file import parse_flow
from agent.turn import Action, EndCall, Transfer, Transition, Tts, TurnEvent, TurnInput

NOW = "2026-05-18T09:00:00+01:00"
TUESDAY = "2026-05-19T10:30:00+01:00"
WEDNESDAY = "2026-05-20T14:00:00+01:00"


def flow_json(**changes: Any) -> dict[str, Any]:
    """A flow of each kind of state that has no mistakes; `changes` replace its top-level parts."""
    return {
        "schema": 1,
        "flow": "door",
        "start": "knock",
        "variables": {"name": "you"},
        "tools": {"door.open": ["locked"]},
        "on": {"no_speech": "again", "unclear": "again", "help": "fetch_help"},
        "priority": ["help"],
        "too_long": "leave",
        "states": {
            "knock": {
                "say": "Knock knock, {{name}}.",
                "ask": "May I come in?",
                "on": {"yes": "open_door", "no": "leave"},
            },
            "open_door": {
                "say": "Thank you.",
                "action": {
                    "tool": "door.open",
                    "arguments": {"who": "{{name}}"},
                    "save": {"room": "room"},
                },
                "on": {"success": "inside", "locked": "knock_harder", "failure": "leave"},
            },
            "knock_harder": {"ask": "It is locked. Shall I wait?", "on": {"yes": "knock", "no": "leave"}},
            "inside": {"say": "So this is {{room}}.", "outcome": "inside"},
            "again": {
                "visits": 2,
                "say": "Hello?",
                "on": {"next": "@back", "exhausted": {"to": "leave", "say": "Nobody there."}},
            },
            "fetch_help": {"say": "Help is coming.", "outcome": "helped"},
            "leave": {"say": "Goodbye, then.", "outcome": "left"},
        },
        "intents": {
            "yes": ["yes", "come in", "sure come on in", "of course"],
            "no": ["no", "go away", "not now please", "leave me alone"],
            "help": ["help", "help me please", "call the police"],
            "unclear": ["the soup is hot", "what a day"],
        },
        **changes,
    }


def a_flow(**changes: Any) -> Flow:
    return parse_flow(json.dumps(flow_json(**changes)), where="test")


def a_turn(
    seq: int,
    transcript: str = "",
    event: TurnEvent = TurnEvent.SPEECH,
    *,
    flow_id: str = "door",
    **fields: Any,
) -> TurnInput:
    return TurnInput(
        call_sid=fields.pop("call_sid", "call"),
        turn_id=fields.pop("turn_id", f"turn-{seq}"),
        seq=seq,
        flow_id=flow_id,
        event=event,
        transcript=transcript,
        now_iso=fields.pop("now_iso", NOW),
        **fields,
    )


def answered(**fields: Any) -> TurnInput:
    return a_turn(0, event=TurnEvent.ANSWERED, **fields)


def script_of(actions: tuple[Action, ...] | list[Action]) -> list[str]:
    """The actions as lines a reader can check: speech as it is, moves as `-> state`, ends in capitals."""
    lines = []
    for action in actions:
        match action:
            case Tts(text=text):
                lines.append(text)
            case Transition(node_id=node):
                lines.append(f"-> {node}")
            case EndCall(reason=reason):
                lines.append(f"END {reason}")
            case Transfer(to=to):
                lines.append(f"TRANSFER {to}")
    return lines
