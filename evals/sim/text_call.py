"""One call at `text` level: the cognitive layer alone, a turn for each thing the caller does.

An interruption is a turn with `heard` cut where the audio would have been cut, a sound is its event, and the
line does not matter. Times are not measured here: turn number n of the call stands at n seconds. A caller whose lines
come from a transcript looks, before each, at whether the agent said what the line answers (`evals.sim.alignment`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from agent import events as happened
from agent.events import CallEvent, row_of
from agent.turn import EndCall, Transfer, Tts, TurnEvent, TurnInput, TurnOutput
from agent.units import NS_PER_S
from evals.errors import HarnessError
from evals.record import CallerUtterance, CallRecord, CallStatus, Divergence, HeardWord, Level
from evals.scenario.model import CallerStep, Case, Sound, StepKind, WhenDiverged
from evals.sim.agent_under_test import Target, TextAgent
from evals.sim.alignment import next_step
from evals.sim.recorder import Ending, case_wall, in_one_line, record_of
from evals.synth.caller_voice import reference_text

WORDS_PER_MS = (
    170 / 60_000
)  # the reference voice's pace, for cutting a reply where it would have been interrupted
PATIENT_SILENCES = 4  # how often a caller at the end of the script lets the agent ask again before hanging up


async def play_text(case: Case, target: Target) -> CallRecord:
    """Plays the case and returns its record. An agent that fails makes a record of status `failed`."""
    agent = target.text_agent(case)
    call = _TextCall(case, agent)
    failure = ""
    try:
        await call.play()
    except HarnessError:
        raise
    except Exception as error:  # it may raise anything, and the run goes on without it
        failure = in_one_line(error)
    ending = Ending(
        t_ns=call.seq * NS_PER_S,
        status=CallStatus.FAILED if failure else CallStatus.COMPLETED,
        by="agent" if failure else call.ended_by,
        failure=failure,
    )
    return record_of(
        case,
        level=Level.TEXT,
        agent=target.describe(case),
        ending=ending,
        utterances=call.utterances,
        agent_words=tuple(call.words),
        events=call.events,
        tools=agent.tools,
        divergences=call.divergences,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Move:
    """What a step comes to as a turn; `event` None when it makes no turn."""

    event: TurnEvent | None
    transcript: str = ""
    heard: str | None = None
    offered: bool = True


class _TextCall:
    def __init__(self, case: Case, agent: TextAgent) -> None:
        self._case = case
        self._run_turn = agent.run_turn
        self._flow_id = agent.flow_id
        self._call_sid = case.id
        self._wall = case_wall(case.scenario)
        self._reply = ""
        self.over = False
        self.ended_by = "caller"
        self.seq = 0
        self.events: list[CallEvent] = []
        self.words: list[HeardWord] = []
        self.utterances: list[CallerUtterance] = []
        self.divergences: list[Divergence] = []

    async def play(self) -> None:
        await self._turn(_Move(event=TurnEvent.ANSWERED))
        steps = self._case.scenario.caller
        at = 0
        while at < len(steps) and not self.over:
            choice = next_step(steps, at, self._reply, self._case.scenario.when_diverged, seq=self.seq - 1)
            self.divergences.extend(choice.divergences)
            if choice.step is None:
                break
            step, at = steps[choice.step], choice.step + 1
            move = self._move(step)
            self._note(choice.step, step, move)
            if move.event is not None:
                await self._turn(move)
        if self._case.scenario.when_diverged is WhenDiverged.STOP and at < len(steps) and not self.over:
            await self._turn(_Move(event=TurnEvent.HANGUP))
        for _ in self._silences():
            await self._turn(_Move(event=TurnEvent.NO_SPEECH))
        if not self.over:
            await self._turn(_Move(event=TurnEvent.HANGUP))

    def _silences(self) -> Iterator[int]:
        for number in range(PATIENT_SILENCES):
            if self.over:
                return
            yield number

    def _move(self, step: CallerStep) -> _Move:
        text = reference_text(step.text)
        if step.hangs_up_after_ms is not None or step.kind is StepKind.HANGS_UP:
            return _Move(event=TurnEvent.HANGUP)
        if step.kind is StepKind.KEYS:
            return _Move(event=TurnEvent.DTMF, transcript=step.keys)
        if step.kind is StepKind.SOUND:
            event = {
                Sound.SILENCE: TurnEvent.NO_SPEECH,
                Sound.VOICEMAIL_GREETING: TurnEvent.VOICEMAIL,
            }
            return _Move(event=event.get(step.sound) if step.sound else None)
        if not step.during_reply:
            return _Move(event=TurnEvent.SPEECH, transcript=text)
        words = self._reply.split()
        heard = int((step.after_ms or 0) * WORDS_PER_MS)
        if heard >= len(words):
            return _Move(event=TurnEvent.SPEECH, transcript=text, offered=False)
        return _Move(event=TurnEvent.SPEECH, transcript=text, heard=" ".join(words[:heard]))

    async def _turn(self, move: _Move) -> None:
        assert move.event is not None
        t_ns = self.seq * NS_PER_S
        turn = TurnInput(
            call_sid=self._call_sid,
            turn_id=f"{self._call_sid}-{self.seq}",
            seq=self.seq,
            flow_id=self._flow_id,
            event=move.event,
            transcript=move.transcript,
            variables=self._case.scenario.variables,
            heard=move.heard,
            now_iso=self._wall.isoformat(),
        )
        self.events.append(
            happened.TurnOpened(
                t_ns=t_ns,
                seq=turn.seq,
                turn_id=turn.turn_id,
                event=turn.event,
                transcript=turn.transcript,
                heard=turn.heard,
            )
        )
        output = await self._run_turn(turn)
        self.seq += 1
        self._answered(output, turn, t_ns)

    def _answered(self, output: TurnOutput, turn: TurnInput, t_ns: int) -> None:
        self.events.append(
            happened.TurnAnswered(
                t_ns=t_ns,
                seq=turn.seq,
                node_id=output.state.node_id,
                path=output.state.path,
                outcome=output.state.outcome,
                captured=output.state.captured,
                chosen=output.trace.chosen,
                intents=tuple(row_of(score) for score in output.trace.intents),
                tools=tuple(row_of(tool) for tool in output.trace.tools),
                model=output.trace.model,
                tokens_in=output.trace.tokens_in,
                tokens_out=output.trace.tokens_out,
            )
        )
        gone = turn.event is TurnEvent.HANGUP
        self._reply = " ".join(action.text for action in output.actions if isinstance(action, Tts))
        if not gone:
            self.words.extend(
                HeardWord(text=word, start_ns=t_ns, end_ns=t_ns, seq=turn.seq) for word in self._reply.split()
            )
        for action in output.actions:
            if isinstance(action, Transfer):
                self.events.append(happened.CallTransferred(t_ns=t_ns, to=action.to, context=action.context))
            if isinstance(action, EndCall | Transfer):
                self.over = True
                self.ended_by = "caller" if gone else "agent"
        self.over = self.over or gone

    def _note(self, index: int, step: CallerStep, move: _Move) -> None:
        t_ns = self.seq * NS_PER_S
        self.utterances.append(
            CallerUtterance(
                step=index,
                kind=step.kind,
                text=reference_text(step.text) if step.kind is not StepKind.SOUND else "",
                start_ns=t_ns,
                end_ns=t_ns,
                sound=step.sound or "",
                keys=step.keys,
                expects_reply=move.event is not None and move.event is not TurnEvent.HANGUP,
                offered=move.offered,
                hung_up=move.event is TurnEvent.HANGUP,
            )
        )
