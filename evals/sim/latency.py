"""Named latency profiles: how long providers take in virtual time.

Work done here costs real CPU but no virtual time of its own, so each provider's delay is drawn from a profile instead,
by a random stream named after the stage, the scenario and the turn. What comes out of it is logic latency, for
comparing versions of an agent with each other; real delays are measured in real time.
"""

from __future__ import annotations

import math
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass

from agent.audio.ports import Recognition, SpeechChunk, SpeechToText, TextToSpeech, Transcript
from agent.clock import Clock
from agent.events import row_of
from agent.media import AudioFrame
from agent.turn import Action, Json, StreamTurn, TurnInput, TurnOutput
from agent.units import NS_PER_MS
from evals.rng import rng_for


@dataclass(frozen=True, slots=True, kw_only=True)
class Delay:
    """A lognormal delay: its median and the spread of its logarithm."""

    median_ms: float
    sigma: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class LatencyProfile:
    """How long each stage of a turn takes: final transcript, dialogue's first action, first audio of a text."""

    name: str
    stt_final: Delay
    dialogue_first: Delay
    tts_first: Delay

    def describe(self) -> dict[str, Json]:
        """The profile as JSON values."""
        return row_of(self)


# Medians of a quick agent in one data centre. Published medians for streaming recognisers lie between 200 and
# 1,100 ms, for a first model token near 375 ms and for first audio near 100 ms (Twilio's targets of November 2025);
# `reference` is an agent with embedded parts, `networked` one with the usual providers.
PROFILES = {
    profile.name: profile
    for profile in (
        LatencyProfile(
            name="none",
            stt_final=Delay(median_ms=0),
            dialogue_first=Delay(median_ms=0),
            tts_first=Delay(median_ms=0),
        ),
        LatencyProfile(
            name="reference",
            stt_final=Delay(median_ms=90, sigma=0.25),
            dialogue_first=Delay(median_ms=60, sigma=0.3),
            tts_first=Delay(median_ms=80, sigma=0.2),
        ),
        LatencyProfile(
            name="networked",
            stt_final=Delay(median_ms=300, sigma=0.3),
            dialogue_first=Delay(median_ms=375, sigma=0.35),
            tts_first=Delay(median_ms=120, sigma=0.25),
        ),
    )
}


class Delays:
    """The delays of one call."""

    def __init__(self, profile: LatencyProfile, *, seed: int, scenario: str, repeat: int) -> None:
        self._profile = profile
        self._names = (seed, scenario, repeat)

    def draw_ns(self, stage: str, turn: int) -> int:
        """The delay of `stage` (a field of the profile) in turn number `turn`; the same every time it is asked."""
        delay: Delay = getattr(self._profile, stage)
        if delay.median_ms <= 0:
            return 0
        seed, scenario, repeat = self._names
        normal = rng_for(seed, stage, scenario, repeat, turn).standard_normal()
        return int(delay.median_ms * math.exp(delay.sigma * normal) * NS_PER_MS)


class DelayedSpeechToText:
    """A recogniser whose finals take the profile's time."""

    def __init__(self, inner: SpeechToText, delays: Delays, clock: Clock) -> None:
        self._inner = inner
        self._delays = delays
        self._clock = clock
        self._utterances = 0

    async def open(self, hints: Sequence[str] = ()) -> Recognition:
        """Starts an utterance of the inner recogniser."""
        self._utterances += 1
        recognition = await self._inner.open(hints)
        return _DelayedRecognition(recognition, self._delays, self._clock, self._utterances)


class _DelayedRecognition:
    def __init__(self, inner: Recognition, delays: Delays, clock: Clock, number: int) -> None:
        self._inner = inner
        self._delays = delays
        self._clock = clock
        self._number = number

    async def feed(self, frame: AudioFrame) -> Transcript | None:
        return await self._inner.feed(frame)

    async def finish(self) -> Transcript:
        asked_ns = self._clock.now_ns()
        transcript = await self._inner.finish()
        await self._clock.sleep_until(asked_ns + self._delays.draw_ns("stt_final", self._number))
        return transcript

    async def close(self) -> None:
        await self._inner.close()


class DelayedTextToSpeech:
    """A voice whose first audio of a text takes the profile's time."""

    def __init__(self, inner: TextToSpeech, delays: Delays, clock: Clock) -> None:
        self._inner = inner
        self._delays = delays
        self._clock = clock
        self._texts = 0

    async def speak(self, text: str, voice: str) -> AsyncGenerator[SpeechChunk, None]:
        """Speaks with the inner voice, later."""
        self._texts += 1
        due_ns = self._clock.now_ns() + self._delays.draw_ns("tts_first", self._texts)
        async with aclosing(self._inner.speak(text, voice)) as chunks:
            async for chunk in chunks:
                await self._clock.sleep_until(due_ns)
                yield chunk


def delayed_turns(stream_turn: StreamTurn, delays: Delays, clock: Clock) -> StreamTurn:
    """A dialogue whose first action of a turn takes the profile's time."""

    async def stream(turn: TurnInput) -> AsyncGenerator[Action | TurnOutput, None]:
        due_ns = clock.now_ns() + delays.draw_ns("dialogue_first", turn.seq)
        async with aclosing(stream_turn(turn)) as items:
            async for item in items:
                await clock.sleep_until(due_ns)
                yield item

    return stream
