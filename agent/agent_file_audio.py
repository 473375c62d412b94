"""The keys `audio` and `prices` of an agent file: `agent.settings`, written as tables.

[audio]
stt = "ear"
endpointing = { complete_ms = 700 }
[prices]
stt_per_minute = 0.0043
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from agent.agent_file_reading import dotted, unknown_key
from agent.errors import BadSettings
from agent.settings import AgentSettings, setting_keys, settings_from

_ELSEWHERE = {
    "voice": "it stands at the top of the file",
    "flow": "it stands at the top of the file",
    "flow_url": "an agent file describes the cognitive layer itself, not where another runs",
    "state": "it stands under [stores]",
    "journal": "it stands under [stores]",
    "prices": "it is a table of its own, [prices]",
    "file": "this is the file",
}


def settings_of(audio: Any, prices: Any, voice: str, language: str, mistakes: list[str]) -> AgentSettings:
    """The audio layer's settings; what is wrong is noted and left at its default."""
    settings = AgentSettings(voice=voice or language.lower())
    for table, raw in (("audio", audio), ("prices", prices)):
        if raw is None:
            continue
        if not isinstance(raw, Mapping):
            mistakes.append(f"{table}: a table is wanted")
            continue
        for steps, value in _values(raw, (table,)):
            key = ".".join(steps[1:] if table == "audio" else steps)
            if table == "audio" and steps[1] in _ELSEWHERE:
                mistakes.append(f"{dotted(*steps)}: {_ELSEWHERE[steps[1]]}")
            elif isinstance(value, bool) or not isinstance(value, str | int | float):
                mistakes.append(f"{dotted(*steps)}: a text or a number is wanted")
            else:
                settings = _with(settings, key, str(value), dotted(*steps), mistakes)
    return settings


_AUDIO = tuple(key for key in setting_keys() if key.partition(".")[0] not in _ELSEWHERE)
_PRICES = tuple(key for key in setting_keys() if key.startswith("prices."))


def _with(settings: AgentSettings, key: str, text: str, place: str, mistakes: list[str]) -> AgentSettings:
    if key not in (*_AUDIO, *_PRICES):
        keys = _PRICES if key.startswith("prices.") else _AUDIO
        mistakes.append(unknown_key(place, key, keys))
        return settings
    try:
        return settings_from({key: text}, settings)
    except BadSettings as error:
        mistakes.append(f"{place}: {str(error).partition(': ')[2]}")
        return settings


def _values(raw: Mapping[str, Any], steps: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    for key, value in raw.items():
        if isinstance(value, Mapping):
            yield from _values(value, (*steps, key))
        else:
            yield (*steps, key), value
