"""The making of a CallRecord from what the line, the caller, the world and the agent noted."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from agent.events import CallEvent, CallTransferred, TurnAnswered, event_row
from agent.turn import Json
from evals.record import (
    CallerUtterance,
    CallRecord,
    CallStatus,
    Divergence,
    HeardWord,
    Level,
    ToolCall,
    WireMessage,
    canonical_json,
    sha256_of_text,
)
from evals.scenario.model import Case, Scenario
from evals.sim.caller import REPLY_TIMEOUT_NS
from evals.version import HARNESS_VERSION


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """When and how playing a call ended."""

    t_ns: int
    status: CallStatus
    by: str
    failure: str = ""


def case_wall(scenario: Scenario) -> datetime:
    """The wall date when the scenario's call is answered, in the caller's zone."""
    return datetime.fromisoformat(scenario.now_iso).replace(tzinfo=ZoneInfo(scenario.time_zone))


def in_one_line(error: BaseException) -> str:
    """What an agent under test raised, for the record."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    first = str(error).splitlines()[0] if str(error) else ""
    return f"{type(error).__name__}: {first}"


def record_of(
    case: Case,
    *,
    level: Level,
    agent: Mapping[str, Json],
    ending: Ending,
    utterances: Iterable[CallerUtterance],
    agent_words: tuple[HeardWord, ...],
    events: Sequence[CallEvent],
    tools: Iterable[ToolCall],
    wire: Iterable[WireMessage] = (),
    caller_sha256: str = "",
    caller_track: bytes = b"",
    agent_track: bytes = b"",
    divergences: Iterable[Divergence] = (),
) -> CallRecord:
    """The record of one played case."""
    answered = [event for event in events if isinstance(event, TurnAnswered)]
    transferred = [event.to for event in events if isinstance(event, CallTransferred)]
    last = answered[-1] if answered else None
    scenario_text = canonical_json(case.scenario)
    scenario: Mapping[str, Json] = json.loads(scenario_text)
    return CallRecord(
        case_id=case.id,
        suite=case.suite,
        scenario_id=case.scenario.id,
        voice=case.voice,
        line=asdict(case.line),
        repeat=case.repeat,
        seed=case.seed,
        level=level,
        scenario=scenario,
        scenario_sha256=sha256_of_text(scenario_text),
        caller_sha256=caller_sha256,
        harness_version=HARNESS_VERSION,
        agent=agent,
        status=ending.status,
        failure=ending.failure,
        duration_ns=ending.t_ns,
        caller_track=caller_track,
        agent_track=agent_track,
        reply_end_ns=case.scenario.reply_end_ms * 1_000_000,
        timeout_ns=REPLY_TIMEOUT_NS,
        utterances=tuple(utterances),
        agent_words=agent_words,
        wire=tuple(wire),
        events=tuple(event_row(event) for event in events),
        tools=tuple(tools),
        path=last.path if last else (),
        outcome=last.outcome if last else None,
        captured=last.captured if last else {},
        transferred_to=transferred[-1] if transferred else "",
        ended_by=ending.by,
        divergences=tuple(divergences),
    )
