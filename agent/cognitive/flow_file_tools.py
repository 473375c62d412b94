"""The `tools` of a flow file: what each may answer, and how it is to be called.

"tools": {"crm.create_meeting": [],
          "cal.propose_slots": ["no_slots"],
          "cal.create_booking": {"statuses": ["slot_taken"], "deadline_ms": 4000, "attempts": 2,
                                 "filler": "One moment, please.", "filler_after_ms": 600}}
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from agent.cognitive.tool_rules import (
    DEFAULT_ATTEMPTS,
    DEFAULT_DEADLINE_MS,
    DEFAULT_FILLER_AFTER_MS,
    ToolRules,
)

Statuses = dict[str, tuple[str, ...]]


class _Tool(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    statuses: list[str] = []
    deadline_ms: int = DEFAULT_DEADLINE_MS
    filler: str = ""
    filler_after_ms: int = DEFAULT_FILLER_AFTER_MS
    attempts: int = DEFAULT_ATTEMPTS


_SHORT = TypeAdapter(list[str], config=ConfigDict(strict=True))


def declared_tools(raw: Mapping[str, Any], mistakes: list[str]) -> tuple[Statuses, dict[str, ToolRules]]:
    """The statuses and the rules of each tool; what cannot be read is noted in `mistakes` and left at its default."""
    statuses: Statuses = {}
    rules: dict[str, ToolRules] = {}
    for name, entry in raw.items():
        tool = _tool(f"tools.{name}", entry, mistakes)
        statuses[name] = tuple(tool.statuses)
        rules[name] = ToolRules(
            deadline_ms=tool.deadline_ms,
            filler=tool.filler,
            filler_after_ms=tool.filler_after_ms,
            attempts=tool.attempts,
        )
    return statuses, rules


def _tool(place: str, entry: Any, mistakes: list[str]) -> _Tool:
    try:
        if isinstance(entry, Mapping):
            return _Tool.model_validate(entry)
        return _Tool(statuses=_SHORT.validate_python(entry))
    except ValidationError as error:
        details = error.errors()
    for detail in details:
        at = ".".join([place, *map(str, detail["loc"])])
        if detail["type"] == "extra_forbidden":
            mistakes.append(f"{at}: unknown key; there are {', '.join(_Tool.model_fields)}")
        else:
            message = detail["msg"].removeprefix("Input ")
            mistakes.append(f"{at}: {message}, not {json.dumps(detail['input'], ensure_ascii=False)[:60]}")
    if not isinstance(entry, Mapping):
        return _Tool()
    faulty = {detail["loc"][0] for detail in details}
    return _Tool.model_validate({key: value for key, value in entry.items() if key not in faulty})
