"""The servers that stores are tested against, one of each a test process, started when the first test asks."""

from collections.abc import Iterator

import pytest

from tests.services import PostgresService, RedisService


@pytest.fixture(scope="session")
def redis_service() -> Iterator[RedisService]:
    service = RedisService()
    try:
        service.start()
        yield service
    finally:
        service.remove()


@pytest.fixture(scope="session")
def postgres_service() -> Iterator[PostgresService]:
    service = PostgresService()
    try:
        service.start()
        yield service
    finally:
        service.remove()
