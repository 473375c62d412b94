"""An agent that does what was planned, at the caller's ear to the sample: a fake that proves the harness.

It is told the truth about the caller (a witness of the simulated caller) and what the scenario expects, does the latter
but for what its plan says goes wrong, and tells of itself in the events, tool calls and frames that any agent has.
It measures nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import aclosing, suppress
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from agent.audio.ports import Mark, Transport
from agent.clock import Clock
from agent.errors import LineDropped
from agent.events import (
    CallEvent,
    CallTransferred,
    FinalHeard,
    ReplyCancelled,
    Resumed,
    SpeechSent,
    TurnAnswered,
    TurnOpened,
    WordSpan,
    Yielded,
)
from agent.media import FRAME_NS, FRAME_SAMPLES, RATE_HZ, SAMPLE_NS, AudioFrame
from agent.turn import Json
from agent.units import NS_PER_MS, NS_PER_S
from evals.errors import BadInput
from evals.record import CallerUtterance, Span, ToolCall
from evals.scenario.model import Case, StepKind
from evals.sim.agent_under_test import AgentUnderTest, TextAgent
from evals.sim.planted.behaviour import Behaviour
from evals.sim.planted.plan import NO_STOP_MS, CallPlan, TurnPlan, plan_call

_TONE_PEAK = 7052  # -10 dBm0 in mu-law's 16-bit units
_TONE_HZ = 500  # a whole number of periods in a frame, so that every frame is the same
_TONE = np.rint(_TONE_PEAK * np.cos(2 * np.pi * _TONE_HZ * np.arange(FRAME_SAMPLES) / RATE_HZ)).astype("<i2")
_FRAME = _TONE.tobytes()
_CUT_IN_NS = 60 * NS_PER_MS  # a sound that is over before the pause is
_CUT_IN_AFTER_NS = 100 * NS_PER_MS
_CALLER_BEGINS_NS = (
    700 * NS_PER_MS
)  # after they meant to: the grid of 160 ms, and the lead before the first sound
_GREETING_NS = 200 * NS_PER_MS  # where nobody is to speak over it
_LISTENS_EVERY_NS = 300 * NS_PER_MS
_HANDED_OFF = "handed_off"
_WRONG = "something else"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlantedAgent:
    """A target of known truth.

    Attributes:
        name: how runs name it.
        behaviour: its dials.
        seed: of its own dice, so that two arms of a comparison are independent.
        plans: where the plan of every call played is kept by case id, if anybody wants to know.
    """

    name: str
    behaviour: Behaviour
    seed: int
    plans: dict[str, CallPlan] | None = field(default=None, compare=False)

    def describe(self, case: Case) -> Mapping[str, Json]:
        """What it is."""
        return {"name": self.name, "fake": True, "seed": self.seed}

    def text_agent(self, case: Case) -> TextAgent:
        """Refused: what it plants is sound and time."""
        raise BadInput("--target", [f"{self.name} makes tones only; it has nothing to say at text level"])

    def audio_agent(self, case: Case, clock: Clock) -> AgentUnderTest:
        """One call's agent."""
        plan = plan_call(self.behaviour, self.seed, case)
        if self.plans is not None:
            self.plans[case.id] = plan
        call = _Call(plan, case, clock)
        return AgentUnderTest(answer=call.answer, events=call.events, tools=call.tools, witness=call.witness)


class _Call:
    def __init__(self, plan: CallPlan, case: Case, clock: Clock) -> None:
        self._plan = plan
        self._hang_ns = plan.hang_ms * NS_PER_MS
        self._steps = case.scenario.caller
        self._expect = case.scenario.expect
        self._clock = clock
        self._delay_ns = case.line.delay_ms * NS_PER_MS
        self._tasks: asyncio.TaskGroup | None = None
        self._due: list[asyncio.Task[None]] = []
        self._transport: Transport | None = None
        self._sent = 0  # frames of the whole call, which is how `SpeechSent` counts them
        self._reply = Span(start_ns=0, end_ns=0)  # the last one, at the ear
        self._seq = 0
        self._left = asyncio.Event()
        turns = [at for at, step in enumerate(self._steps) if step.kind is not StepKind.SOUND]
        self._last_turn = max(turns, default=-1)
        self.events: list[CallEvent] = []
        self.tools: list[ToolCall] = []

    async def answer(self, transport: Transport) -> None:
        """Greets, then does what is due as the caller speaks, until either side hangs up."""
        self._transport = transport
        async with asyncio.TaskGroup() as self._tasks:
            greeted_ns = self._plan.greeting_ms * NS_PER_MS
            length_ns = self._until_spoken_over(0) or _GREETING_NS
            self._at(greeted_ns, lambda: self._speak(greeted_ns, length_ns))
            async with aclosing(transport.frames()) as inbound:
                async for item in inbound:
                    if not isinstance(item, Mark) and self._clock.now_ns() - item.t_ns < _LISTENS_EVERY_NS:
                        await self._let_frames_gather()
            for task in self._due:
                task.cancel()

    async def _let_frames_gather(self) -> None:
        """It hears nothing that it is not told, so it need not wake for every frame to see the caller hang up."""
        with suppress(TimeoutError):
            async with asyncio.timeout(_LISTENS_EVERY_NS / NS_PER_S):
                await self._left.wait()

    def witness(self, utterance: CallerUtterance) -> None:
        """The caller has begun: all that follows from it is due at a known time."""
        if not utterance.speech:
            return
        turn = self._plan.turns[utterance.step]
        end_ns = utterance.speech[-1].end_ns
        if utterance.kind == StepKind.SOUND:
            self._listener(utterance, turn)
            return
        if utterance.kind == StepKind.INTERRUPTS:
            self._interrupted(utterance, turn)
        if turn.cut_in:
            for before, after in pairwise(utterance.speech):
                if after.start_ns - before.end_ns >= 2 * _CUT_IN_AFTER_NS:
                    self._cut_in(before.end_ns + _CUT_IN_AFTER_NS)
        if self._plan.fails:
            self._at(end_ns, self._fail)
        elif self._plan.leaves and utterance.step == self._last_turn:
            self._leave_at(end_ns + self._hang_ns)
        else:
            self._at(end_ns, lambda: self._understand(utterance.step, turn))
            self._answer(utterance, turn)

    def _at(self, ear_ns: int, act: Callable[[], Awaitable[None]]) -> None:
        """Acts so that it shows at the ear at `ear_ns`."""
        assert self._tasks is not None

        async def later() -> None:
            await self._clock.sleep_until(ear_ns - self._delay_ns)
            with suppress(LineDropped):  # the caller may hang up at that very moment
                await act()

        # As a task each, since what is due may be told of in any order; the group ends them with the call.
        self._due.append(self._tasks.create_task(later()))

    def _answer(self, utterance: CallerUtterance, turn: TurnPlan) -> None:
        if turn.answer_ms is None:
            return
        begin_ns = utterance.speech[-1].end_ns + turn.answer_ms * NS_PER_MS
        if utterance.kind == StepKind.INTERRUPTS and turn.stop_ms == NO_STOP_MS:
            begin_ns = max(begin_ns, utterance.speech[0].start_ns + (NO_STOP_MS + 300) * NS_PER_MS)
        last = utterance.step == self._last_turn
        length_ns = turn.reply_ms * NS_PER_MS
        spoken_over_ns = self._until_spoken_over(utterance.step + 1)
        if spoken_over_ns:
            length_ns += spoken_over_ns
        text = " ".join(self._expect.says) if last else ""
        if self._plan.wrong_words:
            text = _WRONG
        self._at(begin_ns, lambda: self._speak(begin_ns, length_ns, text))
        if last:
            self._leave_at(begin_ns + length_ns + self._hang_ns)

    def _until_spoken_over(self, step: int) -> int:
        """How long a reply must be for the caller to speak over it in this step; 0 when they do not mean to."""
        if step >= len(self._steps) or not self._steps[step].during_reply:
            return 0
        wait_ns = (self._steps[step].after_ms or 0) * NS_PER_MS
        return wait_ns + _CALLER_BEGINS_NS + self._plan.turns[step].stop_ms * NS_PER_MS

    async def _speak(self, begin_ns: int, length_ns: int, text: str = "") -> None:
        assert self._transport is not None
        self._reply = Span(start_ns=begin_ns, end_ns=begin_ns + length_ns)
        frames, rest_ns = divmod(length_ns, FRAME_NS)
        words = text.split()
        if words:
            each_ns = length_ns // len(words)
            spans = (
                WordSpan(text=word, start_ns=at * each_ns, end_ns=(at + 1) * each_ns)
                for at, word in enumerate(words)
            )
            count = frames + bool(rest_ns)
            self.events.append(SpeechSent(t_ns=self._clock.now_ns(), seq=self._seq, text=text,
                                          first_frame=self._sent, frame_count=count, words=tuple(spans)))  # fmt: skip
        for _ in range(frames):
            await self._send(_FRAME)
        if rest_ns:
            await self._send(_part(rest_ns))

    async def _send(self, pcm: bytes) -> None:
        assert self._transport is not None
        await self._transport.send(AudioFrame(t_ns=self._clock.now_ns(), pcm=pcm))
        self._sent += 1

    def _cut_short(self, stop_ns: int, then: Callable[[], Awaitable[None]]) -> bool:
        """Ends the reply under way at `stop_ns` at the ear, to the sample: whole frames up to there, then a part.

        False when none is under way then.
        """
        reply = self._reply
        if not reply.start_ns + FRAME_NS <= stop_ns < reply.end_ns:
            return False
        whole_ns = (stop_ns - reply.start_ns) // FRAME_NS * FRAME_NS
        rest_ns = stop_ns - reply.start_ns - whole_ns

        async def stop() -> None:
            assert self._transport is not None
            await self._transport.clear()
            if rest_ns:
                await self._send(_part(rest_ns))
            await then()

        # The clear reaches the carrier while the last whole frame plays.
        self._at(reply.start_ns + whole_ns - FRAME_NS // 2, stop)
        return True

    def _interrupted(self, utterance: CallerUtterance, turn: TurnPlan) -> None:
        onset_ns, seq = utterance.speech[0].start_ns, self._seq

        async def yields() -> None:
            self.events.append(Yielded(t_ns=self._clock.now_ns(), seq=seq, onset_ns=onset_ns, heard=""))
            await self._clock.sleep_until(self._clock.now_ns() + turn.decision_ms * NS_PER_MS)
            self._note_cancelled(seq, "interrupted")

        self._cut_short(onset_ns + turn.stop_ms * NS_PER_MS, yields)

    def _listener(self, utterance: CallerUtterance, turn: TurnPlan) -> None:
        """Yields to a listening noise; resumes as planned, or gives the reply up, or takes it for words."""
        onset_ns, seq, rest_ns = utterance.speech[0].start_ns, self._seq, turn.reply_ms * NS_PER_MS
        stop_ns = onset_ns + turn.stop_ms * NS_PER_MS
        resume_ms = turn.resume_ms

        async def yields() -> None:
            self.events.append(Yielded(t_ns=self._clock.now_ns(), seq=seq, onset_ns=onset_ns, heard=""))
            if resume_ms is None:
                self._note_cancelled(seq, "interrupted")

        async def resumes() -> None:
            assert resume_ms is not None
            self.events.append(Resumed(t_ns=self._clock.now_ns(), seq=seq, reason="backchannel"))
            if turn.spurious:
                self._open_turn("pardon")
            await self._speak(stop_ns + resume_ms * NS_PER_MS, rest_ns)

        if self._cut_short(stop_ns, yields) and resume_ms is not None:
            self._at(stop_ns + resume_ms * NS_PER_MS, resumes)

    def _cut_in(self, begin_ns: int) -> None:
        self._at(begin_ns, lambda: self._speak(begin_ns, _CUT_IN_NS))

    async def _understand(self, step: int, turn: TurnPlan) -> None:
        """What the recogniser, the flow and the tools make of a turn: what is expected, but for the plan."""
        now_ns = self._clock.now_ns()
        self.events.append(FinalHeard(t_ns=now_ns, text=turn.heard, confidence=None))
        self._open_turn(turn.heard)
        if step == self._last_turn:
            self._conclude()

    def _open_turn(self, transcript: str) -> None:
        self._seq += 1
        self.events.append(TurnOpened(t_ns=self._clock.now_ns(), seq=self._seq, turn_id=f"turn-{self._seq}",
                                      event="speech", transcript=transcript, heard=None))  # fmt: skip

    def _conclude(self) -> None:
        """The call's work: tools, states, what was captured, how it ended."""
        plan, now_ns = self._plan, self._clock.now_ns()
        tools = self._expect.tools[:-1] if plan.lost_tool else self._expect.tools
        for at, tool in enumerate(tools):
            wrong = plan.wrong_tool and at == len(tools) - 1
            arguments = {name: _WRONG if wrong else value for name, value in tool.arguments.items()}
            self.tools.append(
                ToolCall(t_ns=now_ns, name=tool.name, arguments=arguments, status="ok", ok=True)
            )
        path = list(self._expect.states)
        if plan.wrong_state:
            path[-1] = "objection"
        if plan.fallback:
            path.insert(1, "clarify")
        outcome = "declined" if plan.wrong_outcome else self._expect.outcome
        captured = dict(self._expect.captured)
        if plan.wrong_slot:
            captured = dict.fromkeys(captured, _WRONG)
        if outcome == _HANDED_OFF:
            self.events.append(CallTransferred(t_ns=now_ns, to="reception", context={}))
        self.events.append(TurnAnswered(t_ns=now_ns, seq=self._seq, node_id=path[-1] if path else "", chosen="",
                                        path=tuple(path), outcome=outcome, captured=captured))  # fmt: skip

    def _note_cancelled(self, seq: int, reason: str) -> None:
        self.events.append(ReplyCancelled(t_ns=self._clock.now_ns(), seq=seq, reason=reason, heard=""))

    def _leave_at(self, ear_ns: int) -> None:
        # The simulated line ends for both at once when the agent closes it.
        self._at(ear_ns + self._delay_ns, self._leave)

    async def _leave(self) -> None:
        assert self._transport is not None
        await self._transport.close()
        self._left.set()

    async def _fail(self) -> None:
        raise RuntimeError("planted")


def _part(length_ns: int) -> bytes:
    """A frame that sounds for its first `length_ns` only."""
    count = length_ns // SAMPLE_NS
    return np.concatenate((_TONE[:count], np.zeros(FRAME_SAMPLES - count, np.int16))).astype("<i2").tobytes()
