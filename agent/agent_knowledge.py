"""An agent's documents as the tool that its flow asks them with, over whichever index its file names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AsyncExitStack
from dataclasses import replace

from agent.agent_config import EMBEDDED, AgentConfig, KnowledgeChoice
from agent.cognitive.flow import Flow
from agent.cognitive.knowledge.answer_tool import KnowledgeTool, extractive
from agent.cognitive.knowledge.answering import UNKNOWN_BELOW
from agent.cognitive.knowledge.folder import Folder, read_folder
from agent.cognitive.knowledge.indexes.embedded import embedded_knowledge
from agent.cognitive.knowledge.reading import chunks_of_folder
from agent.cognitive.knowledge.retrieval import IndexedKnowledge
from agent.cognitive.knowledge.vectors import vectors_of
from agent.cognitive.knowledge_source import KnowledgeSource
from agent.cognitive.ports import Embedder, Knowledge
from agent.errors import BadSettings


def knowledge_mistakes(choice: KnowledgeChoice, environment: Mapping[str, str]) -> Iterator[str]:
    """What keeps the documents from being asked in this environment, one sentence each."""
    if choice.index_env and not environment.get(choice.index_env):
        yield f"knowledge.index_env: the environment has no {choice.index_env}"
    if choice.embedder and choice.embedder.key_env and not environment.get(choice.embedder.key_env):
        yield f"knowledge.embedder.key_env: the environment has no {choice.embedder.key_env}"


def flow_with_documents(config: AgentConfig) -> Flow:
    """The agent's flow, naming the documents that the agent's file does; for whoever indexes them by itself."""
    choice = config.knowledge
    if choice is None:
        return config.flow
    source = KnowledgeSource(folder=str(choice.folder.absolute()), unknown_below=choice.unknown_below)
    return replace(config.flow, knowledge=source)


async def open_knowledge(
    choice: KnowledgeChoice, tenant: str, environment: Mapping[str, str], closing: AsyncExitStack
) -> KnowledgeTool:
    """The tool `knowledge.answer`; the documents are read and indexed when this returns.

    Args:
        choice: what the agent's file says.
        tenant: whose agent this is.
        environment: where addresses and keys are.
        closing: closes the connections.

    Raises:
        BadKnowledge: the documents cannot be trusted.
        BadSettings: an extra is missing.
        ProviderError: the index or the embedding model did not answer.
    """
    folder = read_folder(choice.folder)
    embedder = _embedder(choice, environment, closing)
    floor = choice.embedder.similarity_floor if choice.embedder else None
    url = environment.get(choice.index_env, "") if choice.index_env else choice.index
    knowledge: Knowledge
    if url == EMBEDDED:
        knowledge = await embedded_knowledge(folder, embedder=embedder, similarity_floor=floor)
    elif url.startswith("postgresql://"):
        knowledge = await _in_postgres(url, choice.collection, folder, embedder, floor, closing)
    else:
        knowledge = await _in_qdrant(url, choice.collection, folder, embedder, floor, closing)
    bound = UNKNOWN_BELOW if choice.unknown_below is None else choice.unknown_below
    return KnowledgeTool(knowledge, tenant, extractive(bound))


def _embedder(
    choice: KnowledgeChoice, environment: Mapping[str, str], closing: AsyncExitStack
) -> Embedder | None:
    if choice.embedder is None:
        return None
    try:
        from agent.cognitive.knowledge.embedders.openai_compatible import OpenAICompatibleEmbedder
    except ModuleNotFoundError as error:
        raise _missing("embeddings") from error
    key = environment[choice.embedder.key_env] if choice.embedder.key_env else ""
    embedder = OpenAICompatibleEmbedder(choice.embedder.base_url, choice.embedder.model, key)
    closing.push_async_callback(embedder.close)
    return embedder


async def _in_postgres(
    url: str,
    collection: str,
    folder: Folder,
    embedder: Embedder | None,
    floor: float | None,
    closing: AsyncExitStack,
) -> Knowledge:
    try:
        from sqlalchemy.ext.asyncio import create_async_engine

        from agent.cognitive.knowledge.indexes.pgvector import PgvectorIndex
    except ModuleNotFoundError as error:
        raise _missing("postgres") from error
    engine = create_async_engine(url.replace("postgresql://", "postgresql+psycopg://", 1))
    closing.push_async_callback(engine.dispose)
    index = PgvectorIndex(engine, collection)
    chunks = chunks_of_folder(folder)
    vectors = await vectors_of(embedder, [chunk.searched for chunk in chunks]) if embedder else None
    await index.fill(chunks, vectors)
    return IndexedKnowledge(index, embedder, floor)


async def _in_qdrant(
    url: str,
    collection: str,
    folder: Folder,
    embedder: Embedder | None,
    floor: float | None,
    closing: AsyncExitStack,
) -> Knowledge:
    try:
        from qdrant_client import AsyncQdrantClient

        from agent.cognitive.knowledge.indexes.qdrant import QdrantIndex
    except ModuleNotFoundError as error:
        raise _missing("qdrant") from error
    client = AsyncQdrantClient(url=url, trust_env=False)
    closing.push_async_callback(client.close)
    index = QdrantIndex(client, collection)
    chunks = chunks_of_folder(folder)
    vectors = await vectors_of(embedder, [chunk.searched for chunk in chunks]) if embedder else None
    await index.fill(chunks, vectors)
    return IndexedKnowledge(index, embedder, floor)


def _missing(extra: str) -> BadSettings:
    return BadSettings(f"knowledge: needs milliwatt's extra `{extra}`: pip install 'milliwatt[{extra}]'")
