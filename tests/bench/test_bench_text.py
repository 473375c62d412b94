"""What the cognitive layer costs: turns a second on one core, and how well its dispatcher tells intents apart."""

import asyncio
import csv
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from agent.clock import stopwatch_ns
from agent.cognitive.dialogue import Dialogue
from agent.cognitive.dispatch import EmbeddedDispatcher, dispatcher_for
from agent.cognitive.flow import UNCLEAR, Flow
from agent.cognitive.flow_file import built_in_flow
from agent.cognitive.orchestrator import FlowOrchestrator
from agent.cognitive.spoken_words import spoken_words
from agent.cognitive.understanding import understand
from agent.turn import TurnEvent, TurnInput
from evals.rng import rng_for
from evals.sim.world import World

pytestmark = pytest.mark.bench

CALLS = 400
NAME = {"first_name": "Alex"}
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
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(cores)})
    try:
        began_ns = stopwatch_ns()
        EmbeddedDispatcher(flow)
        fit_ms = (stopwatch_ns() - began_ns) / 1e6
        agent = FlowOrchestrator(flow, World({}, NOW, "Europe/London").tools())
        began_ns = stopwatch_ns()
        turns = asyncio.run(_play(agent))
        rate = turns / ((stopwatch_ns() - began_ns) / 1e9)
    finally:
        os.sched_setaffinity(0, cores)
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
                    variables=NAME,
                    now_iso=NOW,
                )
            )
            turns += 1
    return turns


SAID = sorted((Path(__file__).parents[1] / "agent" / "cognitive").glob("said_by_*.tsv"))
MISHEARD_SHARES = (0.0, 0.2, 0.35, 0.5)
OFFERED = ("2026-05-19T10:30:00+01:00", "2026-05-20T14:00:00+01:00")


def test_turns_understood_with_words_misheard() -> None:
    """Callers' lines with words replaced, left out and put in at random: a crude ear, worse than one that mishears."""
    flow = built_in_flow("booking")
    words = [word for phrase in flow.example_phrases(NAME) for word in spoken_words(phrase)]
    cases = [
        row
        for path in SAID
        for row in csv.reader(path.read_text(encoding="utf-8").splitlines(), delimiter="\t")
    ]
    print()
    for share in MISHEARD_SHARES:
        rng = rng_for(1, "misheard", share)
        outcomes = Counter(
            _outcome(flow, state, " ".join(_misheard(said, share, words, rng)), meant)
            for state, said, meant in cases * 3
        )
        shares = ", ".join(
            f"{outcomes[name] / outcomes.total():.1%} {name}" for name in ("right", "asked", "wrong")
        )
        print(f"{share:.0%} of words misheard: {shares} ({len(cases)} lines, three times each)")


def _misheard(said: str, share: float, words: Sequence[str], rng: np.random.Generator) -> Iterator[str]:
    for word in spoken_words(said):
        draw = rng.random()
        if draw < 0.6 * share:
            yield words[rng.integers(len(words))]
        elif draw >= 0.85 * share:
            yield word
        if rng.random() < 0.15 * share:
            yield words[rng.integers(len(words))]


def _outcome(flow: Flow, state: str, heard: str, meant: str) -> str:
    dialogue = Dialogue(node_id=state, path=(state,), known={"offered": OFFERED})
    turn = TurnInput(
        call_sid="call",
        turn_id="1",
        seq=1,
        flow_id=flow.name,
        event=TurnEvent.SPEECH,
        transcript=heard,
        variables=NAME,
        now_iso=NOW,
    )
    taken = understand(flow, dialogue, turn, dispatcher_for(flow).scores).branch
    branches = flow.branches(flow.states[state])
    return "right" if branches[taken].to == branches[meant].to else "asked" if taken == UNCLEAR else "wrong"
