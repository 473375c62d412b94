"""Are these arguments what a tool takes? By its JSON schema, and before anything is sent.

Formats are checked too: `date-time` demands an offset, since a time of day without one is a guess, and `email` and
`time-zone` are what a vendor would otherwise refuse in a round trip. No schema fetches another from anywhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from re import fullmatch
from typing import Any
from zoneinfo import ZoneInfo

from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import SchemaError
from referencing import Registry

from agent.turn import Json

MAX_MISTAKES = 8
"""An answer that lists more is not read by anybody."""

_FORMATS = FormatChecker(formats=())


class ArgumentCheck:
    """The check of one tool's arguments, made once.

    Raises:
        ValueError: the schema is none.
    """

    def __init__(self, schema: Mapping[str, Json]) -> None:
        try:
            Draft202012Validator.check_schema(schema)
        except SchemaError as error:
            raise ValueError(f"{_place(error.path)}{error.message}") from error
        self._validator = Draft202012Validator(schema, registry=Registry(), format_checker=_FORMATS)

    def mistakes(self, arguments: Mapping[str, Json]) -> list[str]:
        """What is wrong with the arguments, one sentence each; none when the tool takes them."""
        found = sorted(
            self._validator.iter_errors(_plain(arguments)), key=lambda error: list(map(str, error.path))
        )
        said = [f"{_place(error.path)}{error.message[:120]}" for error in found]
        more = [f"and {len(said) - MAX_MISTAKES} more"] if len(said) > MAX_MISTAKES else []
        return said[:MAX_MISTAKES] + more


def _place(path: Any) -> str:
    steps = ".".join(str(step) for step in path)
    return f"{steps}: " if steps else ""


def _plain(value: Json) -> Any:
    """Dicts and lists, which are all that a validator takes for objects and arrays."""
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value


@_FORMATS.checks("date-time", raises=ValueError)
def _is_moment(value: object) -> bool:
    return not isinstance(value, str) or datetime.fromisoformat(value).tzinfo is not None


@_FORMATS.checks("email")
def _is_address(value: object) -> bool:
    return not isinstance(value, str) or fullmatch(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+", value) is not None


@_FORMATS.checks("time-zone", raises=(ValueError, OSError, KeyError))
def _is_zone(value: object) -> bool:
    return not isinstance(value, str) or bool(ZoneInfo(value).key)
