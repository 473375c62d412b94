"""Servers that these tests kill: nobody else's."""

from collections.abc import Iterator

import pytest

from tests.services import PostgresService, RedisService


@pytest.fixture
def mortal_redis() -> Iterator[RedisService]:
    service = RedisService()
    try:
        service.start()
        yield service
    finally:
        service.remove()


@pytest.fixture(scope="module")
def mortal_postgres() -> Iterator[PostgresService]:
    service = PostgresService()
    try:
        service.start()
        yield service
    finally:
        service.remove()
