"""The vendors' rate limits: so many requests in any so many seconds."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from agent.clock import stopwatch_ns
from agent.units import NS_PER_S


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """So many requests within any `window_s` seconds."""

    requests: int
    window_s: float


# As the vendors publish them: Cal.com per API key, HubSpot per private app (Free and Starter).
CAL_COM_LIMIT = Limit(requests=120, window_s=60)
HUBSPOT_LIMIT = Limit(requests=100, window_s=10)
# Slack publishes one message a second for each channel, bursts tolerated, and not how large these may be. Five is ours.
SLACK_LIMIT = Limit(requests=5, window_s=5)


class RateLimiter:
    """Counts requests under each name against one limit.

    Args:
        now_ns: reads a monotonic clock.
    """

    def __init__(self, limit: Limit | None, now_ns: Callable[[], int] = stopwatch_ns) -> None:
        self.limit = limit
        self._now_ns = now_ns
        self._taken: dict[str, deque[int]] = {}

    def wait_s(self, name: str) -> int:
        """0 when the request may pass, which is then counted; else whole seconds until one may."""
        if self.limit is None:
            return 0
        now_ns = self._now_ns()
        taken = self._taken.setdefault(name, deque())
        window_ns = round(self.limit.window_s * NS_PER_S)
        while taken and taken[0] <= now_ns - window_ns:
            taken.popleft()
        if len(taken) < self.limit.requests:
            taken.append(now_ns)
            return 0
        return max(1, math.ceil((taken[0] + window_ns - now_ns) / NS_PER_S))

    def left(self, name: str) -> int:
        """How many more may pass just now."""
        return self.limit.requests - len(self._taken.get(name, ())) if self.limit else 0
