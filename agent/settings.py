"""Settings of the reference agent: what can be chosen, and how `key=value` texts become it."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from agent.audio.barge_in import BargeInConfig
from agent.audio.endpointing import EndpointingConfig
from agent.audio.level_gate import LevelGateConfig
from agent.audio.voice_activity import ActivityConfig
from agent.errors import BadSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """What the agent's providers charge, in US dollars, as their price lists say; 0 for what runs here.

    The agent does nothing with them: they stand in each call's record, so that a call's cost can be worked out.

    Attributes:
        stt_per_minute: of audio sent to the recogniser.
        tts_per_million_characters: of text given to the voice.
        llm_per_million_tokens_in, llm_per_million_tokens_out: read and written by the language model.
        line_per_minute: of the carrier's call.
    """

    stt_per_minute: float = 0.0
    tts_per_million_characters: float = 0.0
    llm_per_million_tokens_in: float = 0.0
    llm_per_million_tokens_out: float = 0.0
    line_per_minute: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentSettings:
    """What the reference agent is made of.

    Attributes:
        flow: name of a flow in `agent/flows`, or a path of a flow file.
        flow_url: where the cognitive layer answers over HTTP, as `serve --role flow` prints it; empty where it runs
            in this process.
        voice: what it speaks with, as the voice provider names it.
        stt, tts, vad: providers by name.
        no_speech_ms: silence of the caller after which it asks again.
        state, journal: where calls stand and what was done in them: `memory`, or a URL (`agent/store_assembly.py`).
    """

    flow: str = "booking"
    flow_url: str = ""
    voice: str = "en-us"
    stt: str = "ear"
    tts: str = "pyttsx3"
    vad: str = "silero"
    no_speech_ms: int = 6000
    state: str = "memory"
    journal: str = "memory"
    activity: ActivityConfig = field(default_factory=ActivityConfig)
    level_gate: LevelGateConfig = field(default_factory=LevelGateConfig)
    endpointing: EndpointingConfig = field(default_factory=EndpointingConfig)
    barge_in: BargeInConfig = field(default_factory=BargeInConfig)
    prices: Prices = field(default_factory=Prices)


def settings_from(changes: Mapping[str, str], base: AgentSettings | None = None) -> AgentSettings:
    """The settings with changes such as `{"voice": "en-gb", "endpointing.complete_ms": "700"}` made.

    Raises:
        BadSettings: a key does not exist or a value does not fit; every such mistake is named.
    """
    settings = base or AgentSettings()
    mistakes: list[str] = []
    for key, text in changes.items():
        try:
            settings = _changed(settings, key.split("."), text)
        except ValueError as error:
            mistakes.append(f"agent.{key}={text}: {error}")
    if mistakes:
        raise BadSettings("\n".join(mistakes))
    return settings


def setting_keys(value: object | None = None, prefix: str = "") -> list[str]:
    """Every key that `settings_from` knows, dotted."""
    keys: list[str] = []
    value = value if value is not None else AgentSettings()
    for item in fields(value):  # type: ignore[arg-type]
        inner = getattr(value, item.name)
        name = f"{prefix}{item.name}"
        keys.extend(setting_keys(inner, f"{name}.") if dataclasses.is_dataclass(inner) else [name])
    return keys


def _changed(value: Any, path: list[str], text: str) -> Any:
    name, *rest = path
    if name not in {item.name for item in fields(value)}:
        raise ValueError(f"there is no such setting; there are {', '.join(setting_keys())}")
    old = getattr(value, name)
    if dataclasses.is_dataclass(old):
        if not rest:
            raise ValueError(f"name one of its parts: {', '.join(setting_keys(old, name + '.'))}")
        return dataclasses.replace(value, **{name: _changed(old, rest, text)})
    if rest:
        raise ValueError(f"{name} has no parts")
    return dataclasses.replace(value, **{name: _parsed(text, old)})


def _parsed(text: str, default: Any) -> object:
    """The text as a value of the default's type; only levels in dB, whose default is negative, may be negative."""
    kind = type(default)
    if kind is str:
        return text
    try:
        number = kind(text)
    except ValueError:
        raise ValueError(f"{text!r} is not {'a whole number' if kind is int else 'a number'}") from None
    if not math.isfinite(number):
        raise ValueError(f"{text!r} is not a finite number")
    if number < 0 and not default < 0:
        raise ValueError(f"{text} is below zero")
    return number
