import asyncio
from collections.abc import Iterator, Sequence
from threading import Timer

import pytest

from agent.cognitive.knowledge.embedders.openai_compatible import OpenAICompatibleEmbedder
from agent.errors import ProviderError, ProviderRefused, ProviderTimeout
from tests.fakes.embedding_server import EmbeddingServer, embedding_server
from tests.pgvector_server import free_port


@pytest.fixture
def server() -> Iterator[EmbeddingServer]:
    with embedding_server() as running:
        yield running


def embedded(
    url: str, texts: Sequence[str], deadline_s: float = 5.0, key: str = ""
) -> Sequence[Sequence[float]]:
    async def embed() -> Sequence[Sequence[float]]:
        embedder = OpenAICompatibleEmbedder(url, "small", key, deadline_s=deadline_s)
        try:
            return await embedder.embed(texts)
        finally:
            await embedder.close()

    return asyncio.run(embed())


def test_vectors_come_in_the_order_of_the_texts_whatever_the_servers(server: EmbeddingServer) -> None:
    assert embedded(server.url, ["a", "b", "c"], key="secret") == [[0.0, 1.0], [1.0, 1.0], [2.0, 1.0]]
    (headers, request) = server.requests[0]
    assert request == {"model": "small", "input": ["a", "b", "c"], "encoding_format": "float"}
    assert (headers["path"], headers["Authorization"]) == ("/v1/embeddings", "Bearer secret")


def test_no_key_sends_no_authorization(server: EmbeddingServer) -> None:
    embedded(f"{server.url}/", ["a"])
    assert "Authorization" not in server.requests[0][0]


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, ProviderRefused),
        (401, ProviderRefused),
        (429, ProviderError),
        (500, ProviderError),
        (503, ProviderError),
    ],
)
def test_a_refusal_and_a_failure_are_told_apart(
    server: EmbeddingServer, status: int, error: type[ProviderError]
) -> None:
    server.status, server.body = status, b'{"error": {"message": "no"}}'
    with pytest.raises(ProviderError, match=f"small: the server answered {status}") as raised:
        embedded(server.url, ["a"])
    assert raised.type is error


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not json",
        b"[]",
        b'{"data": null}',
        b'{"data": []}',
        b'{"data": [{"index": 0, "embedding": ["x"]}]}',
    ],
)
def test_an_answer_that_is_no_list_of_vectors_is_an_error(server: EmbeddingServer, body: bytes) -> None:
    server.body = body
    with pytest.raises(ProviderError, match="the answer is no list of vectors"):
        embedded(server.url, ["a"])


def test_a_server_that_hangs_is_a_timeout(server: EmbeddingServer) -> None:
    server.hangs = True
    with pytest.raises(ProviderTimeout):
        embedded(server.url, ["a"], deadline_s=0.2)


def test_texts_that_are_indexed_have_more_time_than_a_question(server: EmbeddingServer) -> None:
    server.hangs = True
    Timer(0.5, server.released.set).start()
    assert embedded(server.url, ["a", "b"], deadline_s=0.1) == [[0.0, 1.0], [1.0, 1.0]]


def test_a_server_that_is_not_there_is_an_error() -> None:
    with pytest.raises(ProviderError, match="small: ConnectError"):
        embedded(f"http://127.0.0.1:{free_port()}/v1", ["a"])
