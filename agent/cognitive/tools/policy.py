"""A tool as a flow may use it: narrow arguments, a deadline, patience with passing failures, and never an exception.

`under_policy` puts every tool of a flow behind its rules. What comes out is a `Tool` again, whose `call` gives a
`ToolResult` for everything that can happen; the statuses are those of `FailureStatus`, and a flow may have a branch for
each (`"tool": ["rate_limited"]`), or leave them to `failure`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from agent.clock import Clock, LoopClock
from agent.cognitive.flow import Flow
from agent.cognitive.ports import AskableAgain, Tool, ToolResult
from agent.cognitive.tool_rules import ToolRules
from agent.cognitive.tools.answer_check import answer_mistake
from agent.cognitive.tools.arguments import ArgumentCheck
from agent.cognitive.tools.failures import FailureStatus, ToolFailed, status_of
from agent.cognitive.tools.retrying import Dice, dice_by_key, persistently
from agent.errors import ProviderError
from agent.turn import Json
from agent.units import NS_PER_MS, NS_PER_S

_NEVER = datetime(1970, 1, 1, tzinfo=UTC)  # nobody asks this clock for the date


def loop_clock() -> Clock:
    """The running loop's clock, from now on."""
    return LoopClock(_NEVER)


def under_policy(
    flow: Flow,
    tools: Mapping[str, Tool],
    *,
    make_clock: Callable[[], Clock] = loop_clock,
    dice: Dice = dice_by_key,
) -> dict[str, PolicedTool]:
    """The tools that the flow lists, each behind its rules; tools that it does not list are left out.

    Args:
        make_clock: gives the clock of a call as it begins.
        dice: gives the random stream of the waits of a call, by its key.
    """
    return {
        name: PolicedTool(
            tools[name], flow.tool_rules.get(name, ToolRules()), make_clock=make_clock, dice=dice
        )
        for name in flow.tools
        if name in tools
    }


async def call_allowed(
    tools: Mapping[str, Tool], name: str, arguments: Mapping[str, Json], idempotency_key: str
) -> ToolResult:
    """Calls a tool by a name that somebody else chose, such as a language model: only what is in `tools`."""
    if name not in tools:
        return _failed(FailureStatus.NOT_ALLOWED, f"the flow has no tool {name[:80]!r}")
    return await tools[name].call(arguments, idempotency_key)


class PolicedTool:
    """A tool behind its rules; see the module.

    Raises:
        ValueError: the tool's schema is none.
    """

    def __init__(
        self,
        tool: Tool,
        rules: ToolRules,
        *,
        make_clock: Callable[[], Clock] = loop_clock,
        dice: Dice = dice_by_key,
    ) -> None:
        self._tool = tool
        self._rules = rules
        self._check = ArgumentCheck(tool.arguments_schema)
        self._make_clock = make_clock
        self._dice = dice

    @property
    def name(self) -> str:
        return self._tool.name

    @property
    def read_only(self) -> bool:
        return self._tool.read_only

    @property
    def idempotent(self) -> bool:
        return self._tool.idempotent

    @property
    def arguments_schema(self) -> Mapping[str, Json]:
        return self._tool.arguments_schema

    @property
    def rules(self) -> ToolRules:
        """How the flow wants it called."""
        return self._rules

    async def call(self, arguments: Mapping[str, Json], idempotency_key: str) -> ToolResult:
        """What came of it, whatever that is."""
        return await self._call(arguments, idempotency_key, again=False)

    async def call_again(self, arguments: Mapping[str, Json], idempotency_key: str) -> ToolResult:
        """The same for a call in doubt: one under this key was made, or may have been, and its answer is lost."""
        return await self._call(arguments, idempotency_key, again=True)

    async def _call(self, arguments: Mapping[str, Json], key: str, *, again: bool) -> ToolResult:
        mistakes = self._check.mistakes(arguments)
        if mistakes:
            return _failed(FailureStatus.INVALID_ARGUMENTS, f"{self.name}: {'; '.join(mistakes)}")
        clock = self._make_clock()
        ends_ns = clock.now_ns() + self._rules.deadline_ms * NS_PER_MS
        harmless = self.read_only or self.idempotent
        made = 0

        async def ask(number: int) -> ToolResult:
            nonlocal made
            made = number
            if (again or number > 1) and isinstance(self._tool, AskableAgain):
                result = await self._tool.call_again(arguments, key)
            else:
                result = await self._tool.call(arguments, key)
            if (mistake := answer_mistake(result)) is not None:
                raise ToolFailed(FailureStatus.BAD_ANSWER, f"it answered with {mistake}")
            return result

        try:
            async with asyncio.timeout((ends_ns - clock.now_ns()) / NS_PER_S) as deadline:
                return await persistently(
                    ask,
                    attempts=self._rules.attempts if harmless else 1,
                    ends_ns=ends_ns,
                    clock=clock,
                    dice=lambda: self._dice(key),
                )
        except TimeoutError as error:
            said = f"no answer within {self._rules.deadline_ms} ms" if deadline.expired() else str(error)
            return _failed(FailureStatus.TIMEOUT, self._named(said, made))
        except ProviderError as error:
            return _failed(status_of(error), self._named(str(error), made))
        except Exception as error:
            # A mistake in a tool's own code must not leave its caller in silence. Its words may be anybody's.
            return _failed(FailureStatus.ERROR, self._named(f"it broke: {type(error).__name__}", made))

    def _named(self, said: str, made: int) -> str:
        named = said if said.startswith(self.name) else f"{self.name}: {said}"
        return f"{named} (attempt {made})" if made > 1 else named


def _failed(status: FailureStatus, error: str) -> ToolResult:
    return ToolResult(ok=False, status=str(status), error=error)
