"""CallOrchestrator: one per call. It pulls what the line brings, feeds the call machine, and performs its commands.

Every decision is elsewhere: `call_state` says what a happening does, `endpointing` whether the caller has finished,
`barge_in` what a voice over the agent's was, `playout` what the caller has heard. Here they are joined to the ports.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import aclosing

from agent import events as happened
from agent.audio import barge_in, call_state, endpointing
from agent.audio.call_config import CallConfig
from agent.audio.call_state import Command, Signal, State
from agent.audio.hearing import Hearing
from agent.audio.playout import Playout
from agent.audio.ports import (
    Keys,
    Mark,
    Recognition,
    SpeechToText,
    TextToSpeech,
    Transport,
    VoiceDetector,
)
from agent.audio.reply import Reply, ReplyMaker
from agent.audio.sending import Sender
from agent.audio.voicemail import VoicemailWatch
from agent.clock import Clock
from agent.errors import ProviderError
from agent.events import CallEvent
from agent.media import FRAME_NS, AudioFrame
from agent.turn import EndCall, StreamTurn, Transfer, TurnEvent, TurnInput
from agent.units import NS_PER_MS, NS_PER_S

_EARLY_VOICE_NS = NS_PER_S  # a voice that ended longer before the agent did was none of an answer
_EARLIEST_WORD_NS = 150 * NS_PER_MS  # shorter is a click or a breath
_MARK_PATIENCE_NS = 2 * NS_PER_S  # a line that returns no marks must not hang the call


class CallOrchestrator:
    """Answers one call on one transport."""

    def __init__(
        self,
        *,
        config: CallConfig,
        stream_turn: StreamTurn,
        stt: SpeechToText,
        tts: TextToSpeech,
        detector: VoiceDetector,
        clock: Clock,
        on_event: Callable[[CallEvent], None],
    ) -> None:
        self._config = config
        self._clock = clock
        self._emit = on_event
        self._hearing = Hearing(
            detector=detector,
            stt=stt,
            activity_config=config.activity,
            gate_config=config.level_gate,
            over_probability=config.barge_in.yield_probability,
            hints=config.hints,
        )
        self._voicemail = VoicemailWatch(config.machine_window_s)
        self._playout = Playout()
        self._maker = ReplyMaker(
            stream_turn=stream_turn, tts=tts, voice=config.voice, clock=clock, on_event=on_event
        )
        self._state = State.IDLE
        self._reply = Reply(seq=-1)
        self._work: asyncio.Task[None] | None = None
        self._seq = 0
        self._heard: str | None = None
        self._just_listening = False  # the agent has just come to an end, and a voice may have begun before
        self._silent_since_ns = 0
        self._held_since_ns = 0
        self._resumed_ns = -NS_PER_S * NS_PER_S
        self._voiced_before_ns = 0  # of a voice that the agent has yielded to and gone on from just before
        self._last_item_ns = 0
        self._digits = ""
        self._ended_by = ""

    async def answer(self, transport: Transport) -> None:
        """Handles the call until either side has hung up."""
        self._transport = transport
        self._sender = Sender(
            transport=transport, playout=self._playout, clock=self._clock, on_event=self._emit
        )
        self._emit(happened.CallAnswered(t_ns=self._clock.now_ns(), call_sid=self._config.call_sid))
        try:
            async with asyncio.TaskGroup() as tasks:
                self._tasks = tasks
                watchdog = tasks.create_task(self._watch_line(transport))
                await self._signal(Signal.ANSWERED)
                async with aclosing(transport.frames()) as inbound:
                    async for item in inbound:
                        self._last_item_ns = self._clock.now_ns()
                        await self._take(item)
                        if self._state is State.ENDED:
                            break
                await self._signal(Signal.CALLER_GONE)
                watchdog.cancel()
        finally:
            # However the call ended: nobody keeps a recogniser busy, and no line stays open.
            await self._guarded("stt", self._hearing.drop())
            await transport.close()

    async def _take(self, item: AudioFrame | Mark | Keys) -> None:
        match item:
            case AudioFrame():
                await self._hear(item)
            case Mark():
                self._playout.mark_returned(item.name, self._clock.now_ns())
                await self._settle()
            case Keys():
                for digit in item.digits:
                    self._emit(happened.KeyPressed(t_ns=self._clock.now_ns(), digit=digit))
                self._digits = item.digits
                await self._signal(Signal.KEYS_PRESSED)

    async def _hear(self, frame: AudioFrame) -> None:
        """One frame of the caller's: what it means for the ear, then for the call."""
        now_ns = self._clock.now_ns()
        for activity in self._hearing.notice(frame):
            if activity.started:
                self._emit(happened.SpeechStarted(t_ns=now_ns, onset_ns=activity.onset_ns))
                await self._signal(Signal.VOICE_STARTED)
            elif activity.stopped:
                self._emit(happened.SpeechEnded(t_ns=now_ns, offset_ns=activity.voiced_until_ns))
        await self._listen(frame, now_ns)
        await self._watch_for_machine(frame, now_ns)
        match self._state:
            case State.LISTENING:
                await self._consider_early_voice(now_ns)
                await self._consider_turn_end(frame, now_ns)
            case State.SPEAKING | State.CLOSING:
                if barge_in.wants_yield(run=self._hearing.over_run, config=self._config.barge_in):
                    await self._signal(Signal.VOICE_OVER)
                await self._settle_without_marks(now_ns)
            case State.HELD:
                await self._consider_voice_over(frame, now_ns)

    async def _listen(self, frame: AudioFrame, now_ns: int) -> None:
        try:
            partial = await self._hearing.listen(frame)
        except ProviderError as error:
            self._provider_failed("stt", error, "go on deaf")
            await self._guarded("stt", self._hearing.drop())
            return
        if partial is not None:
            self._emit(happened.PartialHeard(t_ns=now_ns, text=partial))

    async def _watch_for_machine(self, frame: AudioFrame, now_ns: int) -> None:
        hearing = self._hearing
        speaking = hearing.open or hearing.activity.speaking
        beep = self._voicemail.notice(frame, now_ns, level_dbov=hearing.level_dbov, speaking=speaking)
        if beep is not None:
            self._emit(
                happened.BeepHeard(t_ns=now_ns, frequency_hz=beep.frequency_hz, duration_ms=beep.duration_ms)
            )
            await self._signal(Signal.BEEP_ENDED)

    async def _consider_early_voice(self, now_ns: int) -> None:
        """A voice over the agent's last words that was too soft to stop it is the caller's turn all the same."""
        if not self._just_listening:
            return
        self._just_listening = False
        activity = self._hearing.activity
        unjudged_ns = max(self._resumed_ns, now_ns - _EARLY_VOICE_NS)
        spoke = activity.voiced_until_ns > unjudged_ns and activity.voiced_ns >= _EARLIEST_WORD_NS
        if activity.speaking or spoke:
            await self._signal(Signal.VOICE_STARTED)

    async def _consider_turn_end(self, frame: AudioFrame, now_ns: int) -> None:
        hearing = self._hearing
        if hearing.open and not hearing.activity.speaking and not self._voicemail.sounding:
            silence_ns = hearing.silence_ns(frame, FRAME_NS)
            endpoint = endpointing.decide(
                silence_ns=silence_ns, text=hearing.text, config=self._config.endpointing
            )
            if endpoint.over:
                offset_ns = hearing.activity.voiced_until_ns
                self._emit(happened.EndpointReached(t_ns=now_ns, offset_ns=offset_ns, silence_ns=silence_ns))
                await self._signal(Signal.TURN_ENDED)
        elif not hearing.open and now_ns - self._silent_since_ns >= self._config.no_speech_ms * NS_PER_MS:
            await self._signal(Signal.SILENCE_EXPIRED)

    async def _consider_voice_over(self, frame: AudioFrame, now_ns: int) -> None:
        hearing = self._hearing
        decision = barge_in.decide(
            since_yield_ns=now_ns - self._held_since_ns,
            voiced_ns=hearing.activity.voiced_ns + self._voiced_before_ns,
            silence_ns=0 if hearing.activity.speaking else hearing.silence_ns(frame, FRAME_NS),
            text=hearing.text,
            config=self._config.barge_in,
        )
        if decision is barge_in.Decision.INTERRUPTION:
            await self._signal(Signal.INTERRUPTED)
        elif decision is barge_in.Decision.RESUME:
            await self._signal(Signal.NOT_INTERRUPTED)

    async def _settle(self) -> None:
        """Follows the reply: its last words, and the moment when all of it has been heard."""
        if self._reply.whole and self._reply.ending is not None and self._state is State.SPEAKING:
            await self._signal(Signal.LAST_WORDS_READY)
        if self._reply.whole and self._playout.drained and self._state in (State.SPEAKING, State.CLOSING):
            self._emit(happened.ReplyFinished(t_ns=self._clock.now_ns(), seq=self._reply.seq))
            await self._signal(Signal.REPLY_PLAYED)

    async def _settle_without_marks(self, now_ns: int) -> None:
        if now_ns > self._playout.expected_end_ns + _MARK_PATIENCE_NS and not self._playout.drained:
            self._playout.forget_marks()
            await self._settle()

    async def _signal(self, signal: Signal) -> None:
        move = call_state.handle(self._state, signal)
        if move.state is not self._state:
            now_ns = self._clock.now_ns()
            self._emit(happened.StateChanged(t_ns=now_ns, old=self._state, new=move.state, cause=signal))
            self._state = move.state
            if move.state is State.ENDED:
                self._ended_by = "caller" if signal is Signal.CALLER_GONE else "agent"
        for command in move.commands:
            await self._perform(command)

    async def _perform(self, command: Command) -> None:
        now_ns = self._clock.now_ns()
        match command:
            case Command.OPEN_EAR:
                await self._guarded("stt", self._hearing.start())
            case Command.CLOSE_EAR:
                await self._guarded("stt", self._hearing.drop())
            case Command.ANSWER_CALL:
                self._open_turn(TurnEvent.ANSWERED)
            case Command.ANSWER_SPEECH:
                self._open_turn(TurnEvent.SPEECH, recognition=self._hearing.take())
            case Command.ANSWER_SILENCE:
                self._hearing.rest()
                self._open_turn(TurnEvent.NO_SPEECH)
            case Command.ANSWER_KEYS:
                self._open_turn(TurnEvent.DTMF, transcript=self._digits)
            case Command.ANSWER_BEEP:
                self._hearing.rest()
                self._open_turn(TurnEvent.VOICEMAIL)
            case Command.DROP_TURN:
                self._drop_turn(now_ns)
            case Command.SEND:
                await self._sender.send()
            case Command.HOLD:
                await self._hold(now_ns)
            case Command.RESUME:
                self._heard = None
                self._voiced_before_ns += self._hearing.activity.voiced_ns
                self._resumed_ns = now_ns
                self._playout.resume()
                if self._playout.sent_any:
                    self._emit(happened.Resumed(t_ns=now_ns, seq=self._reply.seq, reason=self._hearing.text))
                await self._sender.send()
                await self._settle()
            case Command.CANCEL_REPLY:
                self._cancel_reply(now_ns)
            case Command.AWAIT_CALLER:
                self._silent_since_ns = now_ns
                self._just_listening = True
            case Command.HANG_UP:
                await self._hang_up(now_ns)
            case Command.REPORT_HANGUP:
                await self._report_hangup(now_ns)

    def _open_turn(
        self, event: TurnEvent, *, transcript: str = "", recognition: Recognition | None = None
    ) -> None:
        self._drop_turn(self._clock.now_ns())
        self._playout.begin_reply()
        self._reply = Reply(seq=self._seq)
        self._seq += 1
        turn = self._turn(event, transcript)
        self._heard = None
        self._work = self._tasks.create_task(self._answer(turn, recognition, self._reply))

    def _turn(self, event: TurnEvent, transcript: str = "") -> TurnInput:
        seq = self._reply.seq
        return TurnInput(
            call_sid=self._config.call_sid,
            turn_id=f"{self._config.call_sid}-{seq}",
            seq=seq,
            flow_id=self._config.flow_id,
            event=event,
            transcript=transcript,
            variables=self._config.variables,
            heard=self._heard,
            now_iso=self._clock.wall().isoformat(),
        )

    async def _answer(self, turn: TurnInput, recognition: Recognition | None, reply: Reply) -> None:
        """The work on one turn, as a task of its own: an interruption cancels it."""
        if recognition is not None:
            heard = await self._maker.finish(recognition)
            if heard is None or not heard.text.strip():
                self._heard = turn.heard  # the dialogue has not been told yet
                await self._signal(Signal.NOTHING_HEARD)
                return
            turn = self._maker.with_words(turn, heard)
        async with aclosing(self._maker.reply(turn, reply)) as bursts:
            async for burst in bursts:
                self._playout.add(burst)
                over = self._hearing.open and self._state is State.PROCESSING
                await self._signal(Signal.REPLY_READY_OVER_CALLER if over else Signal.REPLY_READY)
        reply.whole = True
        if not self._playout.sent_any and self._state is State.PROCESSING:
            await self._signal(Signal.REPLY_PLAYED if reply.ending is None else Signal.LAST_WORDS_READY)
        await self._settle()

    def _drop_turn(self, now_ns: int) -> None:
        work, self._work = self._work, None
        if work is None or work.done() or work is asyncio.current_task():
            return
        work.cancel()
        if not self._reply.whole:
            self._emit(happened.TurnDropped(t_ns=now_ns, seq=self._reply.seq, reason=self._state))

    async def _hold(self, now_ns: int) -> None:
        audible = self._playout.sent_any
        onset_ns = self._hearing.activity.onset_ns if self._hearing.activity.onset_ns >= 0 else now_ns
        self._heard = self._playout.heard(onset_ns) if audible else ""
        self._playout.hold(now_ns)
        self._held_since_ns = now_ns
        if now_ns - self._resumed_ns > self._config.barge_in.again_ms * NS_PER_MS:
            self._voiced_before_ns = 0
        if audible:
            await self._transport.clear()
            self._emit(
                happened.Yielded(t_ns=now_ns, seq=self._reply.seq, onset_ns=onset_ns, heard=self._heard)
            )

    def _cancel_reply(self, now_ns: int) -> None:
        if self._playout.held:
            self._emit(
                happened.ReplyCancelled(
                    t_ns=now_ns,
                    seq=self._reply.seq,
                    reason=self._hearing.text,
                    heard=self._heard or "",
                )
            )
        self._playout.cancel()
        self._silent_since_ns = now_ns

    async def _hang_up(self, now_ns: int) -> None:
        ending = self._reply.ending
        reason = "failed"
        if isinstance(ending, Transfer):
            self._emit(happened.CallTransferred(t_ns=now_ns, to=ending.to, context=ending.context))
            reason = "transferred"
        elif isinstance(ending, EndCall):
            reason = ending.reason
        self._emit(happened.CallEnded(t_ns=now_ns, by=self._ended_by, reason=reason))
        await self._transport.close()

    async def _report_hangup(self, now_ns: int) -> None:
        self._emit(happened.CallEnded(t_ns=now_ns, by=self._ended_by, reason="caller hung up"))
        self._reply = Reply(seq=self._seq)
        self._seq += 1
        async with aclosing(self._maker.reply(self._turn(TurnEvent.HANGUP), self._reply)) as bursts:
            async for _ in bursts:
                pass  # nobody is there to hear it

    async def _watch_line(self, transport: Transport) -> None:
        """Ends a call whose line brings nothing any more."""
        patience_ns = self._config.line_patience_s * NS_PER_S
        while True:
            await self._clock.sleep_until(self._last_item_ns + patience_ns)
            if self._clock.now_ns() - self._last_item_ns >= patience_ns:
                await transport.close()
                return

    async def _guarded(self, provider: str, work: Awaitable[None]) -> None:
        try:
            await work
        except ProviderError as error:
            self._provider_failed(provider, error, "go on deaf")

    def _provider_failed(self, provider: str, error: ProviderError, fallback: str) -> None:
        self._emit(
            happened.ProviderFailed(
                t_ns=self._clock.now_ns(), provider=provider, error=str(error), fallback=fallback
            )
        )
