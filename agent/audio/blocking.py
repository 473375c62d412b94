"""How a real call runs work that would hold up its loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

_T = TypeVar("_T")


async def run_in_thread(work: Callable[[], _T], /) -> _T:
    """The `RunBlocking` of real calls: the work is done in a thread of the loop's pool."""
    return await asyncio.to_thread(work)
