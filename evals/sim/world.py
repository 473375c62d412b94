"""A fake world: the tools of a call, answered by the scenario's `world` instead of any calendar or CRM.

    world:
      cal.create_booking: {fault: timeout}
      cal.propose_slots: {slots: ["2026-05-21T09:00:00+01:00"]}
      crm.create_meeting: {fault: error, times: 1}

By tool: `fault` (`timeout`, `error`, `refused`), `status` (what the tool answers instead of `success`), `slots` (for
`cal.propose_slots`; an empty list means that nothing is free), `answer` (parts of the answer in place of the usual
ones, with `success`), `delay_ms` (how long the answer takes on the call's clock) and `times` (only the first so many
calls are like this, later ones as if nothing were written). Tools that are not named do their work at once.

`knowledge.answer` is no fake: it is the agent's own, over its own documents, and only faults and delays are put on it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from agent.clock import Clock
from agent.cognitive.knowledge_source import ANSWER_TOOL
from agent.cognitive.ports import Tool, ToolResult
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
HUMAN_NUMBER = "+442079460100"
"""Who a transfer reaches; from the range Ofcom keeps for fiction."""

_FAULTS = ("timeout", "error", "refused")
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
        clock: the call's; None at text level, where nothing takes time.
        own: tools that are the agent's own and no fakes, by name.

    Attributes:
        calls: what was asked of the tools, oldest first. A call repeated under its idempotency key is no second one.
    """

    def __init__(
        self,
        world: Mapping[str, Json],
        now_iso: str,
        time_zone: str,
        clock: Clock | None = None,
        *,
        own: Mapping[str, Tool] | None = None,
    ) -> None:
        mistakes = check_world(world)
        assert not mistakes, f"the scenario's loader let this through: {mistakes}"
        now = datetime.fromisoformat(now_iso)
        zone = ZoneInfo(time_zone)
        self.now = now.replace(tzinfo=zone) if now.tzinfo is None else now.astimezone(zone)
        self.clock = clock
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
    """How a tool behaves, for its first `times` calls or always."""

    fault: str = ""
    status: str = ""
    slots: tuple[str, ...] | None = None
    answer: Mapping[str, Json] = field(default_factory=dict)
    delay_ms: int = 0
    times: int | None = None


class _FakeTool:
    """A tool that does as its script says, once for each idempotency key; `own` does what no script says."""

    def __init__(
        self, world: World, name: str, *, read_only: bool, script: _Script, own: Tool | None = None
    ) -> None:
        self._world = world
        self._name = name
        self._read_only = read_only
        self._script = script
        self._own = own
        self._results: dict[str, ToolResult] = {}

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
        known = self._results.get(idempotency_key)
        if known is None:
            number = len(self._results)
            script = self._script if self._script.times is None or number < self._script.times else _Script()
            known = self._scripted(script, arguments, number)
            if known is None:
                known = await self._usual(arguments, number, idempotency_key)
                known = replace(known, value={**known.value, **script.answer})
            self._results[idempotency_key] = known
            self._note(arguments, known, idempotency_key)
            await self._take_time(script)
        return _given(known, self._name)

    def _scripted(self, script: _Script, arguments: Mapping[str, Json], number: int) -> ToolResult | None:
        """What the scenario has it answer; None for the usual answer."""
        if script.fault:
            return ToolResult(ok=False, status=script.fault, error=f"the scenario's world: {script.fault}")
        if script.status:
            return ToolResult(ok=script.status == "success", status=script.status)
        if self._name == PROPOSE_SLOTS:
            slots = script.slots if script.slots is not None else self._free_slots(arguments)
            return ToolResult(
                ok=bool(slots), status="success" if slots else "no_slots", value={"slots": list(slots)}
            )
        return None

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
        clock = self._world.clock
        self._world.calls.append(
            ToolCall(
                t_ns=clock.now_ns() if clock else 0,
                name=self._name,
                arguments=arguments,
                status=result.status,
                ok=result.ok,
                value=result.value,
                error=result.error,
                idempotency_key=key,
            )
        )

    async def _take_time(self, script: _Script) -> None:
        clock = self._world.clock
        if clock is None:
            return
        delay_ns = script.delay_ms * NS_PER_MS
        if script.fault == "timeout":
            delay_ns = max(delay_ns, round(TOOL_DEADLINE_S * NS_PER_S))
        if delay_ns:
            await clock.sleep_until(clock.now_ns() + delay_ns)


def _given(result: ToolResult, name: str) -> ToolResult:
    match result.status:
        case "timeout":
            raise ProviderTimeout(f"{name}: {result.error}")
        case "refused":
            raise ProviderRefused(f"{name}: {result.error}")
        case "error":
            raise ProviderError(f"{name}: {result.error}")
        case _:
            return result


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
        fault=str(entry.get("fault", "")),
        status=str(entry.get("status", "")),
        slots=tuple(str(slot) for slot in slots) if isinstance(slots, Sequence) else None,
        answer=answer if isinstance(answer, Mapping) else {},
        delay_ms=delay_ms if isinstance(delay_ms, int) else 0,
        times=times if isinstance(times, int) else None,
    )


def _entry_mistakes(name: str, entry: Mapping[str, Json]) -> list[str]:
    mistakes = [f".{key}: unknown key; there are {', '.join(_KEYS)}" for key in entry if key not in _KEYS]
    if "fault" in entry and entry["fault"] not in _FAULTS:
        mistakes.append(f".fault: {entry['fault']!r} is none of {', '.join(_FAULTS)}")
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
