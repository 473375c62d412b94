"""An agent of a file as a service has it: checked before anything listens, opened in the loop, closed at the end."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from contextlib import AsyncExitStack, aclosing

from agent.agent_assembly import OpenAgent, WrapTools, environment_mistakes, keeps_calls, open_agent
from agent.agent_config import AgentConfig
from agent.call_redaction import CallRedactor
from agent.clock import stopwatch_ns
from agent.cognitive.stores.memory import MemoryStore
from agent.turn import Action, StreamTurn, TurnInput, TurnOutput

_NO_CALL = "readiness"


class ServedAgent:
    """An agent that is opened later than it is named.

    Args:
        config: what its file says.
        environment: where secrets and addresses are.
        wrap_tools: what is put around its tools.
    """

    def __init__(
        self, config: AgentConfig, environment: Mapping[str, str], wrap_tools: WrapTools | None = None
    ) -> None:
        self.config = config
        self.memory: MemoryStore | None = None if keeps_calls(config) else MemoryStore()
        self.redactor = CallRedactor(config.flow.guard.names, config.variables)
        self._environment = environment
        self._wrap_tools = wrap_tools
        self._closing = AsyncExitStack()
        self._opened: OpenAgent | None = None

    def mistakes(self) -> list[str]:
        """What the environment lacks, one sentence each."""
        return [
            f"agent {self.config.name}: {said}"
            for said in environment_mistakes(self.config, self._environment)
        ]

    async def open(self) -> None:
        """Opens it in the running loop.

        Raises:
            AgentError: as `open_agent` does.
        """
        self._opened = await self._closing.enter_async_context(
            open_agent(
                self.config,
                self._environment,
                store=self.memory,
                wrap_tools=self._wrap_tools,
                stopwatch=stopwatch_ns,
            )
        )

    @property
    def answer(self) -> StreamTurn:
        """Its dialogue, to be asked once it is open."""
        return self._answer

    async def _answer(self, turn: TurnInput) -> AsyncGenerator[Action | TurnOutput, None]:
        assert self._opened is not None, "a service answers once it has started"
        async with aclosing(self._opened.stream_turn(turn)) as items:
            async for item in items:
                yield item

    async def check(self) -> None:
        """Returns when its journal answers.

        Raises:
            StoreUnavailable: it does not.
        """
        assert self._opened is not None, "a service is asked once it has started"
        await self._opened.store.last_turn(_NO_CALL)

    async def close(self) -> None:
        """Closes all that it opened."""
        await self._closing.aclose()
