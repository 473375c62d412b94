"""The bridge's values as JSON texts and back: what crosses HTTP, and what stands in a log of turns.

An action carries its `kind`; everything else is the value's own fields. Reading lists every mistake of a text at once,
by its place and never with what stood there, which may be a caller's words.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from agent.errors import BadTurn
from agent.turn import (
    Action,
    DialogueState,
    EndCall,
    IntentScore,
    Json,
    ToolTrace,
    Transfer,
    Transition,
    Tts,
    TurnInput,
    TurnOutput,
    TurnTrace,
)
from agent.turn_schema import (
    TURN_SCHEMA,
    ActionModel,
    DialogueStateModel,
    EndCallModel,
    FaultBody,
    FaultModel,
    OutputModel,
    StreamLine,
    TransferModel,
    TransitionModel,
    TtsModel,
    TurnModel,
    TurnTraceModel,
)

MAX_MISTAKES = 100
"""More than these of one body help nobody."""

KINDS: Mapping[type, str] = {Tts: "tts", Transition: "transition", EndCall: "end_call", Transfer: "transfer"}

_M = TypeVar("_M", bound=BaseModel)


def read(model: type[_M], text: str | bytes) -> _M:
    """The JSON text as `model`.

    Raises:
        BadTurn: it is not; with every mistake found.
    """
    try:
        return model.model_validate_json(text)
    except ValidationError as error:
        raise BadTurn(_mistakes(error)) from None


def turn_from_json(text: str | bytes) -> TurnInput:
    """The turn that a body holds.

    Raises:
        BadTurn: it holds none; with every mistake found.
    """
    return turn_of(read(TurnModel, text))


def output_from_json(text: str | bytes) -> TurnOutput:
    """The answer that a body holds.

    Raises:
        BadTurn: it holds none.
    """
    return output_of(read(OutputModel, text))


def stream_item(line: str | bytes) -> Action | TurnOutput | FaultModel:
    """What a line of a streamed answer holds.

    Raises:
        BadTurn: it holds nothing of the kind.
    """
    read_line = read(StreamLine, line)
    if read_line.output is not None:
        return output_of(read_line.output)
    if read_line.action is not None:
        return action_of(read_line.action)
    if read_line.error is not None:
        return read_line.error
    raise BadTurn([("", "neither an action, an output nor an error")])


def fault_from_json(text: str | bytes) -> FaultModel:
    """The error that a body holds.

    Raises:
        BadTurn: it holds none.
    """
    return read(FaultBody, text).error


def json_of_turn(turn: TurnInput) -> str:
    """The body of a request for this turn."""
    return _text({"schema": TURN_SCHEMA, **_fields_of(turn)})


def json_of_output(output: TurnOutput) -> str:
    """The body of this answer."""
    return _text({"schema": TURN_SCHEMA, **_fields_of(output)})


def stream_line(item: Action | TurnOutput) -> str:
    """One line of a streamed answer, without its end."""
    if isinstance(item, TurnOutput):
        return _text({"output": {"schema": TURN_SCHEMA, **_fields_of(item)}})
    return _text({"action": plain(item)})


def plain(value: object) -> Json:
    """The value as JSON has it: dataclasses as objects, an action with its `kind`."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, Mapping):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, tuple | list):
        return [plain(inner) for inner in value]
    assert is_dataclass(value), f"{type(value).__name__} is no part of the bridge"
    return _fields_of(value)


def turn_of(model: TurnModel) -> TurnInput:
    """The turn of a checked model."""
    return TurnInput(**{item.name: getattr(model, item.name) for item in fields(TurnInput)})


def output_of(model: OutputModel) -> TurnOutput:
    """The answer of a checked model."""
    return TurnOutput(
        turn_id=model.turn_id,
        actions=tuple(action_of(action) for action in model.actions),
        state=state_of(model.state),
        trace=_trace_of(model.trace),
    )


def state_of(model: DialogueStateModel) -> DialogueState:
    """The state of a checked model."""
    return DialogueState(
        node_id=model.node_id, path=tuple(model.path), captured=model.captured, outcome=model.outcome
    )


def action_of(model: ActionModel) -> Action:
    """The action of a checked model."""
    match model:
        case TtsModel():
            return Tts(text=model.text)
        case TransitionModel():
            return Transition(node_id=model.node_id)
        case EndCallModel():
            return EndCall(reason=model.reason)
        case TransferModel():
            return Transfer(to=model.to, context=model.context)


def _trace_of(model: TurnTraceModel) -> TurnTrace:
    rest = {item.name: getattr(model, item.name) for item in fields(TurnTrace)}
    rest["intents"] = tuple(IntentScore(**_members(IntentScore, score)) for score in model.intents)
    rest["tools"] = tuple(ToolTrace(**_members(ToolTrace, tool)) for tool in model.tools)
    rest["findings"] = tuple(model.findings)
    return TurnTrace(**rest)


def _members(kind: type, model: BaseModel) -> dict[str, Any]:
    return {item.name: getattr(model, item.name) for item in fields(kind)}


def _fields_of(value: object) -> dict[str, Json]:
    kind = KINDS.get(type(value))
    head: dict[str, Json] = {} if kind is None else {"kind": kind}
    return head | {
        item.name: plain(getattr(value, item.name))
        for item in fields(value)  # type: ignore[arg-type]
    }


def _mistakes(error: ValidationError) -> list[tuple[str, str]]:
    details = error.errors(include_input=False, include_url=False, include_context=False)
    found = [(".".join(str(step) for step in detail["loc"]), _said(detail["msg"])) for detail in details]
    if len(found) > MAX_MISTAKES:
        found[MAX_MISTAKES:] = [("", f"and {len(found) - MAX_MISTAKES} more")]
    # A hostile body chooses its own keys, and with them what is told back.
    return [(where[:200], what[:200]) for where, what in found]


def _said(message: str) -> str:
    return message.removeprefix("Value error, ")


_text: Callable[[object], str] = json.JSONEncoder(
    ensure_ascii=False, allow_nan=False, separators=(",", ":")
).encode
