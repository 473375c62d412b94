"""The documents that a flow or agent file names, as the tool that flows call."""

from __future__ import annotations

from pathlib import Path

from agent.cache import ContentCache
from agent.cognitive.knowledge.answer_tool import KnowledgeTool, extractive
from agent.cognitive.knowledge.answering import UNKNOWN_BELOW
from agent.cognitive.knowledge.folder import read_folder
from agent.cognitive.knowledge.indexes.embedded import embedded_knowledge
from agent.cognitive.knowledge_source import KnowledgeSource
from agent.cognitive.ports import Embedder


async def knowledge_tool(
    source: KnowledgeSource,
    named_in: Path,
    *,
    tenant: str = "",
    cache: ContentCache | None = None,
    embedder: Embedder | None = None,
    similarity_floor: float | None = None,
) -> KnowledgeTool:
    """The tool `knowledge.answer` over the embedded index of these documents.

    Args:
        source: what the file says.
        named_in: the file; the folder is relative to it.
        tenant: whose agent this is.
        cache: keeps the index for the next start.
        embedder: an embedding model, where one is configured.
        similarity_floor: the model's cosine that is no evidence.

    Raises:
        BadKnowledge: the documents cannot be trusted.
        ProviderError: the embedding model did not answer.
    """
    folder = read_folder(named_in.parent / source.folder)
    knowledge = await embedded_knowledge(
        folder, cache=cache, embedder=embedder, similarity_floor=similarity_floor
    )
    bound = UNKNOWN_BELOW if source.unknown_below is None else source.unknown_below
    return KnowledgeTool(knowledge, tenant, extractive(bound))
