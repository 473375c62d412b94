"""What the event log says of a journal entry: who did what, with the words redacted. Pure.

Every text that a caller said, or that may name one, goes through the redactor it is given; names of states, tools,
branches and outcomes are the flow's own and stay as they are. A sentence of the agent is no row: all that was said
stands in the turn's closing row.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import assert_never

from agent.cognitive.ports import Acted, Dispatched, JournalEntry, ToolAnswered, TurnClosed, TurnOpened
from agent.turn import Action, EndCall, Json, Transfer, Transition, Tts

Redact = Callable[[str], str]
"""What may be kept of a text for good."""


def withheld(text: str) -> str:
    """Nothing but the length: the redactor where none is chosen."""
    return f"[{len(text)} characters]" if text else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EventRow:
    """One row of the event log, but for its place.

    Attributes:
        kind: opened, transition, dispatch, tool, end, transfer or closed.
        name: the state, tool, model or branch that it is about.
        status: what came of it, where that has a name.
        detail: a JSON object, redacted.
    """

    kind: str
    name: str = ""
    status: str = ""
    detail: str = "{}"


def event_row(entry: JournalEntry, redact: Redact) -> EventRow | None:
    """The row of an entry; None for a sentence."""
    match entry:
        case TurnOpened(turn=turn):
            said = {"transcript": redact(turn.transcript), "heard": _maybe(turn.heard, redact)}
            return EventRow(kind="opened", name=turn.event, status=turn.flow_id, detail=_json(said))
        case Dispatched(weighed=weighed):
            used = {"tokens_in": weighed.tokens_in, "tokens_out": weighed.tokens_out, "usd": weighed.cost_usd}
            return EventRow(kind="dispatch", name=weighed.model, status=weighed.route, detail=_json(used))
        case ToolAnswered(trace=trace):
            asked = {
                "arguments": _redacted(trace.arguments, redact),
                "value": _redacted(trace.value, redact),
                "error": redact(trace.error),
                "key": trace.idempotency_key,
            }
            return EventRow(kind="tool", name=trace.name, status=trace.status, detail=_json(asked))
        case TurnClosed(output=output):
            state = output.state
            answer = {
                "said": [redact(action.text) for action in output.actions if isinstance(action, Tts)],
                "captured": {name: redact(value) for name, value in state.captured.items()},
                "outcome": state.outcome,
                "branch": output.trace.chosen,
            }
            return EventRow(
                kind="closed", name=state.node_id, status=state.outcome or "", detail=_json(answer)
            )
        case Acted(action=action):
            return _action_row(action, redact)
        case _:
            assert_never(entry)


def _action_row(action: Action, redact: Redact) -> EventRow | None:
    match action:
        case Transition(node_id=node_id):
            return EventRow(kind="transition", name=node_id)
        case EndCall(reason=reason):
            return EventRow(kind="end", status=reason)
        case Transfer(to=to, context=context):
            given = {"to": redact(to), "context": {name: redact(value) for name, value in context.items()}}
            return EventRow(kind="transfer", detail=_json(given))
        case Tts():
            return None
        case _:
            assert_never(action)


def _maybe(text: str | None, redact: Redact) -> str | None:
    return None if text is None else redact(text)


def _redacted(value: Json, redact: Redact) -> Json:
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, Mapping):
        return {name: _redacted(part, redact) for name, part in value.items()}
    if isinstance(value, Sequence):
        return [_redacted(part, redact) for part in value]
    # A number may be a card's or a telephone's as well as a count.
    return redact(str(value)) if isinstance(value, int | float) and not isinstance(value, bool) else value


def _json(detail: Mapping[str, object]) -> str:
    return json.dumps(detail, ensure_ascii=False, separators=(",", ":"))
