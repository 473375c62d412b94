"""How parts of an agent file are read: a table becomes a model, or each of its mistakes a sentence with its place."""

from __future__ import annotations

import re
from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_M = TypeVar("_M", bound=BaseModel)


def dotted(*steps: str | int) -> str:
    """A place as TOML writes it: `tools."cal.create_booking".vendor`."""
    return ".".join(str(step) if _BARE.fullmatch(str(step)) else f'"{step}"' for step in steps)


def part(kind: type[_M], raw: Any, mistakes: list[str], *place: str) -> _M | None:
    """The model of a table; what is wrong is noted, without the values that caused it, and stands at its default.

    None where no table is left of it that could be looked at further.
    """
    if not isinstance(raw, Mapping):
        mistakes.append(f"{dotted(*place)}: a table is wanted, not {_kind(raw)}")
        return None
    try:
        return kind.model_validate(dict(raw))
    except ValidationError as error:
        details = error.errors(include_input=False, include_url=False)
    mistakes += [_sentence(kind, detail, place) for detail in details]
    faulty = {detail["loc"][0] for detail in details if detail["loc"]}
    try:
        return kind.model_validate({key: value for key, value in raw.items() if key not in faulty})
    except ValidationError:
        return None


def _sentence(kind: type[BaseModel], detail: Any, place: tuple[str, ...]) -> str:
    at = dotted(*place, *detail["loc"])
    key = str(detail["loc"][-1])
    match detail["type"]:
        case "missing":
            return f"{at}: missing"
        case "extra_forbidden":
            keys = tuple(field.alias or name for name, field in kind.model_fields.items())
            return unknown_key(at, key, keys)
        case "string_pattern_mismatch" if key.endswith("_env"):
            return f"{at}: the name of an environment variable is wanted, such as CAL_COM_API_KEY"
        case "string_pattern_mismatch" if key in ("name", "collection"):
            return f"{at}: small letters, digits, `-` and `_` are wanted, a letter first"
    return f"{at}: {detail['msg'].removeprefix('Input ')}"


def unknown_key(at: str, key: str, keys: tuple[str, ...]) -> str:
    """What is said of a key that does not exist."""
    near = get_close_matches(key, keys, n=1)
    return f"{at}: unknown key; " + (f"do you mean `{near[0]}`?" if near else f"there are {', '.join(keys)}")


def _kind(raw: Any) -> str:
    names = {bool: "true or false", int: "a number", float: "a number", str: "a text", list: "a list"}
    return names.get(type(raw), type(raw).__name__)
