"""The telephone line between a scripted caller and the agent, with the carrier's playout buffer, and the tap on it.

Caller to agent: 20 ms frames leave the caller's end when they are whole and arrive after the network's delay (and
jitter, in order). Agent to caller: what the agent sends arrives after the delay, waits in the carrier's buffer and
is played one frame after another, each beginning when it arrives or when the one before it ends. `clear` drops what
has not begun. A mark comes back when everything before it has been played, or at once when it is dropped.

Times are the caller's clock, which in simulation is the agent's too.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from agent.audio.ports import Inbound, Keys, Mark
from agent.audio.transports.memory import FarEnd, MemoryTransport
from agent.media import (
    FRAME_NS,
    MULAW_SILENCE,
    RATE_HZ,
    SAMPLE_NS,
    TELEPHONE,
    AudioFrame,
    Samples,
    mulaw_decode,
    mulaw_encode,
)
from agent.units import NS_PER_MS
from evals.record import WireMessage
from evals.scenario.model import Line
from evals.sim.virtual_time import VirtualLoop

AUDIBLE_RMS = 184.0  # -45 dBov, the threshold for agent audio (methods: clean audio, energy VAD)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayedFrame:
    """Agent frame number `number` (in sending order) began to play at the ear at `start_ns`."""

    number: int
    start_ns: int
    audible: bool


@dataclass(frozen=True, slots=True)
class _Queued:
    """Something of the agent's on its way to the ear: audio codes, or a mark's name when `codes` is empty."""

    order: int
    arrival_ns: int
    number: int = -1
    codes: bytes = b""
    audible: bool = False
    mark: str = ""


@lru_cache(maxsize=8192)
def _codes_of(pcm: bytes) -> tuple[bytes, bool]:
    """A frame of telephone audio as the line carries it, and whether it can be heard."""
    codes = mulaw_encode(np.frombuffer(pcm, dtype="<i2"))
    samples = mulaw_decode(codes).astype(np.float32)
    return codes, float(np.dot(samples, samples)) >= AUDIBLE_RMS**2 * len(samples)


class TelephoneLine:
    """One call's line. `transport` is the agent's end; the caller's end calls `send_frame`, `press`, `hang_up`."""

    def __init__(self, line: Line, loop: VirtualLoop, rng: np.random.Generator) -> None:
        self._loop = loop
        self._zero_ns = loop.time_ns()
        self._delay_ns = line.delay_ms * NS_PER_MS
        self._jitter_ns = line.jitter_ms * NS_PER_MS
        self._rng = rng
        self._last_arrival_ns = 0
        self._queue: deque[_Queued] = deque()
        self._order = 0
        self._ear_busy_until_ns = 0
        self._sent = 0
        self._burst: list[int] | None = None
        self._mouth: list[Samples] = []  # the caller's track, encoded when it is asked for
        self._agent_track = bytearray()
        self.played: list[PlayedFrame] = []
        self.wire: list[WireMessage] = []
        self.agent_closed_ns: int | None = None
        self.caller_gone = False
        self.transport = MemoryTransport(
            FarEnd(send=self._agent_sends, clear=self._agent_clears, closed=self._agent_closes)
        )

    @property
    def now_ns(self) -> int:
        """The call's time."""
        return self._loop.time_ns() - self._zero_ns

    def send_frame(self, index: int, mouth: Samples, received: Samples) -> None:
        """The caller's frame number `index` is whole and leaves: `mouth` as said, `received` as it will arrive."""
        self._mouth.append(mouth)
        frame = AudioFrame(t_ns=index * FRAME_NS + self._delay_ns, pcm=received.astype("<i2").tobytes())
        self._deliver(frame)

    def press(self, digits: str) -> None:
        """The caller presses keys; the carrier tells the agent."""
        self._note("keys", name=digits)
        self._deliver(Keys(t_ns=self.now_ns, digits=digits))

    def hang_up(self) -> None:
        """The caller puts the phone down; the agent learns it after the network's delay."""
        self.caller_gone = True
        self._note("hangup_caller")
        # Never before the last frame, however long jitter has held that up.
        arrival_ns = max(self._last_arrival_ns, self.now_ns + self._delay_ns)
        self._loop.call_at_ns(arrival_ns + self._zero_ns, self.transport.hang_up)

    def play_until(self, now_ns: int) -> None:
        """Plays what begins before `now_ns`."""
        while self._queue:
            head = self._queue[0]
            start_ns = max(head.arrival_ns, self._ear_busy_until_ns)
            if start_ns > now_ns or (start_ns == now_ns and head.codes):
                break
            self._queue.popleft()
            if head.codes:
                self._play(head, start_ns)
            else:
                self._return_mark(head.mark, start_ns)

    def tracks(self, end_ns: int) -> tuple[bytes, bytes]:
        """Caller's and agent's track from zero to `end_ns`, mu-law, of equal length."""
        length = end_ns // SAMPLE_NS
        silence = bytes([MULAW_SILENCE])
        said = np.concatenate(self._mouth)[:length] if self._mouth else np.zeros(0, np.int16)
        caller = mulaw_encode(said).ljust(length, silence)
        agent = bytes(self._agent_track[:length]).ljust(length, silence)
        return caller, agent

    def _play(self, frame: _Queued, start_ns: int) -> None:
        at = start_ns * RATE_HZ // 1_000_000_000
        if len(self._agent_track) < at:
            self._agent_track += bytes([MULAW_SILENCE]) * (at - len(self._agent_track))
        self._agent_track[at : at + len(frame.codes)] = frame.codes
        self._ear_busy_until_ns = start_ns + FRAME_NS
        self.played.append(PlayedFrame(number=frame.number, start_ns=start_ns, audible=frame.audible))

    def _agent_sends(self, item: AudioFrame | Mark) -> None:
        now_ns = self.now_ns
        arrival_ns = now_ns + self._delay_ns
        self._order += 1
        if isinstance(item, Mark):
            self._note("mark_out", name=item.name)
            self._queue.append(_Queued(self._order, arrival_ns, mark=item.name))
            return
        codes, audible = _codes_of(item.pcm if item.format is TELEPHONE else item.samples.tobytes())
        self._queue.append(_Queued(self._order, arrival_ns, self._sent, codes, audible))
        self._sent += 1
        self._note_audio(now_ns)

    def _agent_clears(self) -> None:
        self._note("clear")
        sent_before = self._order
        self._loop.call_at_ns(self._loop.time_ns() + self._delay_ns, self._clear_arrives, sent_before)

    def _clear_arrives(self, sent_before: int) -> None:
        now_ns = self.now_ns
        self.play_until(now_ns)
        dropped = [item for item in self._queue if item.order <= sent_before]
        self._queue = deque(item for item in self._queue if item.order > sent_before)
        for item in dropped:
            if item.mark:
                self._return_mark(item.mark, now_ns)

    def _return_mark(self, name: str, at_ns: int) -> None:
        def arrives() -> None:
            self._note("mark_back", name=name)
            self.transport.deliver(Mark(name=name))

        self._loop.call_at_ns(max(self.now_ns, at_ns + self._delay_ns) + self._zero_ns, arrives)

    def _agent_closes(self) -> None:
        self._note("hangup_agent")
        self.agent_closed_ns = self.now_ns

    def _deliver(self, item: Inbound) -> None:
        delay_ns = self._delay_ns
        if self._jitter_ns:
            delay_ns += int(self._rng.gamma(1.0) * self._jitter_ns)
        arrival_ns = max(self._last_arrival_ns, self.now_ns + delay_ns)
        self._last_arrival_ns = arrival_ns
        self._loop.call_at_ns(arrival_ns + self._zero_ns, self.transport.deliver, item)

    def _note(self, kind: str, name: str = "") -> None:
        self._burst = None
        self.wire.append(WireMessage(t_ns=self.now_ns, kind=kind, name=name))

    def _note_audio(self, now_ns: int) -> None:
        if self._burst is not None and self._burst[0] == now_ns:
            self._burst[1] += 1
            self.wire[-1] = WireMessage(t_ns=now_ns, kind="audio_out", frames=self._burst[1])
        else:
            self._burst = [now_ns, 1]
            self.wire.append(WireMessage(t_ns=now_ns, kind="audio_out", frames=1))
