"""The one place where a real agent is put together: settings to adapters to a CallOrchestrator, like a parts list.

Providers are made once and serve many calls; a call gets an orchestrator of its own. Whoever wants another part in
place of one made here (the harness wraps and caches them) replaces it in `Providers`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from agent.audio.blocking import run_in_thread
from agent.audio.call_config import CallConfig
from agent.audio.orchestrator import CallOrchestrator
from agent.audio.ports import RunBlocking, SpeechToText, TextToSpeech, VoiceDetector
from agent.audio.stt.ear.recogniser import EarSpeechToText
from agent.audio.stt.pocketsphinx import PocketsphinxSpeechToText
from agent.audio.tts.cached import CachedTextToSpeech
from agent.audio.tts.pyttsx3 import Pyttsx3TextToSpeech
from agent.audio.vad.silero import SileroVoiceDetector
from agent.cache import ContentCache
from agent.clock import Clock
from agent.cognitive.flow import Flow
from agent.errors import BadSettings
from agent.events import CallEvent
from agent.flow_assembly import make_dialogue as make_dialogue
from agent.flow_assembly import remote_dialogue as remote_dialogue
from agent.settings import AgentSettings
from agent.turn import StreamTurn


@dataclass(frozen=True, slots=True, kw_only=True)
class Ears:
    """A recogniser and what its results depend on."""

    stt: SpeechToText
    identity: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Providers:
    """What serves all calls of one agent. `close` ends what runs beside this process."""

    ears: Ears
    tts: TextToSpeech
    detector: VoiceDetector
    detector_identity: str
    close: Callable[[], None]


def make_providers(
    settings: AgentSettings,
    flow: Flow,
    *,
    cache: ContentCache,
    variables: Mapping[str, str] | None = None,
    run_blocking: RunBlocking = run_in_thread,
) -> Providers:
    """The providers that the settings name.

    Args:
        settings: which ones.
        flow: its texts and examples tell an embedded recogniser which words to expect.
        cache: where rendered speech is kept.
        variables: what is known before any call, for the words in the flow's texts.
        run_blocking: how work that would hold up the loop is run.

    Raises:
        BadSettings: a provider is not known.
    """
    mistakes = provider_mistakes(settings)
    if mistakes:
        raise BadSettings("\n".join(mistakes))
    voice = TTS[settings.tts](run_blocking)
    detector = VAD[settings.vad]()
    return Providers(
        ears=STT[settings.stt](domain_texts(flow, variables), run_blocking),
        tts=CachedTextToSpeech(voice, cache, voice.identity),
        detector=detector,
        detector_identity=detector.identity,
        close=voice.close,
    )


def provider_mistakes(settings: AgentSettings) -> list[str]:
    """The providers that the settings name and nobody knows, one sentence each."""
    return [
        f"agent.{port}={name}: there is no such provider; there is {', '.join(known)}"
        for port, name, known in (
            ("stt", settings.stt, STT),
            ("tts", settings.tts, TTS),
            ("vad", settings.vad, VAD),
        )
        if name not in known
    ]


def make_call(
    settings: AgentSettings,
    flow: Flow,
    *,
    stt: SpeechToText,
    tts: TextToSpeech,
    detector: VoiceDetector,
    stream_turn: StreamTurn,
    call_sid: str,
    variables: Mapping[str, str],
    clock: Clock,
    on_event: Callable[[CallEvent], None],
) -> CallOrchestrator:
    """The audio layer for one call. The detector starts afresh."""
    detector.reset()
    config = CallConfig(
        call_sid=call_sid,
        flow_id=flow.name,
        voice=settings.voice,
        variables=variables,
        activity=settings.activity,
        level_gate=settings.level_gate,
        endpointing=settings.endpointing,
        barge_in=settings.barge_in,
        no_speech_ms=settings.no_speech_ms,
    )
    return CallOrchestrator(
        config=config,
        stream_turn=stream_turn,
        stt=stt,
        tts=tts,
        detector=detector,
        clock=clock,
        on_event=on_event,
    )


def domain_texts(flow: Flow, variables: Mapping[str, str] | None) -> Sequence[str]:
    """What is said in this agent's calls, from its own files: never from anybody's test calls."""
    return (*flow.spoken_texts(variables), *flow.example_phrases(variables))


def _ear(texts: Sequence[str], run_blocking: RunBlocking) -> Ears:
    stt = EarSpeechToText(texts, run_blocking)
    return Ears(stt=stt, identity=stt.identity)


def _pocketsphinx(texts: Sequence[str], run_blocking: RunBlocking) -> Ears:
    stt = PocketsphinxSpeechToText(texts, run_blocking)
    return Ears(stt=stt, identity=stt.identity)


STT: dict[str, Callable[[Sequence[str], RunBlocking], Ears]] = {
    "ear": _ear,
    "pocketsphinx": _pocketsphinx,
}
TTS: dict[str, Callable[[RunBlocking], Pyttsx3TextToSpeech]] = {"pyttsx3": Pyttsx3TextToSpeech}
VAD: dict[str, Callable[[], SileroVoiceDetector]] = {"silero": SileroVoiceDetector}
