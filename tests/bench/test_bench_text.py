"""What the cognitive layer costs: turns a second on one core, and how well its dispatcher tells intents apart."""

import asyncio
import json
import os
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from threadpoolctl import threadpool_limits

from agent.clock import stopwatch_ns
from agent.cognitive.dispatch import Dispatcher
from agent.cognitive.flow import UNCLEAR, Branch, Flow, State
from agent.cognitive.flow_file import built_in_flow
from agent.cognitive.orchestrator import FlowOrchestrator
from agent.cognitive.precedence import CONFIDENT
from agent.cognitive.spoken_words import spoken_words
from agent.turn import TurnEvent, TurnInput
from evals.sim.world import World

pytestmark = pytest.mark.bench

CALLS = 400
NOW = "2026-05-18T09:00:00+01:00"
CONVERSATIONS = (
    (
        "Yes, this is Alex.",
        "We are, before the summer, maybe eight thousand pounds.",
        "Tuesday would be fine.",
    ),
    ("Speaking.", "No, we have no plans and no budget.", "Yes, go ahead.", "alex dot b at example dot com"),
    (
        "No, you've got somebody else.",
        "She is out until three.",
        "Tomorrow after five.",
        "this number is fine",
    ),
    (
        "Who is this?",
        "what",
        "Yes it is.",
        "Hmm, purple.",
        "yes",
        "Anything on Friday?",
        "thursday",
        "the first",
    ),
)


def test_turns_a_second_on_one_core() -> None:
    flow = built_in_flow("booking")
    with threadpool_limits(limits=1):
        began_ns = stopwatch_ns()
        Dispatcher(flow)
        fit_ms = (stopwatch_ns() - began_ns) / 1e6
        agent = FlowOrchestrator(flow, World({}, NOW, "Europe/London").tools())
        began_ns = stopwatch_ns()
        turns = asyncio.run(_play(agent))
        rate = turns / ((stopwatch_ns() - began_ns) / 1e9)
    print(
        f"\ntext level: {rate:,.0f} turns a second on one core ({turns} turns); dispatcher fitted in {fit_ms:.0f} ms"
    )
    assert rate >= 1_000


async def _play(agent: FlowOrchestrator) -> int:
    turns = 0
    for call in range(CALLS):
        for seq, words in enumerate(("", *CONVERSATIONS[call % len(CONVERSATIONS)])):
            await agent.run_turn(
                TurnInput(
                    call_sid=str(call),
                    turn_id=str(seq),
                    seq=seq,
                    flow_id="booking",
                    event=TurnEvent.SPEECH if seq else TurnEvent.ANSWERED,
                    transcript=words,
                    variables={"first_name": "Alex"},
                    now_iso=NOW,
                )
            )
            turns += 1
    return turns


EXAMPLES_AN_INTENT = 10


def test_intents_told_apart_on_clinc150() -> None:
    """CLINC150 with ten examples an intent, as flows have: the first ten of each in the training file.

    In-scope accuracy counts an "unclear" as wrong; out-of-scope recall counts it as right.
    """
    folder = os.environ.get("MILLIWATT_DATA")
    if not folder:
        pytest.skip("MILLIWATT_DATA names no folder of data sets")
    path = Path(folder) / "clinc150" / "data_full.json"
    if not path.exists():
        pytest.skip(f"{path} is not there")
    data = json.loads(path.read_text(encoding="utf-8"))
    flow = _one_question(data)
    began_ns = stopwatch_ns()
    dispatcher = Dispatcher(flow)
    fit_s = (stopwatch_ns() - began_ns) / 1e9
    began_ns = stopwatch_ns()
    right = sum(_taken(dispatcher, flow, text) == intent for text, intent in data["test"])
    outside = sum(_taken(dispatcher, flow, text) == UNCLEAR for text, _ in data["oos_test"])
    sorted_ = sum(_best(dispatcher, flow, text)[0] == intent for text, intent in data["test"])
    count = 2 * len(data["test"]) + len(data["oos_test"])
    turn_ms = (stopwatch_ns() - began_ns) / 1e6 / count
    print(
        f"\nCLINC150, {EXAMPLES_AN_INTENT} examples an intent: accuracy {right / len(data['test']):.3f}, "
        f"without the threshold {sorted_ / len(data['test']):.3f}; "
        f"out-of-scope recall {outside / len(data['oos_test']):.3f} at {CONFIDENT}; "
        f"fitted in {fit_s:.1f} s, {turn_ms:.2f} ms a turn"
    )


def _one_question(data: dict[str, Any]) -> Flow:
    """A flow that asks one question, whose branches are the data set's intents."""
    seen: Counter[str] = Counter()
    examples: dict[str, list[str]] = {}
    for text, intent in data["train"]:
        seen[intent] += 1
        if seen[intent] <= EXAMPLES_AN_INTENT:
            examples.setdefault(intent, []).append(text)
    intents = {intent: tuple(texts) for intent, texts in examples.items()}
    question = State(name="question", ask="?", on={intent: Branch(to=f"to_{intent}") for intent in intents})
    return Flow(
        name="clinc150",
        start="question",
        states={"question": question},
        intents=intents,
        turn_limit=1,
        too_long="question",
    )


def _best(dispatcher: Dispatcher, flow: Flow, text: str) -> tuple[str, float]:
    best = dispatcher.scores(flow.states["question"], spoken_words(text), {})[0]
    return best.intent, best.score


def _taken(dispatcher: Dispatcher, flow: Flow, text: str) -> str:
    intent, score = _best(dispatcher, flow, text)
    return intent if score >= CONFIDENT else UNCLEAR
