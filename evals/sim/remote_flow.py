"""Calls of the harness whose dialogue runs elsewhere, behind HTTP, while virtual time stands still.

A request is made inline: the loop waits for it, and its clock does not move. The service's engine calls the tools, so
the scenario's `world` is not played here, and the record's tool calls are those that the answers' traces tell of.

A service remembers its calls, and the harness plays the same ones again and again: so each gets a name of its own on
the wire, which stands nowhere in the record.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import AsyncGenerator
from dataclasses import replace

from agent.clock import Clock
from agent.cognitive.flow import SUCCESS
from agent.remote_turn import FLOW_TOKEN, InlineFlow
from agent.turn import Action, TurnInput, TurnOutput
from evals.record import ToolCall


class RemoteCalls:
    """The service, for all calls of this process.

    Args:
        url: of the service.

    Raises:
        BadSettings: the address cannot be one, or the package for HTTP is missing.
    """

    def __init__(self, url: str) -> None:
        self._flow = InlineFlow(url, token=os.environ.get(FLOW_TOKEN, ""))

    def call(self, clock: Clock | None = None) -> RemoteCall:
        """One call; `clock` dates its tool calls, which stand at zero without one."""
        return RemoteCall(self._flow, f"{secrets.token_hex(8)}:", clock)

    def close(self) -> None:
        """Ends its connections."""
        self._flow.close()


class RemoteCall:
    """A call's dialogue.

    Attributes:
        tools: what its engine did, oldest first.
    """

    def __init__(self, flow: InlineFlow, prefix: str, clock: Clock | None) -> None:
        self._flow = flow
        self._prefix = prefix
        self._clock = clock
        self.tools: list[ToolCall] = []

    async def run_turn(self, turn: TurnInput) -> TurnOutput:
        """The answer to a turn.

        Raises:
            ProviderError: there was none.
        """
        return self._answer(turn)

    async def stream_turn(self, turn: TurnInput) -> AsyncGenerator[Action | TurnOutput, None]:
        """The same, action by action."""
        output = self._answer(turn)
        for action in output.actions:
            yield action
        yield output

    def _answer(self, turn: TurnInput) -> TurnOutput:
        output = self._flow.answer(replace(turn, call_sid=self._prefix + turn.call_sid))
        traces = tuple(
            replace(tool, idempotency_key=tool.idempotency_key.removeprefix(self._prefix))
            for tool in output.trace.tools
        )
        self.tools += [
            ToolCall(
                t_ns=self._clock.now_ns() if self._clock else 0,
                name=trace.name,
                arguments=trace.arguments,
                status=trace.status,
                ok=trace.status == SUCCESS,
                value=trace.value,
                error=trace.error,
                idempotency_key=trace.idempotency_key,
            )
            for trace in traces
        ]
        return replace(output, trace=replace(output.trace, tools=traces, stage_ns={}))
