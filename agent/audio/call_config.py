"""How one call is handled: who it is, which flow it follows, and the thresholds of the parts that decide."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from agent.audio.barge_in import BargeInConfig
from agent.audio.endpointing import EndpointingConfig
from agent.audio.level_gate import LevelGateConfig
from agent.audio.voice_activity import ActivityConfig


@dataclass(frozen=True, slots=True, kw_only=True)
class CallConfig:
    """How one call is handled.

    Attributes:
        no_speech_ms: silence after the agent's reply that opens a `no_speech` turn.
        machine_window_s: how long after the answer a beep may mean a voicemail.
        line_patience_s: a line that brings nothing for so long is taken as dropped.
    """

    call_sid: str
    flow_id: str
    voice: str = "en-us"
    variables: Mapping[str, str] = field(default_factory=dict)
    hints: Sequence[str] = ()
    activity: ActivityConfig = field(default_factory=ActivityConfig)
    level_gate: LevelGateConfig = field(default_factory=LevelGateConfig)
    endpointing: EndpointingConfig = field(default_factory=EndpointingConfig)
    barge_in: BargeInConfig = field(default_factory=BargeInConfig)
    no_speech_ms: int = 6000
    machine_window_s: int = 45
    line_patience_s: int = 20
