"""One agent as its file describes it: values, with names of environment variables where secrets go, and no secret."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from agent.agent_file_vendors import VendorChoice
from agent.cognitive.flow import Flow
from agent.settings import AgentSettings
from agent.turn import Json

MEMORY = "memory"
EMBEDDED = "embedded"


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolChoice:
    """Who answers a tool that the flow calls.

    Attributes:
        tool: the name that the flow calls it by.
        operation: the vendor's own name of what is done; the tool's where nothing else is said.
        choice: the vendor, and how it is reached.
        send: the operation's arguments, made of the tool's by `{{argument}}`; the tool's own where there are none.
    """

    tool: str
    operation: str
    choice: VendorChoice
    send: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbedderChoice:
    """An embedding model behind an OpenAI-compatible address.

    Attributes:
        key_env: the environment variable with its key; empty where it needs none.
        similarity_floor: the cosine that is no evidence; None lets vectors order passages only.
    """

    base_url: str
    model: str
    key_env: str = ""
    similarity_floor: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class KnowledgeChoice:
    """The agent's documents, and where they are indexed.

    Attributes:
        folder: of documents.
        unknown_below: a best score below this is "I don't know"; None is the usual one.
        index: `embedded`, `postgresql://…` (pgvector) or the http(s) address of a Qdrant.
        index_env: the variable that holds that address, where it has a password in it.
        collection: the documents' name in an index that many agents share.
    """

    folder: Path
    unknown_below: float | None = None
    index: str = EMBEDDED
    index_env: str = ""
    collection: str = ""
    embedder: EmbedderChoice | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreChoice:
    """Where calls keep their state and their journal: `memory` or URLs, or the variables that hold those URLs."""

    state: str = MEMORY
    journal: str = MEMORY
    state_env: str = ""
    journal_env: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentConfig:
    """An agent, whole.

    Attributes:
        path: the file.
        sha256: of its bytes.
        name, tenant: its own, and whose it is; documents are searched for that tenant.
        language: a tag such as `en-GB`.
        time_zone: of callers, where a call's variables name none.
        goals: the flow's outcomes that calls are meant to come to.
        variables: what is known before any call; a call's own win.
        flow: with the file's variables, guard and models in it.
        tools: one for each tool of the flow, but for `knowledge.answer`.
        knowledge: the documents; None where the flow asks none.
        handoff: by the name that a flow hands calls over to, the number or address; `default` where it names none.
        stores: of state and journal.
        settings: of the audio layer, the voice and the prices included.
    """

    path: Path
    sha256: str
    name: str
    tenant: str
    language: str
    time_zone: str
    goals: tuple[str, ...]
    variables: Mapping[str, str]
    flow: Flow
    flow_path: Path
    tools: tuple[ToolChoice, ...]
    knowledge: KnowledgeChoice | None
    handoff: Mapping[str, str]
    stores: StoreChoice
    settings: AgentSettings
