import asyncio
from collections.abc import Awaitable, Callable
from contextlib import aclosing

import pytest
from redis.asyncio import Redis

from agent.clock import stopwatch_ns
from agent.cognitive.dialogue import Dialogue
from agent.cognitive.ports import Held
from agent.cognitive.stores.redis_state import GRACE_S, KEY, RedisState
from agent.errors import StoreUnavailable
from tests.ports.call_store import check_state_store
from tests.services import RedisService

HERE = Dialogue(node_id="here", seq=3)


def test_redis_is_a_state_store(redis_service: RedisService) -> None:
    async def checked() -> None:
        async with (
            aclosing(RedisState(redis_service.url)) as one,
            aclosing(RedisState(redis_service.url)) as two,
        ):
            await check_state_store(one, two, "state")

    asyncio.run(checked())


def with_state(service: RedisService, work: Callable[[RedisState, Redis], Awaitable[object]]) -> object:
    async def done() -> object:
        async with (
            aclosing(RedisState(service.url, longest_call_s=100.0, timeout_s=0.2)) as state,
            aclosing(Redis.from_url(service.url)) as redis,
        ):
            return await work(state, redis)

    return asyncio.run(done())


def test_a_state_expires_five_minutes_after_the_longest_call_counted_from_its_last_write(
    redis_service: RedisService,
) -> None:
    async def times(state: RedisState, redis: Redis) -> list[int]:
        found = []
        for after in (0, 1):
            await state.save("expiring", HERE, after=after)
            found.append(await redis.pttl(KEY.format("expiring")))
            await redis.pexpire(KEY.format("expiring"), 5_000)
        await state.load("expiring")  # reading is no sign of life
        return [*found, await redis.pttl(KEY.format("expiring"))]

    written, again, read = with_state(redis_service, times)  # type: ignore[misc]
    whole_ms = (100 + GRACE_S) * 1000
    assert whole_ms - 5_000 < written <= whole_ms
    assert whole_ms - 5_000 < again <= whole_ms
    assert read <= 5_000


def test_a_state_that_has_expired_is_not_known(redis_service: RedisService) -> None:
    async def expired(state: RedisState, redis: Redis) -> Held:
        await state.save("gone", HERE, after=0)
        await redis.pexpire(KEY.format("gone"), 1)
        await asyncio.sleep(0.05)
        return await state.load("gone")

    assert with_state(redis_service, expired) == Held(dialogue=None, version=0)


@pytest.mark.parametrize("damage", [b"", b"{", b'{"v":2,"node_id":"x"}', b'{"v":1,"node_id":7}', b"\xff\xfe"])
def test_a_damaged_state_is_as_good_as_lost_and_can_be_replaced(
    redis_service: RedisService, damage: bytes
) -> None:
    async def damaged(state: RedisState, redis: Redis) -> Held:
        call = f"damaged {damage!r}"
        version = await state.save(call, HERE, after=0)
        await redis.hset(KEY.format(call), "d", damage)
        held = await state.load(call)
        assert held == Held(dialogue=None, version=version)
        await state.save(call, HERE, after=held.version)
        return await state.load(call)

    assert with_state(redis_service, damaged) == Held(dialogue=HERE, version=2)


def test_a_redis_that_is_away_or_hangs_is_unavailable_within_its_timeout_and_is_used_again_when_back() -> (
    None
):
    service = RedisService()
    try:
        service.start()

        async def through_it(state: RedisState, _: Redis) -> list[float]:
            await state.save("call", HERE, after=0)
            waited = []
            for away, back in ((service.pause, service.resume), (service.kill, service.start)):
                away()
                for trying in (state.load("call"), state.save("call", HERE, after=1)):
                    began_ns = stopwatch_ns()
                    with pytest.raises(StoreUnavailable, match="Redis did not"):
                        await trying
                    waited.append((stopwatch_ns() - began_ns) / 1e9)
                back()
            assert (await state.load("call")).version == 0  # it kept nothing through the crash
            assert await state.save("call", HERE, after=0) == 1
            return waited

        waited = with_state(service, through_it)
    finally:
        service.remove()
    assert max(waited) < 2.0  # type: ignore[type-var, arg-type]


def test_a_redis_that_was_never_there_is_unavailable() -> None:
    async def alone() -> None:
        async with aclosing(RedisState("redis://127.0.0.1:1/0", timeout_s=0.2)) as state:
            await state.load("call")

    with pytest.raises(StoreUnavailable):
        asyncio.run(alone())
