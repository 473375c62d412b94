"""Small builders of values for tests. Times are in milliseconds; what is left out is plain and in order."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from agent.events import CallEvent, event_row
from agent.media import RATE_HZ, mulaw_encode
from evals.record import (
    CallerUtterance,
    CallRecord,
    CallStatus,
    HeardWord,
    Level,
    Span,
    ToolCall,
    WireMessage,
)

MS = 1_000_000

Spans = Sequence[tuple[float, float]]


def a_track(spans: Spans, duration_ms: float, *, amplitude: int = 8000) -> bytes:
    """Mu-law audio with a 400 Hz tone from sample to sample of each span, and digital silence elsewhere."""
    samples = np.zeros(round(duration_ms * RATE_HZ / 1000), dtype=np.int16)
    for start_ms, end_ms in spans:
        first, last = round(start_ms * RATE_HZ / 1000), round(end_ms * RATE_HZ / 1000)
        # A quarter turn on, so that the very first sample is loud and the onset is where it is said to be.
        phase = 2 * np.pi * 400 * np.arange(last - first) / RATE_HZ + np.pi / 2
        samples[first:last] = np.round(amplitude * np.sin(phase)).astype(np.int16)
    return mulaw_encode(samples)


def an_utterance(
    text: str = "Yes, this is Alex.", *speech: tuple[float, float], **changes: Any
) -> CallerUtterance:
    """A caller's utterance, voiced in the spans given; its audio is padded by 100 ms on either side."""
    spans = tuple(Span(start_ns=round(start * MS), end_ns=round(end * MS)) for start, end in speech)
    values: dict[str, Any] = {
        "step": 0,
        "kind": "says",
        "text": text,
        "start_ns": spans[0].start_ns - 100 * MS if spans else 0,
        "end_ns": spans[-1].end_ns + 100 * MS if spans else 0,
        "speech": spans,
    }
    return CallerUtterance(**(values | changes))


def a_sound(sound: str, *speech: tuple[float, float], **changes: Any) -> CallerUtterance:
    """A sound of the caller's line, which expects no reply."""
    return an_utterance("", *speech, **({"kind": "sound", "sound": sound, "expects_reply": False} | changes))


def heard_words(text: str, *, at_ms: float = 0, seq: int = 0, cut: str = "") -> tuple[HeardWord, ...]:
    """The agent's words as they played, 300 ms each, and lastly a word that was cut."""
    words = [(word, True) for word in text.split()] + ([(cut, False)] if cut else [])
    return tuple(
        HeardWord(
            text=word,
            start_ns=round((at_ms + 300 * at) * MS),
            end_ns=round((at_ms + 300 * (at + 1)) * MS),
            seq=seq,
            complete=complete,
        )
        for at, (word, complete) in enumerate(words)
    )


def a_clear(at_ms: float) -> WireMessage:
    """The agent told the carrier to drop what it had not played."""
    return WireMessage(t_ns=round(at_ms * MS), kind="clear")


def a_tool_call(name: str, arguments: Mapping[str, Any] | None = None, **changes: Any) -> ToolCall:
    """A tool call that the world answered."""
    values: dict[str, Any] = {
        "t_ns": 0,
        "name": name,
        "arguments": arguments or {},
        "status": "ok",
        "ok": True,
    }
    return ToolCall(**(values | changes))


def a_record(
    *utterances: CallerUtterance,
    agent_speaks: Spans = (),
    duration_ms: float = 20_000,
    expect: Mapping[str, Any] | None = None,
    caller: Sequence[Mapping[str, Any]] = (),
    events: Sequence[CallEvent] = (),
    **changes: Any,
) -> CallRecord:
    """A completed call at audio level on a line of 40 ms.

    Args:
        utterances: what the caller did.
        agent_speaks: when the agent is audible at the caller's ear, in milliseconds.
        expect, caller: those parts of the frozen scenario.
        events: the agent's own.
        changes: any other field of the record.
    """
    level = changes.get("level", Level.AUDIO)
    values: dict[str, Any] = {
        "case_id": "suite/scenario/en-gb/clean/0",
        "suite": "suite",
        "scenario_id": "scenario",
        "voice": "en-gb",
        "line": {"name": "clean", "delay_ms": 40},
        "repeat": 0,
        "seed": 1,
        "level": level,
        "scenario": {"id": "scenario", "caller": list(caller), "expect": dict(expect or {})},
        "scenario_sha256": "5" * 64,
        "caller_sha256": "c" * 64,
        "harness_version": "0.1.0",
        "agent": {"name": "reference"},
        "status": CallStatus.COMPLETED,
        "failure": "",
        "duration_ns": round(duration_ms * MS),
        "caller_track": b"" if level is Level.TEXT else a_track([], duration_ms),
        "agent_track": b"" if level is Level.TEXT else a_track(agent_speaks, duration_ms),
        "reply_end_ns": 600 * MS,
        "timeout_ns": 8_000 * MS,
        "utterances": tuple(utterances),
        "agent_words": (),
        "wire": (),
        "events": tuple(event_row(event) for event in events),
        "tools": (),
        "path": (),
        "outcome": None,
        "captured": {},
        "transferred_to": "",
        "ended_by": "agent",
    }
    return CallRecord(**(values | changes))


def changed(record: CallRecord, **changes: Any) -> CallRecord:
    """The record with some fields replaced."""
    return dataclasses.replace(record, **changes)
