"""What of the agent's speech has been sent, and what of it the caller has heard: the playout ledger.

The agent sends faster than real time and the carrier queues it, so "sent" is not "heard". The ledger holds a
reply's frames, hands them out one by one to whoever sends them, and models the carrier: a frame starts when it
arrives or when the one before it ends, whichever is later. Marks that come back correct the model's one-way delay.

When the agent yields, frames not yet started are dropped by the carrier (`clear`), and the ledger knows the cut
word. It can go on from that word, or forget the rest.

All times are the agent's clock. A frame sent at t is at the ear at t + delay; `clear` sent at t works there at
t + delay as well, so what a `clear` leaves to be heard does not depend on the delay.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from agent.audio.ports import Mark
from agent.events import WordSpan
from agent.media import FRAME_NS, AudioFrame


@dataclass(frozen=True, slots=True, kw_only=True)
class Burst:
    """Speech that is sent in one go: its text, its frames' bytes, its words from the first frame on."""

    seq: int
    text: str
    frames: tuple[bytes, ...]
    words: tuple[WordSpan, ...]
    resumed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class BurstStart:
    """Tells that the next frame handed out is a burst's first, number `first_frame` of the call."""

    burst: Burst
    first_frame: int


Outgoing = AudioFrame | Mark | BurstStart


@dataclass(slots=True)
class _Sent:
    burst: Burst
    first_frame: int
    starts_ns: list[int] = field(default_factory=list)


class Playout:
    """The ledger of one call.

    Args:
        delay_ns: first guess of the one-way delay to the caller's ear.
    """

    def __init__(self, delay_ns: int = 60_000_000) -> None:
        self.delay_ns = delay_ns
        self.frames_sent = 0
        self._waiting: deque[Burst] = deque()
        self._sent: list[_Sent] = []
        self._position = 0
        self._busy_until_ns = 0
        self._held = False
        self._marks = 0
        self._open_marks: dict[str, int] = {}

    @property
    def held(self) -> bool:
        """Whether the ledger hands nothing out until `resume` or `cancel`."""
        return self._held

    @property
    def drained(self) -> bool:
        """Whether everything added has been handed out and its last mark has come back."""
        return not self._waiting and not self._open_marks and not self._held

    @property
    def sent_any(self) -> bool:
        """Whether any frame of the present reply was handed out."""
        return any(sent.starts_ns for sent in self._sent)

    @property
    def expected_end_ns(self) -> int:
        """When, by the model, the last frame handed out has been played and its mark could be back."""
        return self._busy_until_ns + 2 * self.delay_ns

    def begin_reply(self) -> None:
        """Forgets the last reply; what it left unsent is dropped."""
        self._waiting.clear()
        self._sent.clear()
        self._open_marks.clear()
        self._position = 0
        self._held = False

    def add(self, burst: Burst) -> None:
        """Queues more of the present reply."""
        if burst.frames:
            self._waiting.append(burst)

    def next(self, now_ns: int) -> Outgoing | None:
        """The next thing to send, or None while held or when there is nothing."""
        if self._held or not self._waiting:
            return None
        burst = self._waiting[0]
        if self._position == 0 and (not self._sent or self._sent[-1].burst is not burst):
            self._sent.append(_Sent(burst, self.frames_sent))
            return BurstStart(burst=burst, first_frame=self.frames_sent)
        if self._position == len(burst.frames):
            self._waiting.popleft()
            self._position = 0
            self._marks += 1
            name = f"{burst.seq}.{self._marks}"
            self._open_marks[name] = self._busy_until_ns
            return Mark(name=name)
        start_ns = max(now_ns, self._busy_until_ns)
        self._sent[-1].starts_ns.append(start_ns)
        self._busy_until_ns = start_ns + FRAME_NS
        pcm = burst.frames[self._position]
        self._position += 1
        self.frames_sent += 1
        return AudioFrame(t_ns=start_ns, pcm=pcm)

    def mark_returned(self, name: str, now_ns: int) -> None:
        """A mark came back; unless `hold` gave it up, all audio before it has been heard."""
        due_ns = self._open_marks.pop(name, None)
        if due_ns is not None:
            self.delay_ns = max(0, (now_ns - due_ns) // 2)

    def forget_marks(self) -> None:
        """Takes everything handed out as heard: a line that returns no marks must not hang the call."""
        self._open_marks.clear()

    def hold(self, now_ns: int) -> None:
        """The line is being cleared now; frames that have not started are lost."""
        self._held = True
        self._open_marks.clear()
        self._busy_until_ns = min(self._busy_until_ns, now_ns + FRAME_NS)
        for sent in self._sent:
            sent.starts_ns = [start for start in sent.starts_ns if start < now_ns]

    def resume(self) -> None:
        """Goes on from the cut word; frames of later bursts follow."""
        if not self._held:
            return
        self._held = False
        begun = {id(sent.burst) for sent in self._sent}
        later = [burst for burst in self._waiting if id(burst) not in begun]
        unsent = [_cut(sent) for sent in self._sent if len(sent.starts_ns) < len(sent.burst.frames)]
        self._waiting = deque([burst for burst in unsent if burst.frames] + later)
        self._position = 0

    def cancel(self) -> None:
        """The rest of the reply will not be said."""
        self._waiting.clear()
        self._open_marks.clear()
        self._position = 0
        self._held = False

    def heard(self, at_ns: int) -> str:
        """The words of the present reply that had been played in full when the caller did something
        that the agent noticed as happening at `at_ns`."""
        at_ear_ns = at_ns - 2 * self.delay_ns
        words: list[str] = []
        for sent in self._sent:
            played = sum(1 for start in sent.starts_ns if start + FRAME_NS <= at_ear_ns)
            words.extend(word.text for word in _complete(sent.burst.words, played))
        return " ".join(words)


def _complete(words: Sequence[WordSpan], played_frames: int) -> list[WordSpan]:
    return [word for word in words if word.end_ns <= played_frames * FRAME_NS]


def _cut(sent: _Sent) -> Burst:
    """Takes from a burst, and returns, what is left of it from the first word that was not played whole."""
    burst = sent.burst
    played = len(sent.starts_ns)
    done = _complete(burst.words, played)
    left = burst.words[len(done) :]
    first = min(played, left[0].start_ns // FRAME_NS) if left else played
    sent.burst = Burst(
        seq=burst.seq,
        text=" ".join(word.text for word in done),
        frames=burst.frames[:played],
        words=tuple(done),
        resumed=burst.resumed,
    )
    shift_ns = first * FRAME_NS
    words = tuple(
        WordSpan(text=word.text, start_ns=max(0, word.start_ns - shift_ns), end_ns=word.end_ns - shift_ns)
        for word in left
    )
    return Burst(
        seq=burst.seq,
        text=" ".join(word.text for word in left) or burst.text,
        frames=burst.frames[first:],
        words=words,
        resumed=True,
    )
