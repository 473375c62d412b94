"""The bridge's values as pydantic sees them in JSON: which keys, of which kind, how long and how deep.

What comes in from the outside (`TurnModel`) is bounded and knows no other keys. What an engine answers is read by
clients of other versions: unknown keys there are passed over. `turn_json` turns these models into the bridge's values
and back; a test holds that they have the same fields.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Literal, TypeAlias

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, JsonValue

from agent.turn import TurnEvent

TURN_SCHEMA = 1
"""The version of the JSON form, in every body and every line of a log."""

MAX_ID = 200  # a carrier's call id has 34 to 64 characters
MAX_TRANSCRIPT = 10_000  # ten minutes of speech without a pause, at 170 words a minute
MAX_VARIABLES = 200
MAX_NAME = 200
MAX_VALUE = 4_000
MAX_ACTIONS = 1_000
MAX_TEXT = 20_000
MAX_DEPTH = 32
"""Levels of objects and lists in a tool's arguments and answer."""


def _shallow(value: JsonValue) -> JsonValue:
    level: list[JsonValue] = [value]
    for _ in range(MAX_DEPTH):
        level = [
            inner
            for outer in level
            for inner in (
                outer.values() if isinstance(outer, dict) else outer if isinstance(outer, list) else ()
            )
        ]
        if not level:
            return value
    raise ValueError(f"nested more than {MAX_DEPTH} levels deep")


def _moment(text: str) -> str:
    try:
        zoned = not text or datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        zoned = False
    if not zoned:
        raise ValueError("is no time with its offset; write it as 2026-05-18T09:00:00+01:00")
    return text


Id: TypeAlias = Annotated[str, Field(min_length=1, max_length=MAX_ID, pattern=r"^[^\x00-\x1f\x7f]+$")]
Name: TypeAlias = Annotated[str, Field(max_length=MAX_NAME)]
Text: TypeAlias = Annotated[str, Field(max_length=MAX_TEXT)]
Variables: TypeAlias = Annotated[
    dict[Name, Annotated[str, Field(max_length=MAX_VALUE)]], Field(max_length=MAX_VARIABLES)
]
Value: TypeAlias = Annotated[dict[str, JsonValue], AfterValidator(_shallow)]
Count: TypeAlias = Annotated[int, Field(ge=0)]


class Asked(BaseModel):
    """What a stranger sends: strict, and nothing beside what is written here."""

    model_config = ConfigDict(strict=True, extra="forbid", allow_inf_nan=False)


class Answered(BaseModel):
    """What an engine answers: strict, but a newer one may say more than this one knows."""

    model_config = ConfigDict(strict=True, extra="ignore", allow_inf_nan=False)


class TurnModel(Asked):
    """One caller turn; `agent.turn.TurnInput` says what each field means."""

    model_config = ConfigDict(title="Turn")

    schema_number: Literal[1] = Field(default=1, alias="schema")
    call_sid: Id
    turn_id: Id
    seq: Annotated[int, Field(ge=0, le=100_000)]
    flow_id: Id
    event: TurnEvent
    transcript: Annotated[str, Field(max_length=MAX_TRANSCRIPT)] = ""
    variables: Variables = {}
    stt_confidence: Annotated[float, Field(ge=0, le=1)] | None = None
    heard: Text | None = None
    provisional: bool = False
    now_iso: Annotated[str, Field(max_length=64), AfterValidator(_moment)] = ""


class TtsModel(Answered):
    """Say this."""

    model_config = ConfigDict(title="Tts")
    kind: Literal["tts"]
    text: Text


class TransitionModel(Answered):
    """The dialogue moved to this node."""

    model_config = ConfigDict(title="Transition")
    kind: Literal["transition"]
    node_id: Name


class EndCallModel(Answered):
    """Hang up once everything said has been heard."""

    model_config = ConfigDict(title="EndCall")
    kind: Literal["end_call"]
    reason: Text


class TransferModel(Answered):
    """Give the call to somebody else."""

    model_config = ConfigDict(title="Transfer")
    kind: Literal["transfer"]
    to: Text
    context: dict[str, Text] = {}


ActionModel = Annotated[
    TtsModel | TransitionModel | EndCallModel | TransferModel, Field(discriminator="kind")
]


class IntentScoreModel(Answered):
    """An intent that was considered."""

    model_config = ConfigDict(title="IntentScore")
    intent: Name
    score: float
    reason: Text = ""


class ToolTraceModel(Answered):
    """One tool call."""

    model_config = ConfigDict(title="ToolTrace")
    name: Name
    arguments: Value
    status: Name
    value: Value = {}
    error: Text = ""
    idempotency_key: str = ""


class TurnTraceModel(Answered):
    """How the turn was decided."""

    model_config = ConfigDict(title="TurnTrace")
    intents: list[IntentScoreModel] = []
    chosen: Name = ""
    tools: list[ToolTraceModel] = []
    model: Name = ""
    route: Text = ""
    findings: list[Text] = []
    tokens_in: Count = 0
    tokens_out: Count = 0
    cost_usd: float = 0.0
    stage_ns: dict[str, Count] = {}


class DialogueStateModel(Answered):
    """Where the dialogue stands."""

    model_config = ConfigDict(title="DialogueState")
    node_id: Name
    path: Annotated[list[Name], Field(max_length=100_000)]
    captured: dict[str, Text] = {}
    outcome: Name | None = None


class OutputModel(Answered):
    """The answer to a turn: the actions in order, the state after them, and the trace."""

    model_config = ConfigDict(title="TurnOutput")
    schema_number: Literal[1] = Field(default=1, alias="schema")
    turn_id: Id
    actions: Annotated[list[ActionModel], Field(max_length=MAX_ACTIONS)]
    state: DialogueStateModel
    trace: TurnTraceModel = TurnTraceModel()


class MistakeModel(Answered):
    """One thing wrong with a body."""

    model_config = ConfigDict(title="Mistake")
    where: Text = ""
    what: Text


class FaultModel(Answered):
    """Why a turn was not answered, and whether the same request may be sent again."""

    model_config = ConfigDict(title="Fault")
    code: Name
    message: Text
    retry: bool = False
    mistakes: list[MistakeModel] = []


class FaultBody(Answered):
    """What stands in an answer that is no answer to the turn."""

    model_config = ConfigDict(title="FaultBody")
    error: FaultModel


class StreamLine(Answered):
    """One line of a streamed answer; has one of these."""

    model_config = ConfigDict(title="StreamLine")
    action: ActionModel | None = None
    output: OutputModel | None = None
    error: FaultModel | None = None


PUBLIC_MODELS: Mapping[str, type[BaseModel]] = {
    "Turn": TurnModel,
    "TurnOutput": OutputModel,
    "StreamLine": StreamLine,
    "FaultBody": FaultBody,
}
"""What the HTTP interface speaks, by the name its description uses."""
