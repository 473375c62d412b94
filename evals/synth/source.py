"""What a caller's step sounds like before the line spoils it: words spoken, a clip, a sound."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import assert_never

import numpy as np

from agent.audio.ports import TextToSpeech
from agent.events import WordSpan
from agent.media import RATE_HZ, SAMPLE_NS
from evals.record import Span
from evals.scenario.model import CallerStep, Case, Line, Sound, StepKind
from evals.signal.filters import telephone_band
from evals.signal.levels import Signal, gain_for, scale_to_speech_level
from evals.signal.voicing import speech_spans
from evals.synth.caller_voice import (
    LEAD_MS,
    TAIL_MS,
    CleanSpeech,
    Rendering,
    clean_speech,
    reference_text,
    render,
)
from evals.synth.clip import decode_clip
from evals.synth.tones import Beep, Cough, HoldMusic, Ringback, beep, cough, hold_music, ringback

BACKCHANNEL = "mm-hmm"
GREETING = "Hi, you've reached Alex. Please leave a message after the tone."
BEEP_AFTER_MS = 300  # from the greeting's last voiced 10 ms
NOMINAL_DBOV = -26.0  # the voice level that a sound recipe's own level goes with

_PER_MS = RATE_HZ // 1000
_LEAD = np.zeros(LEAD_MS * _PER_MS)
_TAIL = np.zeros(TAIL_MS * _PER_MS)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Source:
    """What a step is made of, as it came from the voice or the file.

    Attributes:
        text: reference words; empty for sounds without words.
        renderings: what the voice spoke.
        clip: what was recorded.
        sound: the sound that the step makes, alone or after the words.
    """

    text: str = ""
    renderings: Sequence[Rendering] = ()
    clip: CleanSpeech | None = None
    sound: Sound | None = None

    @property
    def sha256(self) -> str:
        """Fixes all of it."""
        digest = hashlib.sha256(f"{self.text}\n{self.sound}\n".encode())
        for piece in self.renderings:
            digest.update(f"{piece.pause_ms} {piece.samples.size} {piece.words}\n".encode())
            digest.update(piece.samples.tobytes())
        if self.clip is not None:
            digest.update(f"{self.clip.speech}\n".encode())
            digest.update(self.clip.samples.tobytes())
        return digest.hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LevelledSound:
    """A step's sound as the telephone channel passes it, at its level, shape (n,)."""

    signal: Signal
    speech: tuple[Span, ...] = ()
    words: tuple[WordSpan, ...] = ()


async def read_source(case: Case, step: CallerStep, tts: TextToSpeech) -> Source | None:
    """What the step sounds like, or None when it makes no sound.

    Raises:
        BadInput: its clip cannot be played.
        ProviderError: the voice failed.
    """
    match step.kind:
        case StepKind.SAYS | StepKind.INTERRUPTS:
            return await _spoken(step.text, case.voice, tts, None)
        case StepKind.PLAYS:
            path = Path(case.folder) / step.clip
            clip = decode_clip(path, step.clip_sha256, step.clip_speech_ms)
            return Source(text=reference_text(step.text), clip=clip)
        case StepKind.SOUND:
            return await _sound(step, case.voice, tts)
        case StepKind.KEYS | StepKind.HANGS_UP:
            return None
    assert_never(step.kind)


def at_level(source: Source, line: Line, rng: np.random.Generator) -> LevelledSound:
    """The source through the telephone channel, the caller's voice at the line's active level (P.56).

    Sounds of the caller's throat follow that level; tones come from machines and have a level of their own.
    """
    if source.clip is not None:
        return _voice(source.clip, line)
    if source.renderings:
        voice = _voice(clean_speech(source.renderings), line)
        return voice if source.sound is not Sound.VOICEMAIL_GREETING else _with_beep(voice)
    match source.sound:
        case Sound.COUGH:
            sound = np.concatenate((_LEAD, cough(Cough(), rng), _TAIL))
            signal = telephone_band(sound) * gain_for(line.level_dbov - NOMINAL_DBOV)
            return LevelledSound(signal=signal, speech=_spans(speech_spans(sound)))
        case Sound.RINGBACK:
            return LevelledSound(signal=telephone_band(ringback(Ringback())))
        case Sound.HOLD_MUSIC:
            return LevelledSound(signal=telephone_band(hold_music(HoldMusic())))
        case _:
            raise ValueError(f"nothing to hear in {source}")


async def _spoken(text: str, voice: str, tts: TextToSpeech, sound: Sound | None) -> Source:
    renderings = tuple(await render(tts, text, voice))
    return Source(text=reference_text(text), renderings=renderings, sound=sound)


async def _sound(step: CallerStep, voice: str, tts: TextToSpeech) -> Source | None:
    match step.sound:
        case Sound.VOICEMAIL_GREETING:
            return await _spoken(step.text or GREETING, voice, tts, step.sound)
        case Sound.BACKCHANNEL:
            return await _spoken(step.text or BACKCHANNEL, voice, tts, step.sound)
        case Sound.ASIDE:
            return await _spoken(step.text, voice, tts, step.sound)
        case Sound.COUGH | Sound.RINGBACK | Sound.HOLD_MUSIC:
            return Source(sound=step.sound)
        case Sound.SILENCE | None:
            return None
    assert_never(step.sound)


def _voice(speech: CleanSpeech, line: Line) -> LevelledSound:
    return LevelledSound(
        signal=scale_to_speech_level(telephone_band(speech.samples), line.level_dbov),
        speech=speech.speech,
        words=speech.words,
    )


def _with_beep(greeting: LevelledSound) -> LevelledSound:
    spoken = greeting.speech[-1].end_ns // SAMPLE_NS if greeting.speech else 0
    silence = np.zeros(max(0, spoken + BEEP_AFTER_MS * _PER_MS - greeting.signal.size))
    tone = telephone_band(np.concatenate((beep(Beep()), _TAIL)))
    return LevelledSound(
        signal=np.concatenate((greeting.signal, silence, tone)), speech=greeting.speech, words=greeting.words
    )


def _spans(spans: Sequence[tuple[int, int]]) -> tuple[Span, ...]:
    return tuple(Span(start_ns=start * SAMPLE_NS, end_ns=end * SAMPLE_NS) for start, end in spans)
