"""The key `knowledge` of a flow file: `{"folder": "documents", "unknown_below": 0.5}`."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from agent.cognitive.knowledge_source import KnowledgeSource


class _Knowledge(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    folder: str = Field(min_length=1)
    unknown_below: float | None = Field(default=None, gt=0, le=1)


def knowledge_source(raw: Any, mistakes: list[str]) -> KnowledgeSource | None:
    """What the key says; None where it is missing or wrong, and what is wrong goes to `mistakes`."""
    if raw is None:
        return None
    try:
        model = _Knowledge.model_validate(raw)
    except ValidationError as error:
        mistakes += [_sentence(detail) for detail in error.errors()]
        return None
    if PurePosixPath(model.folder).is_absolute():
        mistakes.append(
            f"knowledge.folder: {model.folder!r} is on one machine only; give it from this file's folder"
        )
        return None
    return KnowledgeSource(folder=model.folder, unknown_below=model.unknown_below)


def _sentence(detail: Any) -> str:
    at = ".".join(["knowledge", *(str(step) for step in detail["loc"])])
    match detail["type"]:
        case "extra_forbidden":
            return f"{at}: unknown key"
        case "missing":
            return f"{at}: missing"
    return f"{at}: {detail['msg'].removeprefix('Input ')}, not {str(detail['input'])[:60]!r}"
