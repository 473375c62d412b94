"""Who may read a document, as its own front matter or the folder's manifest says. Pure, but for the parser of YAML.

Front matter stands at the head of a Markdown or text file:

    ---
    title: Deposits
    tenants: [northside, riverside]
    ---

A manifest, `knowledge.yaml`, says the same for any file of the folder, PDF included:

    schema: 1
    documents:
      prices.pdf: {title: Prices, tenants: [northside]}

Without `tenants` everybody may read. Where permissions cannot be read nothing is loaded.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.events import AliasEvent, CollectionStartEvent, ScalarEvent

from agent.cognitive.knowledge.document import Tenants

MANIFEST = "knowledge.yaml"
MANIFEST_SCHEMA = 1
MAX_HEAD_BYTES = 16_384
"""Front matter longer than this is none."""

_FENCE = "---"


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What is said of a document outside its text."""

    title: str = ""
    tenants: Tenants = None


@dataclass(frozen=True, slots=True)
class Head:
    """The front matter of a text, what of it is wrong, and where the text itself begins (in characters)."""

    about: About | None
    mistakes: tuple[str, ...] = ()
    end: int = 0


class _About(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    title: str = ""
    tenants: list[str] | None = Field(default=None, min_length=1)


class _Manifest(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    schema_number: int = Field(alias="schema")
    documents: dict[str, _About] = {}


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a manifest says, by document; and what of it is wrong."""

    about: dict[str, About] = field(default_factory=dict)
    mistakes: tuple[str, ...] = ()


def front_matter(text: str) -> Head:
    """The head of a text; one without any has no `about`."""
    first, _, _ = text.partition("\n")
    if first.rstrip() != _FENCE:
        return Head(None)
    at = len(first) + 1
    while at < min(len(text), MAX_HEAD_BYTES):
        line, newline, _ = text[at : at + MAX_HEAD_BYTES].partition("\n")
        if line.rstrip() == _FENCE:
            raw, mistakes = _yaml(text[len(first) + 1 : at])
            about, more = _about({} if raw is None else raw)
            return Head(about, (*mistakes, *([] if mistakes else more)), at + len(line) + len(newline))
        at += len(line) + 1
    # Markdown has "---" for a rule as well, but nobody misses one at the head of a file; and a file whose permissions
    # are not closed must not be read by everybody.
    return Head(None, ("begins with --- and no other line of --- ends its front matter",))


def manifest(text: str) -> Manifest:
    """What the text of a manifest says."""
    raw, mistakes = _yaml(text)
    if mistakes:
        return Manifest(mistakes=tuple(mistakes))
    try:
        model = _Manifest.model_validate(raw)
    except ValidationError as error:
        return Manifest(mistakes=tuple(_sentence(detail) for detail in error.errors()))
    if model.schema_number != MANIFEST_SCHEMA:
        return Manifest(
            mistakes=(f"schema: {model.schema_number} is not {MANIFEST_SCHEMA}, the only one there is",)
        )
    about = {name: _values(said) for name, said in model.documents.items()}
    blank = [name for name, said in model.documents.items() if not all(said.tenants or ["x"])]
    return Manifest(about, tuple(f"documents.{name}.tenants: a tenant without a name" for name in blank))


def _about(raw: Any) -> tuple[About | None, list[str]]:
    try:
        model = _About.model_validate(raw)
    except ValidationError as error:
        return None, [_sentence(detail) for detail in error.errors()]
    if not all(model.tenants or ["x"]):
        return None, ["tenants: a tenant without a name"]
    return _values(model), []


def _values(model: _About) -> About:
    return About(title=model.title, tenants=None if model.tenants is None else frozenset(model.tenants))


def _yaml(text: str) -> tuple[Any, list[str]]:
    """The value, or what is wrong. YAML 1.2; no anchors, since a few lines of aliases can stand for gigabytes."""
    try:
        for event in YAML(typ="safe", pure=True).parse(text):
            anchored = isinstance(event, CollectionStartEvent | ScalarEvent) and event.anchor
            if anchored or isinstance(event, AliasEvent):
                return None, [f"line {event.start_mark.line + 1}: anchors and aliases are not read here"]
        return YAML(typ="safe", pure=True).load(text), []
    except YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f"line {mark.line + 1}: " if mark is not None else ""
        return None, [f"{place}{getattr(error, 'problem', None) or 'is no YAML'}"]
    except (RecursionError, ValueError) as error:
        return None, [f"is no YAML that can be read: {type(error).__name__}"]


def _sentence(detail: Any) -> str:
    at = ".".join(str(step) for step in detail["loc"])
    if detail["type"] == "extra_forbidden":
        return f"{at}: unknown key"
    if detail["type"] == "missing":
        return f"{at}: missing"
    if detail["type"] == "too_short":
        return f"{at}: an empty list is nobody; leave the key out for everybody"
    message = detail["msg"].removeprefix("Input ")
    return f"{at}: {message}, not {str(detail['input'])[:60]!r}" if at else message
