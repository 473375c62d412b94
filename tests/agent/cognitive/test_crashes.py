"""Turns doubled, out of order, and retried after their worker was killed: the calls end as if nothing had happened."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from agent.clock import stopwatch_ns
from agent.cognitive.flow_file import built_in_flow
from agent.cognitive.orchestrator import FlowOrchestrator
from agent.cognitive.ports import TurnClosed
from agent.cognitive.stores.codec import dialogue_text
from agent.cognitive.stores.memory import MemoryStore
from agent.cognitive.stores.redis_state import RedisState
from agent.cognitive.stores.sql_journal import SqlJournal
from agent.turn import TurnEvent, TurnInput
from evals.rng import rng_for
from evals.sim.world import World
from tests.agent.cognitive.builders import NOW, a_turn, answered
from tests.agent.cognitive.turn_worker import AT_ONCE, OUTPUT, POINTS, TURN
from tests.fakes.ledger import Ledger
from tests.services import PostgresService, RedisService

ROOT = Path(__file__).parents[3]
SEED = 5
DOUBLED = 0.25
CALLS_AT_ONCE = 4
TURNS_A_CALL = 9
BLOCKS_A_LIFE = 10
"""Of `AT_ONCE` turns, in a worker's orders; most workers do not live to see the end of them."""

LINES = (
    *("yes this is alex", "we are, before the summer, about eight thousand pounds", "tuesday would be fine"),
    *("yes", "no", "wednesday", "the first one", "not interested", "take me off your list", "bananas", ""),
    *("is there a person i can talk to", "tomorrow at five", "sam at example dot com", "who is this"),
)
HAPPY = LINES[:3]


@dataclass(frozen=True, kw_only=True)
class Stores:
    """Where a worker keeps state and journal."""

    state: str
    journal: str


@dataclass(kw_only=True)
class Played:
    """What came of the turns."""

    answers: dict[str, Any] = field(default_factory=dict)
    died: Counter[str] = field(default_factory=Counter)
    lives: int = 0


@pytest.fixture(params=["embedded", "servers"])
def stores(request: pytest.FixtureRequest, tmp_path: Path) -> Stores:
    if request.param == "embedded":
        return Stores(state="memory", journal=f"sqlite:///{tmp_path / 'calls.sqlite'}")
    redis: RedisService = request.getfixturevalue("redis_service")
    postgres: PostgresService = request.getfixturevalue("postgres_service")
    return Stores(state=redis.url, journal=postgres.url)


def test_500_turns_doubled_reordered_and_killed_at_every_commit_point_end_as_if_undisturbed(
    stores: Stores, tmp_path: Path
) -> None:
    check(stores, tmp_path, turns=500, longest_life=8)


@pytest.mark.soak
def test_100_000_turns_doubled_reordered_and_killed_end_as_if_undisturbed(
    stores: Stores, tmp_path: Path
) -> None:
    check(stores, tmp_path, turns=100_000, longest_life=1_000, progress=True)


def check(stores: Stores, folder: Path, *, turns: int, longest_life: int, progress: bool = False) -> None:
    calls = [f"{folder.name}-{number}" for number in range(turns // TURNS_A_CALL + 1)]
    script = list(whole_calls(calls, turns))
    assert len(script) == turns
    began_ns = stopwatch_ns()
    expected, effects = asyncio.run(undisturbed(script, folder / "undisturbed.sqlite"))
    undisturbed_s = (stopwatch_ns() - began_ns) / 1e9
    began_ns = stopwatch_ns()
    played = disturbed(script, stores, folder / "disturbed.sqlite", longest_life, progress=progress)
    took_s = (stopwatch_ns() - began_ns) / 1e9
    ledger = Ledger(folder / "disturbed.sqlite")
    print(
        f"\n{turns} turns of {len(calls)} calls in {took_s:.0f} s ({undisturbed_s:.1f} s undisturbed in memory): "
        f"{played.lives} workers, of whom {played.died.total()} were killed {dict(sorted(played.died.items()))}; "
        f"{len(effects)} effects, asked for {ledger.attempts()} times"
    )
    # Each side effect exactly once, under the key it would have had; and some were asked for again.
    assert ledger.effects() == effects
    assert ledger.attempts() > len(effects)
    ledger.close()
    assert set(played.died) == set(POINTS), "a point at which nobody was killed was not tested"
    final = asyncio.run(kept(stores, calls))
    assert final == {call: expected[call] for call in calls}


def whole_calls(calls: list[str], turns: int) -> Iterator[TurnInput]:
    """Every turn of every call in order, a few calls at a time; half of them on their way to a booking."""
    rng = rng_for(SEED, "crashes.lines")
    left = turns
    for first in range(0, len(calls), CALLS_AT_ONCE):
        for seq in range(TURNS_A_CALL):
            for call in calls[first : first + CALLS_AT_ONCE]:
                if left == 0:
                    return
                left -= 1
                yield _turn(call, seq, rng)


def _turn(call: str, seq: int, rng: np.random.Generator) -> TurnInput:
    name = {"first_name": "Alex", "time_zone": "Europe/London"}
    if seq == 0:
        return answered(call_sid=call, turn_id=f"{call}-0", flow_id="booking", variables=name)
    happy = seq <= len(HAPPY) and rng.random() < 0.7
    words = HAPPY[seq - 1] if happy else LINES[rng.integers(len(LINES))]
    event = TurnEvent.SPEECH if words else TurnEvent.NO_SPEECH
    return a_turn(
        seq, words, event, call_sid=call, turn_id=f"{call}-{seq}", flow_id="booking", variables=name
    )


def deliveries(script: list[TurnInput]) -> list[TurnInput]:
    """The turns as a bad wire delivers them: some twice, and any few neighbours in any order."""
    rng = rng_for(SEED, "crashes.wire")
    doubled = [turn for turn in script for _ in range(1 + (rng.random() < DOUBLED))]
    shuffled: list[TurnInput] = []
    for first in range(0, len(doubled), AT_ONCE):
        block = doubled[first : first + AT_ONCE]
        shuffled += [block[place] for place in rng.permutation(len(block))]
    return shuffled


async def undisturbed(
    script: list[TurnInput], path: Path
) -> tuple[dict[str, str], dict[str, tuple[str, str]]]:
    """Each call's last state as JSON, and the effects, where each turn comes once and in order."""
    ledger = Ledger(path)
    store = MemoryStore(max_calls=len(script))
    agent = FlowOrchestrator(built_in_flow("booking"), ledger.tools(), store)
    for turn in script:
        await agent.run_turn(turn)
    states: dict[str, str] = {}
    for turn in script:
        if turn.call_sid not in states:
            dialogue = (await store.load(turn.call_sid)).dialogue
            assert dialogue is not None
            states[turn.call_sid] = dialogue_text(dialogue)
    effects = ledger.effects()
    ledger.close()
    return states, effects


def disturbed(
    script: list[TurnInput], stores: Stores, ledger: Path, longest_life: int, *, progress: bool
) -> Played:
    """Has workers answer the deliveries; what a killed one has not answered the next gets again, in order."""
    rng = rng_for(SEED, "crashes.lives")
    sent = deliveries(script)
    waiting = list(range(len(sent)))
    raw = [TURN.dump_python(turn, mode="json") for turn in sent]
    played = Played()
    points = cycle(POINTS)
    zygote = subprocess.Popen(
        [sys.executable, "-m", "tests.agent.cognitive.turn_worker"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT,
    )  # fmt: skip
    assert zygote.stdin is not None and zygote.stdout is not None
    with zygote:
        try:
            while waiting:
                # Whole blocks, so that no turn waits for one that is not among them.
                point = next(points)
                # Effects are rarer than commits: one turn in six has one.
                longest = max(1, longest_life // 4) if point.startswith("tool.") else longest_life
                end = (waiting[0] // AT_ONCE + max(BLOCKS_A_LIFE, longest_life // AT_ONCE)) * AT_ONCE
                now = waiting[: bisect_left(waiting, end)]
                orders = {
                    "state": stores.state, "journal": stores.journal, "ledger": str(ledger),
                    "turns": [(index, raw[index]) for index in now],
                    "point": point, "count": int(rng.integers(1, longest + 1)),
                    "workers": 2 if rng.random() < 0.2 else 1,
                }  # fmt: skip
                zygote.stdin.write(json.dumps(orders) + "\n")
                zygote.stdin.flush()
                done = _life(zygote.stdout, sent, played)
                waiting[: len(now)] = [index for index in now if index not in done]
                if progress and played.lives % 20 == 0:
                    print(f"{len(sent) - len(waiting)} of {len(sent)} deliveries answered", flush=True)
        finally:
            zygote.stdin.close()
    return played


def _life(lines: Any, sent: list[TurnInput], played: Played) -> set[int]:
    done = set()
    played.lives += 1
    for text in lines:
        line = json.loads(text)
        if "over" in line:
            assert line["failed"] == 0, "a worker ended by an error of its own"
            return done
        if "died" in line:
            played.died[line["died"]] += 1
        else:
            done.add(line["done"])
            turn_id = sent[line["done"]].turn_id
            # Whoever asks, and however often: one answer.
            assert played.answers.setdefault(turn_id, line["answer"]) == line["answer"]
    raise AssertionError("the worker's parent is gone")


async def kept(stores: Stores, calls: list[str]) -> dict[str, str]:
    """Each call's last state as the journal has it; a state in Redis is that one, or known to be behind it."""
    journal = SqlJournal(stores.journal)
    redis = RedisState(stores.state, timeout_s=5.0) if stores.state != "memory" else None
    found = {}
    for call in calls:
        entries = await journal.last_turn(call)
        assert isinstance(entries[-1], TurnClosed)
        after = entries[-1].after
        found[call] = dialogue_text(after)
        held = (await redis.load(call)).dialogue if redis is not None else None
        assert held in (None, after) or not held.resting or held.seq < after.seq
    if redis is not None:
        await redis.aclose()
    journal.close()
    return found


def test_an_answer_survives_json() -> None:
    """What the comparisons above stand on."""

    async def answer() -> Any:
        agent = FlowOrchestrator(built_in_flow("booking"), World({}, NOW, "Europe/London").tools())
        return await agent.run_turn(answered(flow_id="booking"))

    output = asyncio.run(answer())
    assert OUTPUT.validate_python(OUTPUT.dump_python(output, mode="json")) == output
