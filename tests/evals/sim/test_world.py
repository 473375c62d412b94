import asyncio
from collections.abc import Mapping
from typing import Any

import pytest

from agent.cognitive.ports import ToolResult
from agent.cognitive.tools.failures import ToolFailed, status_of
from agent.errors import ProviderError, ProviderRefused, ProviderTimeout
from agent.turn import Json
from evals.record import ToolCall
from evals.sim.virtual_time import run_virtual
from evals.sim.world import READ_ONLY, RETRY_AFTER_S, SLOW_S, TOOL_DEADLINE_S, World, check_world

NOW = "2026-05-18T09:00:00"
LONDON = "Europe/London"


class ManualClock:
    """A clock that jumps to whatever it is asked to wait for."""

    def __init__(self) -> None:
        self.t_ns = 5

    def now_ns(self) -> int:
        return self.t_ns

    def wall(self) -> Any:
        raise AssertionError("the world has its own date")

    async def sleep_until(self, t_ns: int) -> None:
        self.t_ns = max(self.t_ns, t_ns)


def asked(world: World, tool: str, key: str = "k", **arguments: Json) -> ToolResult:
    return asyncio.run(world.tools()[tool].call(arguments, key))


def test_two_slots_are_free_unless_the_scenario_says_otherwise() -> None:
    result = asked(World({}, NOW, LONDON), "cal.propose_slots")
    assert result == ToolResult(
        ok=True,
        status="success",
        value={"slots": ["2026-05-19T10:30:00+01:00", "2026-05-20T14:00:00+01:00"]},
    )


def test_a_caller_with_a_preference_is_offered_other_slots() -> None:
    result = asked(World({}, NOW, LONDON), "cal.propose_slots", preference="friday")
    assert result.value == {"slots": ["2026-05-21T11:00:00+01:00", "2026-05-22T15:30:00+01:00"]}


def test_slots_keep_their_hour_over_a_change_of_the_clocks() -> None:
    result = asked(World({}, "2026-10-24T09:00:00", LONDON), "cal.propose_slots")
    assert result.value == {"slots": ["2026-10-25T10:30:00+00:00", "2026-10-26T14:00:00+00:00"]}


def test_the_calls_date_may_carry_its_offset() -> None:
    assert World({}, "2026-05-18T08:00:00Z", LONDON).now.isoformat() == "2026-05-18T09:00:00+01:00"


def test_the_scenarios_own_slots_are_offered() -> None:
    world = World({"cal.propose_slots": {"slots": ["2026-05-21T09:00:00+01:00"]}}, NOW, LONDON)
    assert asked(world, "cal.propose_slots").value == {"slots": ["2026-05-21T09:00:00+01:00"]}


def test_no_slots_is_a_status_of_its_own() -> None:
    world = World({"cal.propose_slots": {"slots": []}}, NOW, LONDON)
    assert asked(world, "cal.propose_slots") == ToolResult(ok=False, status="no_slots", value={"slots": []})


@pytest.mark.parametrize(
    ("tool", "value"),
    [
        ("cal.create_booking", {"booking_id": "booking-1"}),
        ("crm.create_meeting", {"meeting_id": "meeting-1"}),
        ("crm.add_suppression", {}),
        ("crm.send_video", {}),
        ("transfer_to_human", {"to": "+442079460100"}),
    ],
)
def test_every_other_tool_does_its_work(tool: str, value: Mapping[str, Json]) -> None:
    assert asked(World({}, NOW, LONDON), tool) == ToolResult(ok=True, status="success", value=value)


@pytest.mark.parametrize(
    ("fault", "error", "status"),
    [
        ("timeout", ProviderTimeout, "timeout"),
        ("error", ProviderError, "error"),
        ("refused", ProviderRefused, "refused"),
        ("rate_limited", ToolFailed, "rate_limited"),
        ("malformed", ToolFailed, "bad_answer"),
    ],
)
def test_a_fault_is_raised_as_the_port_says(fault: str, error: type[ProviderError], status: str) -> None:
    world = World({"cal.create_booking": {"fault": fault}}, NOW, LONDON)
    with pytest.raises(error, match="cal.create_booking") as raised:
        asked(world, "cal.create_booking")
    assert status_of(raised.value) == status, "what the policy makes of it"
    assert [(call.status, call.ok) for call in world.calls] == [(status, False)]


def test_who_is_told_to_come_back_later_is_told_when() -> None:
    with pytest.raises(ToolFailed) as raised:
        asked(World({"crm.send_video": {"fault": "rate_limited"}}, NOW, LONDON), "crm.send_video")
    assert raised.value.retry_after_s == RETRY_AFTER_S


@pytest.mark.parametrize("fault", ["rate_limited", "malformed", "error"])
def test_another_attempt_under_the_same_key_is_a_request_of_its_own_and_one_call(fault: str) -> None:
    world = World({"cal.create_booking": {"fault": fault, "times": 1}}, NOW, LONDON)
    book = world.tools()["cal.create_booking"]

    async def attempts() -> list[ToolResult]:
        with pytest.raises(ProviderError):
            await book.call({"slot": "x"}, "a")
        return [await book.call({"slot": "x"}, key) for key in ("a", "a", "b")]

    first, again, other = asyncio.run(attempts())
    assert first == again == ToolResult(ok=True, status="success", value={"booking_id": "booking-1"})
    assert other.value == {"booking_id": "booking-2"}, "the first was made once"
    assert [(call.idempotency_key, call.status) for call in world.calls] == [
        ("a", "success"),
        ("b", "success"),
    ]


def test_a_slow_tool_does_its_work_and_takes_its_time() -> None:
    clock = ManualClock()
    world = World({"cal.create_booking": {"fault": "slow"}}, NOW, LONDON, clock)
    assert asked(world, "cal.create_booking").ok
    assert clock.t_ns == 5 + SLOW_S * 1_000_000_000


@pytest.mark.parametrize(("takes_time", "seconds"), [(True, 2.0), (False, 0.0)])
def test_without_a_clock_answers_take_the_loops_time_only_where_that_is_asked_for(
    takes_time: bool, seconds: float
) -> None:
    world = World({"crm.send_video": {"delay_ms": 2000}}, NOW, LONDON, takes_time=takes_time)

    async def took() -> float:
        await world.tools()["crm.send_video"].call({}, "k")
        return asyncio.get_running_loop().time()

    assert run_virtual(took()) == seconds
    assert world.calls[0].t_ns == 0


def test_a_status_is_answered_as_it_is_written() -> None:
    world = World({"cal.create_booking": {"status": "slot_taken"}}, NOW, LONDON)
    assert asked(world, "cal.create_booking") == ToolResult(ok=False, status="slot_taken")


def test_a_timeout_lasts_as_long_as_the_agents_patience_on_the_calls_clock() -> None:
    clock = ManualClock()
    world = World({"cal.create_booking": {"fault": "timeout"}}, NOW, LONDON, clock)
    with pytest.raises(ProviderTimeout):
        asked(world, "cal.create_booking")
    assert clock.t_ns == 5 + TOOL_DEADLINE_S * 1_000_000_000
    assert world.calls[0].t_ns == 5


def test_a_slow_tool_answers_late_on_the_calls_clock() -> None:
    clock = ManualClock()
    world = World({"cal.create_booking": {"delay_ms": 700}}, NOW, LONDON, clock)
    assert asked(world, "cal.create_booking").ok
    assert clock.t_ns == 5 + 700_000_000


def test_a_fault_may_pass() -> None:
    world = World({"cal.create_booking": {"fault": "error", "times": 1}}, NOW, LONDON)
    tools = world.tools()

    async def twice() -> ToolResult:
        with pytest.raises(ProviderError):
            await tools["cal.create_booking"].call({}, "a")
        return await tools["cal.create_booking"].call({}, "b")

    assert asyncio.run(twice()).ok


def test_a_call_repeated_under_its_key_is_answered_as_before_and_noted_once() -> None:
    world = World({}, NOW, LONDON)
    tools = world.tools()

    async def thrice() -> list[ToolResult]:
        book = tools["cal.create_booking"]
        return [await book.call({"slot": "x"}, key) for key in ("a", "a", "b")]

    first, again, other = asyncio.run(thrice())
    assert (first, other.value) == (again, {"booking_id": "booking-2"})
    assert [call.idempotency_key for call in world.calls] == ["a", "b"]
    assert world.calls[0] == ToolCall(
        t_ns=0,
        name="cal.create_booking",
        arguments={"slot": "x"},
        status="success",
        ok=True,
        value={"booking_id": "booking-1"},
        idempotency_key="a",
    )


def test_tools_say_whether_they_change_anything() -> None:
    tools = World({}, NOW, LONDON).tools()
    assert {name: tool.read_only for name, tool in tools.items()} == READ_ONLY
    assert all(tool.name == name for name, tool in tools.items())


def test_every_mistake_in_a_world_is_named() -> None:
    assert check_world(
        {
            "cal.cancel": {"fault": "error"},
            "crm.create_meeting": "down",
            "cal.create_booking": {"fault": "sulking", "colour": "red", "times": 0, "delay_ms": True},
            "crm.add_suppression": {"slots": []},
            "crm.send_video": {"fault": "error", "status": ""},
            "transfer_to_human": {"times": 2},
            "cal.propose_slots": {"slots": ["tomorrow", "2026-05-21T09:00:00"]},
        }
    ) == [
        f"world.cal.cancel: there is no such tool; there are {', '.join([*READ_ONLY, 'knowledge.answer'])}",
        "world.crm.create_meeting: 'down' is no mapping",
        "world.cal.create_booking.colour: unknown key; there are fault, status, slots, answer, delay_ms, times",
        "world.cal.create_booking.fault: 'sulking' is none of timeout, error, refused, rate_limited, malformed, slow",
        "world.cal.create_booking.delay_ms: True is no whole number from 0",
        "world.cal.create_booking.times: 0 is no whole number from 1",
        "world.crm.add_suppression.slots: only cal.propose_slots has slots",
        "world.crm.send_video.status: '' is no status",
        "world.crm.send_video: `fault`, `status`, `slots` and `answer` exclude each other",
        "world.transfer_to_human: says nothing about how the tool behaves",
        "world.cal.propose_slots.slots: 'tomorrow' is no ISO 8601 time with an offset",
        "world.cal.propose_slots.slots: '2026-05-21T09:00:00' is no ISO 8601 time with an offset",
    ]
    assert check_world({}) == []
    assert check_world({"cal.propose_slots": {"slots": "none"}}) == [
        "world.cal.propose_slots.slots: 'none' is no list"
    ]


def test_a_world_that_was_not_checked_is_not_played() -> None:
    with pytest.raises(AssertionError, match="the scenario's loader let this through"):
        World({"cal.cancel": {}}, NOW, LONDON)
