"""Agents of known timing: fakes that prove the harness, never a measure of anything else.

They are told the truth about the caller (a witness of the simulated caller), so that what they do at the caller's ear
is exact: a tone that begins `answer_ms` after the caller's last voiced sample, and that stops `stop_ms` after the onset
of an interruption. What the harness measures of them must be these numbers.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import aclosing, suppress
from dataclasses import dataclass

import numpy as np

from agent.audio.ports import Transport
from agent.clock import Clock
from agent.errors import LineDropped
from agent.media import FRAME_NS, FRAME_SAMPLES, RATE_HZ, AudioFrame
from agent.turn import Json
from agent.units import NS_PER_MS
from evals.errors import BadInput
from evals.record import CallerUtterance
from evals.scenario.model import Case
from evals.sim.agent_under_test import AgentUnderTest, TextAgent

_TONE_PEAK = 7052  # -10 dBm0 in mu-law's 16-bit units


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownAgent:
    """A target whose timing is known.

    Attributes:
        answer_ms: from the caller's last voiced sample to the first of the reply, at the ear.
        stop_ms: from the onset of an interruption to the last sample of the reply, at the ear; None never stops.
        reply_ms: how long a reply lasts when nothing stops it.
    """

    answer_ms: int = 700
    stop_ms: int | None = None
    reply_ms: int = 1500

    @property
    def name(self) -> str:
        """How runs name it."""
        stop = "" if self.stop_ms is None else f",stop={self.stop_ms}"
        return f"known:answer={self.answer_ms}{stop}"

    def describe(self, case: Case) -> Mapping[str, Json]:
        """What it is."""
        return {"name": self.name, "fake": True, "reply_ms": self.reply_ms}

    def text_agent(self, case: Case) -> TextAgent:
        """Refused: it says nothing."""
        raise BadInput("--target", [f"{self.name} makes tones only; it has nothing to say at text level"])

    def audio_agent(self, case: Case, clock: Clock) -> AgentUnderTest:
        """One call's agent."""
        call = _KnownCall(self, case.line.delay_ms * NS_PER_MS, clock)
        return AgentUnderTest(answer=call.answer, witness=call.witness)


class _KnownCall:
    def __init__(self, agent: KnownAgent, delay_ns: int, clock: Clock) -> None:
        self._agent = agent
        self._delay_ns = delay_ns
        self._clock = clock
        self._reply_due_ns: list[int] = []
        self._stop_due_ns: list[int] = []
        self._told = asyncio.Event()

    def witness(self, utterance: CallerUtterance) -> None:
        self._told.set()
        if not utterance.speech:
            return
        if utterance.kind == "interrupts" and self._agent.stop_ms is not None:
            onset_ns = utterance.speech[0].start_ns
            # The frame that has begun at the ear plays out, so half a frame is taken off.
            stop_ns = onset_ns + self._agent.stop_ms * NS_PER_MS - FRAME_NS // 2
            self._stop_due_ns.append(stop_ns - self._delay_ns)
        if utterance.expects_reply:
            end_ns = utterance.speech[-1].end_ns
            self._reply_due_ns.append(end_ns + self._agent.answer_ms * NS_PER_MS - self._delay_ns)

    async def answer(self, transport: Transport) -> None:
        """Beeps at once, then whenever a reply is due, until the caller hangs up."""
        async with asyncio.TaskGroup() as tasks:
            acting = tasks.create_task(self._act(transport))
            async with aclosing(transport.frames()) as inbound:
                async for _ in inbound:
                    pass
            acting.cancel()

    async def _act(self, transport: Transport) -> None:
        await self._reply(transport)
        while True:
            for due_ns, act in self._due():
                await self._clock.sleep_until(due_ns)
                with suppress(LineDropped):  # the caller may hang up at that very moment
                    await act(transport)
            self._told.clear()
            await self._told.wait()

    def _due(self) -> list[tuple[int, Callable[[Transport], Awaitable[None]]]]:
        due = [(due_ns, self._stop) for due_ns in self._stop_due_ns]
        due += [(due_ns, self._reply) for due_ns in self._reply_due_ns]
        self._stop_due_ns, self._reply_due_ns = [], []
        return sorted(due, key=lambda item: item[0])

    async def _stop(self, transport: Transport) -> None:
        await transport.clear()

    async def _reply(self, transport: Transport) -> None:
        count = self._agent.reply_ms * NS_PER_MS // FRAME_NS
        for number in range(count):
            at = np.arange(number * FRAME_SAMPLES, (number + 1) * FRAME_SAMPLES)
            tone = np.rint(_TONE_PEAK * np.cos(2 * np.pi * 500 * at / RATE_HZ)).astype("<i2")
            await transport.send(AudioFrame(t_ns=self._clock.now_ns(), pcm=tone.tobytes()))
