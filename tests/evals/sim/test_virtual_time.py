import asyncio
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.clock import LoopClock
from evals.sim.virtual_time import VirtualLoop, VirtualTimeStuck, run_inline, run_virtual


def test_hour_of_waiting_takes_no_real_time_and_ends_to_the_nanosecond() -> None:
    async def wait() -> int:
        clock = LoopClock()
        for _ in range(180_000):
            await asyncio.sleep(0.02)
        return clock.now_ns()

    assert run_virtual(wait()) == 3_600_000_000_000


@given(st.lists(st.integers(0, 5), min_size=1, max_size=60))
def test_equal_deadlines_fire_in_the_order_they_were_asked_for(delays: list[int]) -> None:
    fired: list[tuple[int, int]] = []

    async def main() -> None:
        loop = asyncio.get_running_loop()
        for number, delay in enumerate(delays):
            loop.call_later(delay / 1000, fired.append, (delay, number))
        await asyncio.sleep(1)

    run_virtual(main())
    assert fired == sorted((delay, number) for number, delay in enumerate(delays))


def test_cancelled_timer_does_not_fire() -> None:
    fired: list[int] = []

    async def main() -> None:
        loop = asyncio.get_running_loop()
        loop.call_later(0.01, fired.append, 1).cancel()
        loop.call_later(0.02, fired.append, 2)
        await asyncio.sleep(1)

    run_virtual(main())
    assert fired == [2]


def test_deadline_passes_in_virtual_time() -> None:
    async def main() -> float:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(30):
                await asyncio.Event().wait()
        return asyncio.get_running_loop().time()

    assert run_virtual(main()) == 30.0


def test_loop_where_everything_waits_says_so_instead_of_hanging() -> None:
    async def main() -> None:
        await asyncio.Event().wait()

    with pytest.raises(VirtualTimeStuck, match="no timer is left"):
        run_virtual(main())


@pytest.mark.parametrize(
    "use",
    [
        lambda loop: loop.run_in_executor(None, print),
        lambda loop: asyncio.to_thread(print),
    ],
    ids=["executor", "thread"],
)
def test_threads_are_refused(use: Callable[[asyncio.AbstractEventLoop], object]) -> None:
    async def main() -> None:
        waiting = use(asyncio.get_running_loop())
        await waiting  # type: ignore[misc]

    with pytest.raises(RuntimeError, match="virtual time"):
        run_virtual(main())


def test_work_run_inline_takes_no_virtual_time() -> None:
    async def main() -> tuple[int, int]:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, VirtualLoop)
        result = await run_inline(lambda: sum(range(100_000)))
        return result, loop.time_ns()

    assert run_virtual(main()) == (4_999_950_000, 0)
