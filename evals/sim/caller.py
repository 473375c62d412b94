"""The scripted caller: a small state machine over what it hears, one step per 20 ms frame.

It waits for the agent's turn to end before it speaks, interrupts when its script says so, falls silent, presses keys,
hangs up. It takes a reply as ended when the agent has been silent at its ear for the suite's `reply_end_ms`. It gives
up on a reply that does not come within `REPLY_TIMEOUT_NS` and goes on with its script.

Utterances start on a grid of 160 ms from the first sample the agent received, at an offset drawn from seed and step,
so that the same words meet the same frame and window boundaries in every run, and all of them over many.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from agent.media import FRAME_NS, FRAME_SAMPLES, Samples
from agent.units import NS_PER_MS
from evals.record import CallerUtterance, Span
from evals.rng import rng_for
from evals.scenario.model import CallerStep, Case, Sound, StepKind
from evals.sim.line import TelephoneLine
from evals.synth.caller_audio import CallerAudio
from evals.synth.utterance import Utterance

REPLY_TIMEOUT_NS = (
    10_000 * NS_PER_MS
)  # above the agent's own patience with a silent caller, so that it may ask again
FAREWELL_PATIENCE_NS = 10_000 * NS_PER_MS
GRID_FRAMES = 8  # 160 ms: 20 ms frames and 32 ms detector windows line up again
ANSWER_MS = 300  # a machine starts its greeting so long after it answered
_AT_ONCE = (Sound.VOICEMAIL_GREETING, Sound.RINGBACK, Sound.HOLD_MUSIC)


@dataclass(slots=True)
class _Speaking:
    audio: Utterance
    first_frame: int
    frames: int
    record: CallerUtterance
    hang_up: bool


class ScriptedCaller:
    """Plays one case's script on a line.

    Attributes:
        utterances: what the caller has done so far.
        gone: whether the caller has hung up.
    """

    def __init__(
        self,
        case: Case,
        audio: CallerAudio,
        line: TelephoneLine,
        witness: Callable[[CallerUtterance], None] | None = None,
    ) -> None:
        self._steps = case.scenario.caller
        self._audio = audio
        self._line = line
        self._witness = witness
        self._reply_end_ns = case.scenario.reply_end_ms * NS_PER_MS
        self._index = 0
        self._speaking: _Speaking | None = None
        self._floor_ns = 0  # since when the agent has owed a reply
        self._reply_since_ns: int | None = None  # first audible sample of the reply owed
        self._audible_until_ns = 0
        self._own_until_ns = 0
        self._offsets = [_grid_offset(case, step) for step in range(len(self._steps))]
        self._heard = 0  # how many played frames have been listened to
        self.utterances: list[CallerUtterance] = []
        self.gone = False

    def step(self, frame: int) -> None:
        """Frame number `frame` is over: it leaves the caller's phone, and the caller hears what played meanwhile."""
        now_ns = (frame + 1) * FRAME_NS
        mouth, received = self._frame(frame)
        self._line.send_frame(frame, mouth, received)
        self._listen(now_ns)
        if self._line.agent_closed_ns is not None:
            return  # the agent was first to hang up; nothing more begins
        speaking = self._speaking
        if speaking is not None and frame + 1 >= speaking.first_frame + speaking.frames:
            self._stop_speaking(speaking, now_ns)
        if self._speaking is None and not self.gone:
            self._act(frame + 1, now_ns)

    def _frame(self, frame: int) -> tuple[Samples, Samples]:
        speaking = self._speaking
        if speaking is None:
            return self._audio.bed(frame)
        at = (frame - speaking.first_frame) * FRAME_SAMPLES
        window = slice(at, at + FRAME_SAMPLES)
        return speaking.audio.mouth[window], speaking.audio.received[window]

    def _listen(self, now_ns: int) -> None:
        self._line.play_until(now_ns)
        for played in self._line.played[self._heard :]:
            if played.audible:
                self._audible_until_ns = played.start_ns + FRAME_NS
                if self._reply_since_ns is None and played.start_ns >= self._floor_ns:
                    self._reply_since_ns = played.start_ns
        self._heard = len(self._line.played)

    def _act(self, frame: int, now_ns: int) -> None:
        """Decides whether something begins with frame number `frame`, at `now_ns`."""
        if self._index == len(self._steps):
            if now_ns - max(self._audible_until_ns, self._floor_ns) >= FAREWELL_PATIENCE_NS:
                self._hang_up()
            return
        step = self._steps[self._index]
        offered = True
        if step.during_reply:
            due = self._due_during_reply(step, now_ns)
            if due is None:
                return
            offered = due
        elif not self._due_after_reply(step, now_ns):
            return
        if step.kind in (StepKind.SAYS, StepKind.INTERRUPTS, StepKind.PLAYS, StepKind.SOUND):
            self._begin(step, frame, now_ns, offered=offered)
        else:
            self._act_silently(step, now_ns)

    def _due_during_reply(self, step: CallerStep, now_ns: int) -> bool | None:
        """True when it is time, False when the reply is over already, None to wait."""
        since_ns = self._reply_since_ns
        if since_ns is None:
            return False if now_ns - self._floor_ns >= REPLY_TIMEOUT_NS else None
        if now_ns >= since_ns + (step.after_ms or 0) * NS_PER_MS:
            return now_ns - self._audible_until_ns < self._reply_end_ns
        return False if self._reply_over(now_ns) else None

    def _due_after_reply(self, step: CallerStep, now_ns: int) -> bool:
        if self._index == 0 and step.sound in _AT_ONCE:
            return now_ns >= ANSWER_MS * NS_PER_MS
        if self._reply_since_ns is None:
            return now_ns - self._floor_ns >= REPLY_TIMEOUT_NS
        wait_ns = (step.after_ms or 0) * NS_PER_MS if step.kind is StepKind.HANGS_UP else 0
        return self._reply_over(now_ns - wait_ns)

    def _reply_over(self, now_ns: int) -> bool:
        # A caller who has just hummed along counts the agent's silence from the end of their own sound.
        silent_since_ns = max(self._audible_until_ns, self._own_until_ns)
        return self._reply_since_ns is not None and now_ns - silent_since_ns >= self._reply_end_ns

    def _begin(self, step: CallerStep, frame: int, now_ns: int, *, offered: bool) -> None:
        audio = self._audio.utterance(self._index)
        if audio is None:
            self._act_silently(step, now_ns)
            return
        if frame % GRID_FRAMES != self._offsets[self._index]:
            return
        frames = len(audio.mouth) // FRAME_SAMPLES
        hang_up = step.hangs_up_after_ms is not None
        if step.hangs_up_after_ms is not None:
            frames = min(frames, -(-step.hangs_up_after_ms * NS_PER_MS // FRAME_NS))
        start_ns, end_ns = frame * FRAME_NS, (frame + frames) * FRAME_NS
        record = CallerUtterance(
            step=self._index,
            kind=step.kind,
            text=audio.text,
            start_ns=start_ns,
            end_ns=end_ns,
            speech=_placed(audio.speech, start_ns, end_ns),
            sound=step.sound or "",
            expects_reply=step.kind is not StepKind.SOUND and not hang_up,
            offered=offered,
            hung_up=hang_up,
        )
        self._speaking = _Speaking(audio, frame, frames, record, hang_up)
        self._index += 1
        if self._witness is not None:
            self._witness(record)

    def _stop_speaking(self, speaking: _Speaking, now_ns: int) -> None:
        self._speaking = None
        self._own_until_ns = now_ns
        self.utterances.append(speaking.record)
        if speaking.record.expects_reply or speaking.record.sound in _AT_ONCE:
            self._owe_reply(now_ns)
        if speaking.hang_up:
            self._hang_up()

    def _act_silently(self, step: CallerStep, now_ns: int) -> None:
        """Keys, hanging up, and the silence of somebody who lets their turn go by."""
        self.utterances.append(
            CallerUtterance(
                step=self._index,
                kind=step.kind,
                text="",
                start_ns=now_ns,
                end_ns=now_ns,
                sound=step.sound or "",
                keys=step.keys,
                expects_reply=step.kind is StepKind.KEYS,
                hung_up=step.kind is StepKind.HANGS_UP,
            )
        )
        self._index += 1
        self._owe_reply(now_ns)
        if step.kind is StepKind.KEYS:
            self._line.press(step.keys)
        elif step.kind is StepKind.HANGS_UP:
            self._hang_up()

    def _owe_reply(self, now_ns: int) -> None:
        self._floor_ns = now_ns
        self._reply_since_ns = None

    def _hang_up(self) -> None:
        self.gone = True
        self._line.hang_up()

    def interrupted_by_end(self, end_ns: int) -> None:
        """The call ended while the caller was speaking: what had begun is noted, cut at `end_ns`."""
        if self._speaking is not None:
            record = self._speaking.record
            spans = tuple(
                Span(start_ns=span.start_ns, end_ns=min(span.end_ns, end_ns))
                for span in record.speech
                if span.start_ns < end_ns
            )
            self.utterances.append(replace(record, end_ns=end_ns, speech=spans, expects_reply=False))
            self._speaking = None


def _grid_offset(case: Case, step: int) -> int:
    rng = rng_for(case.seed, "caller.grid", case.scenario.id, step, case.repeat)
    return int(rng.integers(GRID_FRAMES))


def _placed(speech: tuple[Span, ...], start_ns: int, end_ns: int) -> tuple[Span, ...]:
    """Speech intervals of an utterance put on the call's clock, cut at `end_ns`."""
    return tuple(
        Span(start_ns=start_ns + span.start_ns, end_ns=min(start_ns + span.end_ns, end_ns))
        for span in speech
        if start_ns + span.start_ns < end_ns
    )
