"""Flow files: JSON in, a `Flow` out, or one `BadFlow` that lists every mistake in the file.

    {"schema": 1, "flow": "booking", "start": "greeting",
     "variables": {"first_name": "there"},
     "tools": {"cal.create_booking": ["slot_taken"]},
     "on": {"no_speech": "reprompt", "unclear": "clarify", "handoff": "handoff"},
     "priority": ["handoff"], "asides": ["who_is_this"],
     "keys": {"0": "handoff"},
     "turn_limit": 60, "too_long": "handoff",
     "states": {
       "greeting": {"say": "Hi, this is Nova.", "ask": "Is this {{first_name}}?",
                    "on": {"yes": "qualify", "no": {"to": "wrong_party", "say": "Sorry."}}},
       "book": {"action": {"tool": "cal.propose_slots", "save": {"slots": "offered"}},
                "ask": "Would {{offered|times}} suit you?",
                "capture": {"slot": {"type": "slot", "from": "offered", "branch": "slot_selected"}},
                "on": {"slot_selected": "confirm", "no_slots": "alternative_times", "failure": "handoff"}},
       "reprompt": {"say": "Are you still there?", "visits": 2, "on": {"next": "@back", "exhausted": "no_answer"}},
       "no_answer": {"say": "Goodbye.", "outcome": "no_answer"}},
     "intents": {"yes": ["yes", "speaking"], "positive": ["@yes", "we are looking into it"]}}

`variables` are what a call may know beforehand, each with the value that stands in when it does not. `tools` names the
statuses a tool may answer besides `success` and `failure`; a timeout, an error and a status not named here are
`failure`; `flow_file_tools.py` has the long form, with deadline and filler. The flow's `on` and `keys` hold in every
asking state that does not name the branch itself. An intent may include another's examples as `"@other"`; the intent
`unclear` holds examples of what no branch is meant by. A state without `ask`, `action`, `outcome` and `next` asks by
its `say`. A branch to `"@back"` returns to the question last asked. States, branches and `{{variable|filter}}` are
explained in `flow.py`, `wording.py` and `docs/flows.md`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from agent.cognitive.flow import BACK, DEFAULT_TROUBLE, NEXT, Branch, Flow, HandOver, State, ToolAction
from agent.cognitive.flow_check import flow_mistakes
from agent.cognitive.flow_file_capture import CaptureModel, ValueTextsModel, capture_of, value_texts_of
from agent.cognitive.flow_file_decide import RuleModel, rules_of
from agent.cognitive.flow_file_guard import parsed_guard
from agent.cognitive.flow_file_knowledge import knowledge_source
from agent.cognitive.flow_file_models import GenerateEntry, models_of, routing_of
from agent.cognitive.flow_file_tools import declared_tools
from agent.cognitive.handoff import LowConfidence
from agent.errors import BadFlow
from agent.turn import Json

FLOW_SCHEMA = 1
MAX_FLOW_BYTES = 1_000_000
"""A flow larger than this is a mistake of some kind, and reading it would cost memory before anything is known."""
DEFAULT_TURN_LIMIT = 60

BUILT_IN_FLOWS = Path(__file__).parent.parent / "flows"
"""The folder of the reference agents' flows."""


def load_flow(path: Path | str) -> Flow:
    """The flow of a file, fit to answer calls.

    Raises:
        BadFlow: it is not; with every mistake found.
    """
    path = Path(path)
    try:
        size = path.stat().st_size
        if size > MAX_FLOW_BYTES:
            raise BadFlow(str(path), [f"{size} bytes is more than a flow may have ({MAX_FLOW_BYTES})"])
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise BadFlow(str(path), [f"cannot be read: {error.strerror}"]) from error
    except UnicodeDecodeError as error:
        raise BadFlow(str(path), [f"is not UTF-8: byte {error.start} cannot be read"]) from error
    return parse_flow(text, where=str(path))


def built_in_flow(name: str) -> Flow:
    """The flow of a reference agent, such as `booking`.

    Raises:
        BadFlow: there is none of that name, or it has mistakes.
    """
    return load_flow(BUILT_IN_FLOWS / f"{name}.json")


@lru_cache(maxsize=16)  # twenty suites may name one flow
def parse_flow(text: str, *, where: str) -> Flow:
    """The flow written in `text`; `where` names it in messages.

    Raises:
        BadFlow: it may not answer calls; with every mistake found.
    """
    mistakes: list[str] = []
    try:
        raw = json.loads(text, object_pairs_hook=lambda pairs: _unique(pairs, mistakes))
    except json.JSONDecodeError as error:
        raise BadFlow(where, [f"line {error.lineno} column {error.colno}: {error.msg}"]) from error
    except RecursionError as error:
        raise BadFlow(where, ["nested too deeply to be a flow"]) from error
    if not isinstance(raw, dict):
        raise BadFlow(where, [f"a flow is an object, not {type(raw).__name__}"])
    flow = _flow(raw, mistakes)
    mistakes += flow_mistakes(flow)
    if mistakes:
        raise BadFlow(where, list(dict.fromkeys(mistakes)))
    return flow


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class _Branch(_Model):
    to: str
    say: str = ""


class _Action(_Model):
    tool: str
    arguments: dict[str, Any] = {}
    save: dict[str, str] = {}


class _HandOver(_Model):
    to: str
    context: list[str] = []


class _State(_Model):
    say: str = ""
    generate: GenerateEntry | None = None
    ask: str | None = None
    reask: str = ""
    action: _Action | None = None
    done: str = ""
    capture: dict[str, CaptureModel] = {}
    on: dict[str, str | _Branch] = {}
    keys: dict[str, str] = {}
    outcome: str | None = Field(default=None, min_length=1)
    hand_over: _HandOver | None = None
    visits: int | None = None
    decide: list[RuleModel] = []


class _LowConfidence(_Model):
    to: str
    below: float = Field(default=0.4, gt=0, le=1)
    turns: int = Field(default=3, ge=1)


class _Flow(_Model):
    flow: str = ""
    start: str = ""
    states: dict[str, Any] = {}
    intents: dict[str, list[str]] = {}
    variables: dict[str, str] = {}
    tools: dict[str, Any] = {}
    on: dict[str, str | _Branch] = {}
    keys: dict[str, str] = {}
    priority: list[str] = []
    asides: list[str] = []
    turn_limit: int = DEFAULT_TURN_LIMIT
    too_long: str = ""
    trouble: str = DEFAULT_TROUBLE
    low_confidence: _LowConfidence | None = None
    values: ValueTextsModel = ValueTextsModel()
    models: dict[str, Any] = {}
    routing: list[Any] = []
    guard: Any = None  # read by `flow_file_guard`
    # Read apart, so that a wrong one does not hide the rest.
    knowledge: Any = None
    schema_number: Any = Field(default=None, alias="schema")


_M = TypeVar("_M", bound=_Model)


def _flow(raw: dict[str, Any], mistakes: list[str]) -> Flow:
    if raw.get("schema") != FLOW_SCHEMA:
        mistakes.append(f"schema: {raw.get('schema')!r} is not {FLOW_SCHEMA}, the only one there is")
    missing = [key for key in ("flow", "start", "states", "intents", "too_long") if not raw.get(key)]
    mistakes += [f"{key}: missing" for key in missing]
    head = _lenient(_Flow, raw, "", mistakes)
    states = {name: _state(name, value, mistakes) for name, value in head.states.items()}
    intents, includes = _intents(head.intents)
    tools, tool_rules = declared_tools(head.tools, mistakes)
    return Flow(
        name=head.flow,
        start=head.start,
        states=states,
        intents=intents,
        includes=includes,
        variables=head.variables,
        tools=tools,
        tool_rules=tool_rules,
        on=_branches(head.on),
        keys=head.keys,
        priority=tuple(head.priority),
        asides=tuple(head.asides),
        turn_limit=head.turn_limit,
        too_long=head.too_long,
        trouble=head.trouble,
        low_confidence=LowConfidence(**dict(head.low_confidence)) if head.low_confidence else None,
        knowledge=knowledge_source(head.knowledge, mistakes),
        value_texts=value_texts_of(head.values),
        models=models_of(head.models, mistakes, _sentence),
        routing=routing_of(head.routing, mistakes, _sentence),
        guard=parsed_guard(head.guard, mistakes),
    )


def _state(name: str, raw: object, mistakes: list[str]) -> State:
    place = f"states.{name}"
    if not isinstance(raw, dict):
        mistakes.append(f"{place}: a state is an object, not {type(raw).__name__}")
        raw = {}
    if name == BACK or not name:
        mistakes.append(f"{place}: the name is taken")
    model = _lenient(_State, raw, place, mistakes)
    ask = model.ask
    goes_on = NEXT in model.on or bool(model.decide)
    asks_by_say = ask is None and model.action is None and model.outcome is None and not goes_on
    rules, decided = rules_of(model.decide)
    if asks_by_say and not model.say and not model.generate and not model.on:
        mistakes.append(f"{place}: it neither says, asks, does nor ends anything")
    return State(
        name=name,
        say="" if asks_by_say else model.say,
        generate=model.generate.value() if model.generate else None,
        ask=model.say if asks_by_say else ask,
        reask=model.reask,
        action=_action(model.action),
        done=model.done,
        capture=tuple(capture_of(variable, c) for variable, c in model.capture.items()),
        on={**decided, **_branches(model.on)},
        keys=model.keys,
        outcome=model.outcome,
        hand_over=HandOver(to=model.hand_over.to, context=tuple(model.hand_over.context))
        if model.hand_over
        else None,
        visits=model.visits,
        decide=rules,
    )


def _action(model: _Action | None) -> ToolAction | None:
    return None if model is None else ToolAction(tool=model.tool, arguments=model.arguments, save=model.save)


def _branches(models: Mapping[str, str | _Branch]) -> dict[str, Branch]:
    return {
        name: Branch(to=model) if isinstance(model, str) else Branch(to=model.to, say=model.say)
        for name, model in models.items()
    }


def _intents(raw: Mapping[str, list[str]]) -> tuple[dict[str, tuple[str, ...]], dict[str, tuple[str, ...]]]:
    own = {name: tuple(phrase for phrase in said if not phrase.startswith("@")) for name, said in raw.items()}
    included = {
        name: tuple(phrase[1:] for phrase in said if phrase.startswith("@")) for name, said in raw.items()
    }
    return own, {name: others for name, others in included.items() if others}


def _lenient(model: type[_M], raw: dict[str, Any], place: str, mistakes: list[str]) -> _M:
    """The model of `raw` without its faulty parts, each of which is noted; so the rest is still checked."""
    try:
        return model.model_validate(raw)
    except ValidationError as error:
        details = error.errors()
    mistakes += dict.fromkeys(_sentence(place, detail) for detail in details)
    pruned = _without(raw, [detail["loc"] for detail in details])
    try:
        return model.model_validate(pruned)
    except ValidationError:
        faulty = {detail["loc"][0] for detail in details}
        return model.model_validate({key: value for key, value in raw.items() if key not in faulty})


def _without(raw: dict[str, Any], places: list[tuple[int | str, ...]]) -> dict[str, Any]:
    """A copy without the keys at these places; what holds a required key goes with it."""
    copy = json.loads(json.dumps(raw))
    for place in places:
        holder: Any = copy
        for step in place[:2][:-1]:
            holder = holder.get(step) if isinstance(holder, dict) else None
        if isinstance(holder, dict):
            holder.pop(place[:2][-1], None)
    return copy if isinstance(copy, dict) else {}


def _sentence(place: str, detail: Any) -> str:
    # pydantic names the alternatives of a union in the path; the reader's file has no such steps.
    steps = [str(step) for step in detail["loc"] if step not in ("str", "_Branch")]
    at = ".".join([place, *steps] if place else steps)
    if detail["type"] == "extra_forbidden":
        return f"{at}: unknown key"
    if detail["type"] == "missing":
        return f"{at}: missing"
    message = detail["msg"].removeprefix("Input ")
    return f"{at}: {message}, not {json.dumps(detail['input'], ensure_ascii=False)[:60]}"


def _unique(pairs: list[tuple[str, Json]], mistakes: list[str]) -> dict[str, Json]:
    keys = [key for key, _ in pairs]
    mistakes += [
        f"key {key!r} is written twice in one object" for key in dict.fromkeys(keys) if keys.count(key) > 1
    ]
    return dict(pairs)
