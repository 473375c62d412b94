"""What the audio layer asks of the outside: a line, ears, a voice, and a sense for voices."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar, runtime_checkable

from agent.events import WordSpan
from agent.media import AudioFrame, Samples

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A named place in the audio sent. The line returns it when all audio before it has been played,
    or at once when `clear` drops that audio: a returned mark does not prove that it was heard."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """Keys the caller pressed, told by the carrier."""

    t_ns: int
    digits: str


Inbound = AudioFrame | Mark | Keys


class Transport(Protocol):
    """A two-way telephone line, the caller at the far end."""

    def frames(self) -> AsyncGenerator[Inbound, None]:
        """The caller's audio as it arrives, marks that came back, keys; ends when the caller hangs up."""
        ...

    async def send(self, item: AudioFrame | Mark) -> None:
        """Queues audio or a mark behind what was sent before; may run ahead of real time.

        Raises:
            LineDropped: the line is gone.
        """
        ...

    async def clear(self) -> None:
        """Drops everything sent that has not been played yet."""
        ...

    async def close(self) -> None:
        """Hangs up. Closing twice is fine."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcript:
    """What a recogniser makes of an utterance, so far (`final` false) or for good.

    Words' times count from the first frame of the utterance; a partial may come without them.
    """

    text: str
    final: bool
    confidence: float | None = None
    words: tuple[WordSpan, ...] = ()


class Recognition(Protocol):
    """One utterance being recognised, from a fresh decoder state."""

    async def feed(self, frame: AudioFrame) -> Transcript | None:
        """Takes the next 20 ms; returns the newest partial if there is a new one.

        Raises:
            ProviderError: the recogniser failed.
        """
        ...

    async def finish(self) -> Transcript:
        """The utterance is over; waits for the final transcript."""
        ...

    async def close(self) -> None:
        """Gives the utterance up. Closing twice, or after `finish`, is fine."""
        ...


class SpeechToText(Protocol):
    """A recogniser."""

    async def open(self, hints: Sequence[str] = ()) -> Recognition:
        """Starts an utterance; `hints` are words and phrases that are likely in it."""
        ...


@runtime_checkable
class BatchedSpeechToText(SpeechToText, Protocol):
    """A recogniser that can also take many whole utterances at once, for less work and with the same results."""

    def transcribe(self, utterances: Sequence[Samples], hints: Sequence[str] = ()) -> Sequence[Transcript]:
        """The final transcript of each utterance, as `open` and `feed` would give it; samples at 8 kHz."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeechChunk:
    """A piece of rendered speech: s16le bytes at 8 kHz, a whole number of samples.

    Words' times count from the start of the whole rendering, not of the chunk; a word is listed in the
    chunk that holds its start.
    """

    pcm: bytes
    words: tuple[WordSpan, ...] = ()


class TextToSpeech(Protocol):
    """A voice."""

    def speak(self, text: str, voice: str) -> AsyncGenerator[SpeechChunk, None]:
        """Renders `text` with the named voice, yielding audio as it becomes known.

        Raises:
            ProviderRefused: there is no such voice.
            ProviderError: rendering failed.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class VoiceWindow:
    """How sure the detector is (0 to 1) that somebody spoke between `start_ns` and `end_ns` (call time)."""

    start_ns: int
    end_ns: int
    probability: float


class VoiceDetector(Protocol):
    """Says where there is a voice. Keeps state between frames until `reset`."""

    def feed(self, frame: AudioFrame) -> Sequence[VoiceWindow]:
        """Takes the next 20 ms; returns the windows that it completed, oldest first."""
        ...

    def reset(self) -> None:
        """Forgets everything fed so far, a half-filled window included."""
        ...


class RunBlocking(Protocol):
    """Runs work that would hold up the loop: in a thread for real calls, inline in simulation."""

    def __call__(self, work: Callable[[], _T], /) -> Awaitable[_T]:
        """Runs `work` and returns its result or raises its exception."""
        ...
