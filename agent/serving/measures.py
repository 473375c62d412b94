"""What Prometheus is told: turns by flow, event and outcome, how long they take, tools, what is in flight.

Every label has a few values only: names that the flow file declares, or words of this module. Nothing of a call is one.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from agent.clock import stopwatch_ns
from agent.cognitive.flow import FAILURE, SUCCESS, Flow
from agent.turn import Action, EndCall, StreamTurn, Transfer, TurnInput, TurnOutput
from agent.units import NS_PER_S

CONTENT_TYPE = CONTENT_TYPE_LATEST

# An embedded turn takes under a millisecond, one with tools up to their deadline of 2 s, one with models more.
BUCKETS_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)

GOES_ON, ENDED, TRANSFERRED = "goes_on", "ended", "transferred"
FAILED, TIMED_OUT, GIVEN_UP = "failed", "timed_out", "given_up"

_TOOL_STATUSES = frozenset({SUCCESS, FAILURE, "timeout", "refused", "error"})


class Measures:
    """The service's own registry of metrics."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._turns = Counter(
            "milliwatt_turns",
            "Turns, retries included, by how they ended.",
            ("flow", "event", "outcome"),
            registry=self._registry,
        )
        self._calls = Counter(
            "milliwatt_calls_ended",
            "Calls by the outcome of their flow.",
            ("flow", "outcome"),
            registry=self._registry,
        )
        self._whole = Histogram(
            "milliwatt_turn_seconds",
            "From a turn's arrival to its whole answer.",
            ("flow",),
            buckets=BUCKETS_S,
            registry=self._registry,
        )
        self._first = Histogram(
            "milliwatt_turn_first_action_seconds",
            "From a turn's arrival to its first action.",
            ("flow",),
            buckets=BUCKETS_S,
            registry=self._registry,
        )
        self._tools = Counter(
            "milliwatt_tool_calls",
            "Tool calls by status.",
            ("flow", "tool", "status"),
            registry=self._registry,
        )
        self._in_flight = Gauge(
            "milliwatt_turns_in_flight", "Turns being answered now.", ("flow",), registry=self._registry
        )
        self._refused = Counter(
            "milliwatt_requests_refused",
            "Requests that got no turn, by why.",
            ("code",),
            registry=self._registry,
        )

    def refused(self, code: str) -> None:
        """Counts a request that was not let in."""
        self._refused.labels(code).inc()

    def exposed(self) -> bytes:
        """All of it in Prometheus' text format."""
        return generate_latest(self._registry)

    def measured(
        self, stream_turn: StreamTurn, flow: Flow, stopwatch: Callable[[], int] = stopwatch_ns
    ) -> StreamTurn:
        """The same dialogue, measured."""

        async def stream(turn: TurnInput) -> AsyncGenerator[Action | TurnOutput, None]:
            begun_ns = stopwatch()
            outcome, first = GIVEN_UP, True
            self._in_flight.labels(flow.name).inc()
            try:
                async with aclosing(stream_turn(turn)) as items:
                    async for item in items:
                        took_s = (stopwatch() - begun_ns) / NS_PER_S
                        if first:
                            self._first.labels(flow.name).observe(took_s)
                            first = False
                        if isinstance(item, TurnOutput):
                            self._whole.labels(flow.name).observe(took_s)
                            outcome = self._answered(flow, item)
                        yield item
            except TimeoutError:
                outcome = TIMED_OUT
                raise
            except Exception:
                outcome = FAILED
                raise
            finally:
                self._in_flight.labels(flow.name).dec()
                self._turns.labels(flow.name, turn.event.value, outcome).inc()

        return stream

    def _answered(self, flow: Flow, output: TurnOutput) -> str:
        for tool in output.trace.tools:
            declared = tool.status in flow.tools.get(tool.name, ()) or tool.status in _TOOL_STATUSES
            name = tool.name if tool.name in flow.tools else "other"
            self._tools.labels(flow.name, name, tool.status if declared else "other").inc()
        if output.state.outcome is not None:
            known = output.state.outcome in flow.outcomes()
            self._calls.labels(flow.name, output.state.outcome if known else "other").inc()
        for action in output.actions:
            if isinstance(action, Transfer):
                return TRANSFERRED
            if isinstance(action, EndCall):
                return ENDED
        return GOES_ON
