"""A fake world: the tools of a call, answered by the scenario's `world` instead of any calendar or CRM.

    world:
      cal.create_booking: {fault: timeout}
      cal.propose_slots: {slots: ["2026-05-21T09:00:00+01:00"]}
      crm.create_meeting: {fault: error, times: 1}

By tool: `fault` (one of `Fault`), `status` (what the tool answers instead of `success`), `slots` (for
`cal.propose_slots`; an empty list means that nothing is free), `answer` (parts of the answer in place of the usual
ones, with `success`), `delay_ms` (how long the answer takes) and `times` (only the first so many requests are like
this, later ones as if nothing were written; an attempt that an agent makes again is a request of its own). Tools that
are not named do their work at once.

`knowledge.answer` is no fake: it is the agent's own, over its own documents, and only faults and delays are put on it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, NoReturn
from zoneinfo import ZoneInfo

from agent.clock import Clock
from agent.cognitive.knowledge_source import ANSWER_TOOL
from agent.cognitive.ports import Tool, ToolResult
from agent.cognitive.tools.failures import FailureStatus, ToolFailed
from agent.errors import ProviderError, ProviderRefused, ProviderTimeout
from agent.turn import Json
from agent.units import NS_PER_MS, NS_PER_S
from evals.record import ToolCall
from evals.sim.world_appointments import APPOINTMENT_TOOLS, appointment_answer
from evals.sim.world_support import SUPPORT_TOOLS, support_answer

PROPOSE_SLOTS = "cal.propose_slots"
READ_ONLY = {
    PROPOSE_SLOTS: True,
    "cal.create_booking": False,
    "crm.create_meeting": False,
    "crm.add_suppression": False,
    "crm.send_video": False,
    "chat.post_message": False,
    "transfer_to_human": False,
    **SUPPORT_TOOLS,
    **APPOINTMENT_TOOLS,
}
"""Every fake there is, and whether calling it changes nothing."""

TOOL_DEADLINE_S = 2.0
"""How long a call that times out keeps its caller waiting; the agent's own default."""
SLOW_S = 1.5
"""What a slow answer takes at least: longer than a caller waits without a word, shorter than a tool's deadline."""
RETRY_AFTER_S = 1.0
"""When a tool that was asked too often may be asked again, as it says itself."""
HUMAN_NUMBER = "+442079460100"
"""Who a transfer reaches; from the range Ofcom keeps for fiction."""


class Fault(StrEnum):
    """What goes wrong with a request."""

    TIMEOUT = "timeout"  # nothing is done, and no answer comes
    ERROR = "error"  # nothing is done; the tool is broken
    REFUSED = "refused"  # nothing is done; the tool says no
    RATE_LIMITED = "rate_limited"  # nothing is done; asked too often, to come back after `RETRY_AFTER_S`
    MALFORMED = "malformed"  # it is done, and nobody can read the answer
    SLOW = "slow"  # it is done, and the answer takes `SLOW_S`


_STATUSES = {
    Fault.TIMEOUT: FailureStatus.TIMEOUT,
    Fault.ERROR: FailureStatus.ERROR,
    Fault.REFUSED: FailureStatus.REFUSED,
    Fault.RATE_LIMITED: FailureStatus.RATE_LIMITED,
    Fault.MALFORMED: FailureStatus.BAD_ANSWER,
}
_KEYS = ("fault", "status", "slots", "answer", "delay_ms", "times")
_KINDS = _KEYS[:4]
# Days after the call and time of day of the slots that are free when the scenario names none.
_USUAL_SLOTS = ((1, 10, 30), (2, 14, 0))
_LATER_SLOTS = ((3, 11, 0), (4, 15, 30))


def check_world(world: Mapping[str, Json]) -> list[str]:
    """Every mistake in a scenario's `world`, one sentence each."""
    mistakes = []
    for name, entry in world.items():
        if name not in READ_ONLY and name != ANSWER_TOOL:
            mistakes.append(
                f"world.{name}: there is no such tool; there are {', '.join([*READ_ONLY, ANSWER_TOOL])}"
            )
        elif not isinstance(entry, Mapping):
            mistakes.append(f"world.{name}: {entry!r} is no mapping")
        else:
            mistakes += [f"world.{name}{mistake}" for mistake in _entry_mistakes(name, entry)]
    return mistakes


def usual_slots(now: datetime, *, later: bool) -> tuple[str, ...]:
    """What is free where a scenario names nothing, ISO 8601: soon, or `later` for who has said what suits them better.

    `now` is the call's wall clock with its zone.
    """
    return tuple(
        # Adding days to a zoned date keeps the wall time, so 10:30 stays 10:30 when the clocks change.
        (now.replace(hour=hour, minute=minute, second=0, microsecond=0) + timedelta(days=day)).isoformat()
        for day, hour, minute in (_LATER_SLOTS if later else _USUAL_SLOTS)
    )


class World:
    """The tools of one call, and a note of every call made of them.

    Args:
        world: the scenario's; already checked.
        now_iso: the call's wall clock, ISO 8601 with or without offset.
        time_zone: the caller's.
        clock: the call's; None at text level, where calls have no times.
        takes_time: without a clock, whether answers take the running loop's time all the same: on a virtual loop,
            where the agent's deadlines and its patience are to be played, and the record's times are not.
        own: tools that are the agent's own and no fakes, by name.

    Attributes:
        calls: what was asked of the tools, oldest first. A call repeated under its idempotency key is no second one;
            it stands there once, with what came of it last.
    """

    def __init__(
        self,
        world: Mapping[str, Json],
        now_iso: str,
        time_zone: str,
        clock: Clock | None = None,
        *,
        own: Mapping[str, Tool] | None = None,
        takes_time: bool = False,
    ) -> None:
        mistakes = check_world(world)
        assert not mistakes, f"the scenario's loader let this through: {mistakes}"
        now = datetime.fromisoformat(now_iso)
        zone = ZoneInfo(time_zone)
        self.now = now.replace(tzinfo=zone) if now.tzinfo is None else now.astimezone(zone)
        self.clock = clock
        self.takes_time = takes_time
        self.calls: list[ToolCall] = []
        self._world = world
        self._own = own or {}

    def tools(self) -> dict[str, Tool]:
        """Every tool, by name."""
        read_only = READ_ONLY | {name: tool.read_only for name, tool in self._own.items()}
        return {
            name: _FakeTool(
                self, name, read_only=only, script=_script(self._world.get(name)), own=self._own.get(name)
            )
            for name, only in read_only.items()
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class _Script:
    """How a tool behaves, for its first `times` requests or always."""

    fault: Fault | None = None
    status: str = ""
    slots: tuple[str, ...] | None = None
    answer: Mapping[str, Json] = field(default_factory=dict)
    delay_ms: int = 0
    times: int | None = None

    @property
    def takes_s(self) -> float:
        least = {Fault.TIMEOUT: TOOL_DEADLINE_S, Fault.SLOW: SLOW_S}.get(self.fault) if self.fault else None
        return max(self.delay_ms * NS_PER_MS / NS_PER_S, least or 0.0)


class _FakeTool:
    """A tool that does as its script says, and once for each idempotency key; `own` does what no script says."""

    def __init__(
        self, world: World, name: str, *, read_only: bool, script: _Script, own: Tool | None = None
    ) -> None:
        self._world = world
        self._name = name
        self._read_only = read_only
        self._script = script
        self._own = own
        self._requests = 0
        self._done: dict[str, ToolResult] = {}
        self._noted: dict[str, int] = {}

    @property
    def name(self) -> str:
        return self._name

    @property
    def read_only(self) -> bool:
        return self._read_only

    @property
    def idempotent(self) -> bool:
        return True

    @property
    def arguments_schema(self) -> Mapping[str, Json]:
        # The scenario's expectations say what a tool should have been asked; here anything is taken and noted.
        return {"type": "object"}

    async def call(self, arguments: Mapping[str, Json], idempotency_key: str) -> ToolResult:
        known = self._done.get(idempotency_key)
        struck = self._script.times is None or self._requests < self._script.times
        script = self._script if struck else _Script()
        if known is not None and script.fault is None:
            self._note(arguments, known, idempotency_key)
            return known
        self._requests += 1
        failure = _STATUSES.get(script.fault) if script.fault else None
        if failure is None or failure is FailureStatus.BAD_ANSWER:
            result = known if known is not None else await self._result(script, arguments, idempotency_key)
            self._done[idempotency_key] = result
        if failure is not None:
            result = ToolResult(ok=False, status=failure, error=f"the scenario's world: {script.fault}")
        self._note(arguments, result, idempotency_key)
        await self._take_time(script)
        return result if failure is None else _raise(failure, f"{self._name}: {result.error}")

    def _scripted(self, script: _Script, arguments: Mapping[str, Json], number: int) -> ToolResult | None:
        """What the scenario has it answer; None for the usual answer."""
        if script.status:
            return ToolResult(ok=script.status == "success", status=script.status)
        if self._name == PROPOSE_SLOTS:
            slots = script.slots if script.slots is not None else self._free_slots(arguments)
            return ToolResult(
                ok=bool(slots), status="success" if slots else "no_slots", value={"slots": list(slots)}
            )
        return None

    async def _result(self, script: _Script, arguments: Mapping[str, Json], key: str) -> ToolResult:
        number = len(self._done)
        result = self._scripted(script, arguments, number)
        if result is None:
            result = await self._usual(arguments, number, key)
            result = replace(result, value={**result.value, **script.answer})
        return result

    async def _usual(self, arguments: Mapping[str, Json], number: int, key: str) -> ToolResult:
        if self._own is not None:
            return await self._own.call(arguments, key)
        if self._name in SUPPORT_TOOLS:
            return support_answer(self._name, arguments, number, self._world.now)
        if self._name in APPOINTMENT_TOOLS:
            value = appointment_answer(self._name, arguments, self._world.now)
            return ToolResult(ok=True, status="success", value=value)
        return ToolResult(ok=True, status="success", value=_usual_answer(self._name, number))

    def _free_slots(self, arguments: Mapping[str, Json]) -> tuple[str, ...]:
        """The usual ones; later ones for a caller who has said what would suit them better."""
        return usual_slots(self._world.now, later=bool(arguments.get("preference")))

    def _note(self, arguments: Mapping[str, Json], result: ToolResult, key: str) -> None:
        world = self._world
        came_of_it: dict[str, Any] = {
            "status": str(result.status),
            "ok": result.ok,
            "value": result.value,
            "error": result.error,
        }
        if key in self._noted:
            at = self._noted[key]
            world.calls[at] = replace(world.calls[at], **came_of_it)
            return
        self._noted[key] = len(world.calls)
        world.calls.append(
            ToolCall(
                t_ns=world.clock.now_ns() if world.clock else 0,
                name=self._name,
                arguments=arguments,
                idempotency_key=key,
                **came_of_it,
            )
        )

    async def _take_time(self, script: _Script) -> None:
        if not script.takes_s:
            return
        clock = self._world.clock
        if clock is not None:
            await clock.sleep_until(clock.now_ns() + round(script.takes_s * NS_PER_S))
        elif self._world.takes_time:
            await asyncio.sleep(script.takes_s)


def _raise(failure: FailureStatus, error: str) -> NoReturn:
    match failure:
        case FailureStatus.TIMEOUT:
            raise ProviderTimeout(error)
        case FailureStatus.REFUSED:
            raise ProviderRefused(error)
        case FailureStatus.RATE_LIMITED:
            raise ToolFailed(failure, error, retry_after_s=RETRY_AFTER_S)
        case FailureStatus.BAD_ANSWER:
            raise ToolFailed(failure, error)
        case _:
            raise ProviderError(error)


def _usual_answer(name: str, number: int) -> Mapping[str, Json]:
    # Numbered, not drawn: equal runs make equal records.
    match name:
        case "cal.create_booking":
            return {"booking_id": f"booking-{number + 1}"}
        case "crm.create_meeting":
            return {"meeting_id": f"meeting-{number + 1}"}
        case "chat.post_message":
            return {"ts": f"message-{number + 1}"}
        case "transfer_to_human":
            return {"to": HUMAN_NUMBER}
        case _:
            return {}


def _script(entry: Json) -> _Script:
    if not isinstance(entry, Mapping):
        return _Script()
    slots, delay_ms, times = entry.get("slots"), entry.get("delay_ms"), entry.get("times")
    answer = entry.get("answer")
    return _Script(
        fault=Fault(str(entry["fault"])) if "fault" in entry else None,
        status=str(entry.get("status", "")),
        slots=tuple(str(slot) for slot in slots) if isinstance(slots, Sequence) else None,
        answer=answer if isinstance(answer, Mapping) else {},
        delay_ms=delay_ms if isinstance(delay_ms, int) else 0,
        times=times if isinstance(times, int) else None,
    )


def _entry_mistakes(name: str, entry: Mapping[str, Json]) -> list[str]:
    mistakes = [f".{key}: unknown key; there are {', '.join(_KEYS)}" for key in entry if key not in _KEYS]
    if "fault" in entry and entry["fault"] not in list(Fault):
        mistakes.append(f".fault: {entry['fault']!r} is none of {', '.join(Fault)}")
    if "status" in entry and not (isinstance(entry["status"], str) and entry["status"]):
        mistakes.append(f".status: {entry['status']!r} is no status")
    for key, least in (("delay_ms", 0), ("times", 1)):
        value = entry.get(key, least)
        if isinstance(value, bool) or not isinstance(value, int) or value < least:
            mistakes.append(f".{key}: {value!r} is no whole number from {least}")
    if "answer" in entry and not isinstance(entry["answer"], Mapping):
        mistakes.append(f".answer: {entry['answer']!r} is no mapping")
    if len([key for key in _KINDS if key in entry]) > 1:
        mistakes.append(": `fault`, `status`, `slots` and `answer` exclude each other")
    if name == ANSWER_TOOL and "answer" in entry:
        mistakes.append(".answer: the agent's documents answer, and not the scenario")
    if not {*_KINDS, "delay_ms"} & set(entry):
        mistakes.append(": says nothing about how the tool behaves")
    return mistakes + (_slot_mistakes(name, entry["slots"]) if "slots" in entry else [])


def _slot_mistakes(name: str, slots: Json) -> list[str]:
    if name != PROPOSE_SLOTS:
        return [f".slots: only {PROPOSE_SLOTS} has slots"]
    if isinstance(slots, str) or not isinstance(slots, Sequence):
        return [f".slots: {slots!r} is no list"]
    return [f".slots: {slot!r} is no ISO 8601 time with an offset" for slot in slots if not _is_moment(slot)]


def _is_moment(slot: Json) -> bool:
    try:
        return isinstance(slot, str) and datetime.fromisoformat(slot).tzinfo is not None
    except ValueError:
        return False
