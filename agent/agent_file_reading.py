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
    """The model of a table; None where it has mistakes, which are noted without the values that caused them."""
    if not isinstance(raw, Mapping):
        mistakes.append(f"{dotted(*place)}: a table is wanted, not {_kind(raw)}")
        return None
    try:
        return kind.model_validate(dict(raw))
    except ValidationError as error:
        details = error.errors(include_input=False, include_url=False)
    for detail in details:
        at = dotted(*place, *detail["loc"])
        match detail["type"]:
            case "missing":
                mistakes.append(f"{at}: missing")
            case "extra_forbidden":
                keys = tuple(field.alias or name for name, field in kind.model_fields.items())
                mistakes.append(unknown_key(at, str(detail["loc"][-1]), keys))
            case "string_pattern_mismatch" if str(detail["loc"][-1]).endswith("_env"):
                mistakes.append(
                    f"{at}: the name of an environment variable is wanted, such as CAL_COM_API_KEY"
                )
            case _:
                mistakes.append(f"{at}: {detail['msg'].removeprefix('Input ')}")
    return None


def unknown_key(at: str, key: str, keys: tuple[str, ...]) -> str:
    """What is said of a key that does not exist."""
    near = get_close_matches(key, keys, n=1)
    return f"{at}: unknown key; " + (f"do you mean `{near[0]}`?" if near else f"there are {', '.join(keys)}")


def _kind(raw: Any) -> str:
    names = {bool: "true or false", int: "a number", float: "a number", str: "a text", list: "a list"}
    return names.get(type(raw), type(raw).__name__)
