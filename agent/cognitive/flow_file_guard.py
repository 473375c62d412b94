"""The key `guard` of a flow file: its shape, read into a `Guard`. `flow_check_guard` checks what it means.

"guard": {
  "on": {"medical_emergency": "emergency", "injection": {"to": "@back", "say": "I can only help with bookings."}},
  "never_say": {"do_not_diagnose": "A doctor will tell you that.",
                "do_not_name_rivals": {"phrases": ["(acme|globex)"], "say": "I can only speak for us."}},
  "must_hear": {"recording": {"say": "This call is recorded.", "before": ["book"], "otherwise": "handoff"}},
  "transfers": ["front_desk"],
  "arguments": {"crm.assign": {"owner": ["sales", "support"]}},
  "names": ["first_name"]}
"""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from agent.cognitive.guard.claims import Claim
from agent.cognitive.guard.disclosures import DEFAULT_TRIES, Disclosure
from agent.cognitive.guard.permissions import ArgumentRule
from agent.cognitive.guard.rules import Guard, GuardBranch


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class _Target(_Model):
    to: str
    say: str = ""


class _Claim(_Model):
    say: str
    phrases: list[str] = []
    unless: list[str] = []


class _Disclosure(_Model):
    say: str
    before: list[str] = Field(min_length=1)
    tries: int = DEFAULT_TRIES
    otherwise: str = ""


class GuardModel(_Model):
    """What may stand under `guard`."""

    on: dict[str, str | _Target] = {}
    never_say: dict[str, str | _Claim] = {}
    must_hear: dict[str, _Disclosure] = {}
    transfers: list[str] | None = None
    arguments: dict[str, dict[str, list[str]]] = {}
    names: list[str] = []


def guard_of(model: GuardModel) -> Guard:
    """The guard that a file describes."""
    return Guard(
        on={name: _branch(target) for name, target in model.on.items()},
        never_say=tuple(_claim(name, claim) for name, claim in model.never_say.items()),
        must_hear=tuple(
            Disclosure(name=name, say=d.say, before=tuple(d.before), tries=d.tries, otherwise=d.otherwise)
            for name, d in model.must_hear.items()
        ),
        transfers=None if model.transfers is None else tuple(model.transfers),
        arguments=tuple(
            ArgumentRule(tool=tool, argument=argument, allowed=tuple(allowed))
            for tool, rules in model.arguments.items()
            for argument, allowed in rules.items()
        ),
        names=tuple(model.names),
    )


def parsed_guard(raw: Any, mistakes: list[str]) -> Guard:
    """The guard of a file's `guard`, its faulty parts left out and each noted as a mistake."""
    if raw is None:
        return Guard()
    if not isinstance(raw, dict):
        mistakes.append(f"guard: it is an object, not {type(raw).__name__}")
        return Guard()
    parts: dict[str, Any] = {}
    for key, value in raw.items():
        if key not in GuardModel.model_fields:
            mistakes.append(f"guard.{key}: unknown key")
            continue
        # Entry by entry, so that a wrong one does not hide the mistakes of the rest.
        entries = (
            {name: {name: entry} for name, entry in value.items()} if isinstance(value, dict) else {"": value}
        )
        for name, entry in entries.items():
            place = f"guard.{key}.{name}" if name else f"guard.{key}"
            good = _good(key, entry, place, mistakes)
            if isinstance(value, dict):
                parts.setdefault(key, {}).update(good or {})
            elif good is not None:
                parts[key] = good
    return guard_of(GuardModel.model_validate(parts))


def _good(key: str, entry: Any, place: str, mistakes: list[str]) -> Any:
    try:
        GuardModel.model_validate({key: entry})
    except ValueError as error:  # pydantic's is one
        details = error.errors() if hasattr(error, "errors") else []
        mistakes += dict.fromkeys(_sentence(place, detail) for detail in details)
        return None
    return entry


def _sentence(place: str, detail: Any) -> str:
    steps = [str(step) for step in detail["loc"][2:] if step not in ("str", "_Target", "_Claim")]
    at = ".".join([place, *steps])
    match detail["type"]:
        case "extra_forbidden":
            return f"{at}: unknown key"
        case "missing":
            return f"{at}: missing"
        case _:
            return f"{at}: {detail['msg'].removeprefix('Input ')}"


def _branch(target: str | _Target) -> GuardBranch:
    return GuardBranch(to=target) if isinstance(target, str) else GuardBranch(to=target.to, say=target.say)


def _claim(name: str, claim: str | _Claim) -> Claim:
    if isinstance(claim, str):
        return Claim(name=name, say=claim)
    return Claim(name=name, say=claim.say, phrases=tuple(claim.phrases), unless=tuple(claim.unless))
