"""The documents that a flow's key `knowledge` names, as the tools that its calls get."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from agent.cache import ContentCache
from agent.cognitive.flow import Flow
from agent.cognitive.knowledge.assembling import knowledge_tool
from agent.cognitive.knowledge.folder import read_folder
from agent.cognitive.knowledge_source import ANSWER_TOOL
from agent.cognitive.ports import Tool


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowDocuments:
    """What a flow's documents come to.

    Attributes:
        tools: `knowledge.answer` over them; nothing for a flow that names none. One serves many calls.
        fingerprint: SHA-256, hexadecimal, of all that the answers depend on; empty for a flow that names none.
    """

    tools: Mapping[str, Tool] = field(default_factory=dict)
    fingerprint: str = ""


def documents_fingerprint(flow: Flow, path: Path) -> str:
    """SHA-256 of the flow's documents; empty for a flow that names none.

    Raises:
        BadKnowledge: the documents cannot be trusted.
    """
    if flow.knowledge is None:
        return ""
    return read_folder(path.parent / flow.knowledge.folder).fingerprint


def documents_of(
    flow: Flow, path: Path, *, tenant: str = "", cache: ContentCache | None = None
) -> FlowDocuments:
    """The documents of the flow in the file `path`, read and indexed.

    Raises:
        BadKnowledge: the documents cannot be trusted; with every mistake found.
    """
    if flow.knowledge is None:
        return FlowDocuments()
    fingerprint = documents_fingerprint(flow, path)
    making = knowledge_tool(flow.knowledge, path, tenant=tenant, cache=cache)
    # In a thread, for whoever asks may be within a loop already; it is waited for, so nothing overtakes it.
    with ThreadPoolExecutor(max_workers=1) as thread:
        tool = thread.submit(asyncio.run, making).result()
    return FlowDocuments(tools={ANSWER_TOOL: tool}, fingerprint=fingerprint)
