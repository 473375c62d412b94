"""The keys `knowledge` and `stores` of an agent file: where documents, state and journal are.

[knowledge]
folder = "documents"                       # from this file's folder
unknown_below = 0.5
index = "embedded"                         # or "postgresql://…", or a Qdrant's "https://…"
embedder = { base_url = "http://127.0.0.1:11434/v1", model = "nomic-embed-text", key_env = "EMBEDDINGS_KEY" }

[stores]
state_env = "REDIS_URL"                    # or state = "redis://127.0.0.1:6379/0"
journal = "sqlite:///calls.db"
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from agent.agent_config import EMBEDDED, MEMORY, EmbedderChoice, KnowledgeChoice, StoreChoice
from agent.agent_file_reading import part
from agent.agent_file_tools import url_mistake
from agent.cognitive.flow import Flow
from agent.cognitive.knowledge_source import ANSWER_TOOL

_Variable = Annotated[str, Field(pattern=r"^([A-Z][A-Z0-9_]{0,99})?$")]

STATES = (MEMORY, "redis://", "rediss://", "unix://")
JOURNALS = (MEMORY, "sqlite:///", "postgresql://")
INDEXES = (EMBEDDED, "postgresql://", "http://", "https://")


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class _Embedder(_Model):
    base_url: str = Field(min_length=1)
    model: str = Field(min_length=1, max_length=200)
    key_env: _Variable = ""
    similarity_floor: Annotated[float, Field(ge=-1, lt=1, strict=False)] | None = None


class _Knowledge(_Model):
    folder: str = Field(default="", max_length=1000)
    unknown_below: Annotated[float, Field(gt=0, le=1, strict=False)] | None = None
    index: str = EMBEDDED
    index_env: _Variable = ""
    collection: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{0,100}$")] = ""
    embedder: dict[str, Any] | None = None


class _Stores(_Model):
    state: str = ""
    state_env: _Variable = ""
    journal: str = ""
    journal_env: _Variable = ""


def knowledge_of(
    raw: Any, path: Path, flow: Flow | None, flow_path: Path, mistakes: list[str]
) -> KnowledgeChoice | None:
    """The agent's documents: the file's own, or those that its flow names.

    Args:
        path: the agent file.
        flow: None where it could not be read.
    """
    asks = flow is not None and ANSWER_TOOL in flow.tools
    source = flow.knowledge if flow is not None else None
    if raw is None:
        if asks and source is None:
            mistakes.append(f"knowledge: missing; the flow calls {ANSWER_TOOL}: name a folder of documents")
        if source is None:
            return None
        return KnowledgeChoice(folder=flow_path.parent / source.folder, unknown_below=source.unknown_below)
    model = part(_Knowledge, raw, mistakes, "knowledge")
    if model is None:
        return None
    if flow is not None and not asks:
        mistakes.append(
            f"knowledge: the flow {flow.name} never calls {ANSWER_TOOL}, so nothing is ever asked"
        )
    folder: Path | None = flow_path.parent / source.folder if source is not None else None
    if model.folder:
        folder = path.parent / model.folder
        if Path(model.folder).is_absolute():
            mistakes.append("knowledge.folder: it is on one machine only; give it from this file's folder")
    if folder is None:
        mistakes.append("knowledge.folder: missing")
    elif not folder.is_dir():
        mistakes.append("knowledge.folder: there is no such folder, seen from this file's")
    mistakes += _index_mistakes(model)
    embedder = None
    if model.embedder is not None:
        read = part(_Embedder, model.embedder, mistakes, "knowledge", "embedder")
        wrong = url_mistake(read.base_url) if read is not None else None
        if wrong:
            mistakes.append(f"knowledge.embedder.base_url: {wrong}")
        embedder = EmbedderChoice(**dict(read)) if read is not None else None
    if folder is None:
        return None
    bound = (
        source.unknown_below if model.unknown_below is None and source is not None else model.unknown_below
    )
    return KnowledgeChoice(
        folder=folder,
        unknown_below=bound,
        index=model.index,
        index_env=model.index_env,
        collection=model.collection,
        embedder=embedder,
    )


def _index_mistakes(model: _Knowledge) -> Iterator[str]:
    if model.index_env and model.index != EMBEDDED:
        yield "knowledge: give either `index` or `index_env`"
    elif not _known(model.index, INDEXES):
        yield "knowledge.index: there is embedded, postgresql:// (pgvector), and a Qdrant's http(s)://"
    if (model.index_env or model.index != EMBEDDED) and not model.collection:
        yield "knowledge.collection: missing; a shared index keeps documents under a name"


def stores_of(raw: Any, mistakes: list[str]) -> StoreChoice:
    """Where state and journal are; what is wrong is noted and left in memory."""
    if raw is None:
        return StoreChoice()
    model = part(_Stores, raw, mistakes, "stores")
    if model is None:
        return StoreChoice()
    for half, known in (("state", STATES), ("journal", JOURNALS)):
        url, variable = getattr(model, half), getattr(model, f"{half}_env")
        if url and variable:
            mistakes.append(f"stores: give either `{half}` or `{half}_env`")
        if url and not _known(url, known):
            mistakes.append(f"stores.{half}: there is {', '.join(known)}")
    return StoreChoice(
        state=model.state or MEMORY,
        journal=model.journal or MEMORY,
        state_env=model.state_env,
        journal_env=model.journal_env,
    )


def address(url: str, variable: str, environment: Mapping[str, str]) -> str:
    """The address of a store: the variable's where one is named, which must then be set."""
    return environment.get(variable, "") if variable else url


def _known(url: str, kinds: tuple[str, ...]) -> bool:
    return url == kinds[0] or url.startswith(kinds[1:])
