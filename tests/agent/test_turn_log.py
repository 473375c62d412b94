from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import aclosing
from datetime import UTC, datetime
from typing import Any

import pytest

from agent.cognitive.orchestrator import FlowOrchestrator
from agent.errors import ProviderError
from agent.turn import Action, StreamTurn, Tts, TurnInput, TurnOutput
from agent.turn_log import RedactText, Versions, as_it_is, logged_turns
from tests.agent.cognitive.builders import a_flow, a_turn, answered
from tests.fakes.tools import ScriptedTool

VERSIONS = Versions(flow="door", flow_fingerprint="f" * 64, code="1.2.3")


def logging(
    stream_turn: StreamTurn | None = None, redact: RedactText = as_it_is
) -> tuple[StreamTurn, list[dict[str, Any]]]:
    lines: list[dict[str, Any]] = []
    engine = FlowOrchestrator(a_flow(), {"door.open": ScriptedTool("door.open")})
    ticks = iter(range(0, 10_000, 5))
    wrapped = logged_turns(
        stream_turn or engine.stream_turn,
        lambda line: lines.append(json.loads(line)),
        versions=VERSIONS,
        redact=redact,
        wall=lambda: datetime(2026, 11, 22, 9, tzinfo=UTC),
        stopwatch=lambda: next(ticks),
    )
    return wrapped, lines


def play(stream_turn: StreamTurn, *turns: TurnInput) -> list[Action | TurnOutput]:
    async def played() -> list[Action | TurnOutput]:
        items: list[Action | TurnOutput] = []
        for turn in turns:
            async with aclosing(stream_turn(turn)) as stream:
                items += [item async for item in stream]
        return items

    return asyncio.run(played())


def test_a_turn_is_logged_with_what_came_in_what_went_out_and_where_the_call_stood() -> None:
    stream_turn, lines = logging()
    items = play(stream_turn, answered(variables={"name": "Ann"}), a_turn(1, "yes come in"))
    assert [isinstance(item, TurnOutput) for item in items].count(True) == 2
    first, second = lines
    assert list(first) == [
        "schema", "logged_at", "turn", "before", "output", "failure", "versions", "timings", "redacted"
    ]  # fmt: skip
    assert first["before"] is None
    assert first["logged_at"] == "2026-11-22T09:00:00.000+00:00"
    assert first["turn"]["variables"] == {"name": "Ann"}
    assert first["versions"] == {"flow": "door", "flow_fingerprint": "f" * 64, "code": "1.2.3"}
    assert second["before"] == first["output"]["state"]
    assert second["turn"]["transcript"] == "yes come in"
    assert second["output"]["state"]["outcome"] == "inside"
    assert [tool["name"] for tool in second["output"]["trace"]["tools"]] == ["door.open"]
    assert first["timings"] == {"first_ns": 5, "total_ns": 25}  # a tick a reading: begun, four items, the end


def test_the_line_is_written_before_the_output_is_given_out() -> None:
    stream_turn, lines = logging()

    async def until_output() -> None:
        async with aclosing(stream_turn(answered())) as items:
            async for item in items:
                assert bool(lines) == isinstance(item, TurnOutput)

    asyncio.run(until_output())


def test_a_turn_given_up_half_way_is_logged_once_without_an_answer() -> None:
    stream_turn, lines = logging()

    async def given_up() -> None:
        async with aclosing(stream_turn(answered())) as items:
            await anext(items)

    asyncio.run(given_up())
    assert [(line["output"], line["failure"]) for line in lines] == [(None, "given up")]


def test_a_turn_that_fails_is_logged_with_its_error() -> None:
    async def failing(turn: TurnInput) -> AsyncGenerator[Action | TurnOutput, None]:
        yield Tts(text="One moment.")
        raise ProviderError("the store is gone")

    stream_turn, lines = logging(failing)
    with pytest.raises(ProviderError):
        play(stream_turn, answered())
    assert [line["failure"] for line in lines] == ["ProviderError: the store is gone"]


def test_a_provisional_turn_moves_no_state() -> None:
    stream_turn, lines = logging()
    play(stream_turn, answered(), a_turn(1, "go away", provisional=True), a_turn(1, "yes come in"))
    assert [line["turn"]["provisional"] for line in lines] == [False, True, False]
    assert lines[2]["before"] == lines[0]["output"]["state"]


def test_everything_a_caller_said_goes_through_the_redactor_with_its_call() -> None:
    seen: list[tuple[str, str]] = []

    def redact(call_sid: str, place: tuple[str, ...], text: str) -> str:
        seen.append((call_sid, text))
        return text.replace("Ann", "[name]").replace("yes", "[word]")

    stream_turn, lines = logging(redact=redact)
    play(
        stream_turn,
        answered(variables={"name": "Ann"}),
        a_turn(1, "yes come in", variables={"name": "Ann"}, heard="x Ann"),
    )
    assert {call for call, _ in seen} == {"call"}
    assert "Ann" not in json.dumps(lines)
    second = lines[1]
    assert second["turn"]["transcript"] == "[word] come in"
    assert second["turn"]["call_sid"] == "call"
    assert second["redacted"] == [
        "turn.transcript", "turn.variables.name", "turn.heard", "output.trace.tools.0.arguments.who"
    ]  # fmt: skip
    assert (
        second["output"]["trace"]["intents"][0]["intent"] == "yes"
    )  # a name of the flow, not a word of the caller
