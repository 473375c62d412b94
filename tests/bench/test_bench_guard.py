"""What guarding costs a turn, and how often it is right: on the committed lists and on what honest callers say."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from agent.clock import stopwatch_ns
from agent.cognitive.guard.claims import BUILT_IN_CLAIMS, checked_sentence, claim_findings
from agent.cognitive.guard.injection import data_findings, transcript_findings
from agent.cognitive.guard.redaction.redaction import RedactionState, Speaker
from agent.cognitive.guard.redaction.redactor import redact
from agent.cognitive.guard.rules import FINDING_KINDS, Guard, GuardBranch
from agent.cognitive.guard.triggers import trigger_findings
from agent.cognitive.guard.turn_guard import guard_turn
from agent.turn import TurnEvent, TurnInput
from tests.agent.cognitive.guard.lists import SPLITS, listed, score

pytestmark = pytest.mark.bench

ROOT = Path(__file__).parents[2]
TURN_LIMIT_MS = 0.5


def honest_sentences() -> list[str]:
    """What callers and agents say on the telephone: the texts that the ear was taught with."""
    lines = [
        line.strip()
        for path in sorted((ROOT / "corpora" / "ear").glob("talk_*.txt"))
        for line in path.read_text(encoding="utf-8").splitlines()
    ]
    return [line for line in lines if line and not line.startswith("#")]


def milliseconds(work: Callable[[str], object], texts: Sequence[str]) -> tuple[float, float]:
    """The median and the 99th percentile of one text."""
    for text in texts[:50]:
        work(text)
    taken = []
    for text in texts:
        begun = stopwatch_ns()
        work(text)
        taken.append((stopwatch_ns() - begun) / 1e6)
    taken.sort()
    return taken[len(taken) // 2], taken[int(len(taken) * 0.99)]


def test_the_check_of_a_turn_takes_less_than_half_a_millisecond() -> None:
    guard = Guard(on={kind: GuardBranch(to="handoff") for kind in FINDING_KINDS}, never_say=BUILT_IN_CLAIMS)
    state = RedactionState().knowing(["Alex", "Jane Smith"])

    def turn(text: str) -> None:
        came = TurnInput(
            call_sid="c", turn_id="t", seq=1, flow_id="f", event=TurnEvent.SPEECH, transcript=text
        )
        guard_turn(guard, came)

    honest = honest_sentences()[::20]
    attacks = [row.sentence for name in ("attacks", "triggers", "innocent") for row in listed(name)]
    figures = {
        "guard_turn, honest": milliseconds(turn, honest),
        "guard_turn, listed": milliseconds(turn, attacks),
        "checked_sentence": milliseconds(lambda text: checked_sentence(text, BUILT_IN_CLAIMS), honest),
        "redact, honest": milliseconds(lambda text: redact(text, state, Speaker.CALLER), honest),
        "redact, a spoken card": milliseconds(
            lambda text: redact(text, state), ["it's four one one one " + "one one one one " * 3] * 200
        ),
    }
    print()
    for name, (median, p99) in figures.items():
        print(f"{name}: median {median:.3f} ms, p99 {p99:.3f} ms")
    whole = sum(figures[name][0] for name in ("guard_turn, honest", "checked_sentence", "redact, honest"))
    print(f"a turn (guard, one sentence checked, one line redacted), sum of medians: {whole:.3f} ms")
    assert whole < TURN_LIMIT_MS


def test_precision_and_recall_on_the_lists_and_false_alarms_on_honest_sentences() -> None:
    guards = {
        "attacks in speech": ("attacks", "innocent", transcript_findings),
        "attacks in data": ("attacks", "innocent", lambda text: data_findings(text, "variables.note")),
        "reasons for a person": ("triggers", "calm", trigger_findings),
        "forbidden claims": (
            "claims_forbidden",
            "claims_allowed",
            lambda text: claim_findings(text, BUILT_IN_CLAIMS),
        ),
    }
    honest = honest_sentences()
    print(f"\n{len(honest)} honest sentences")
    for name, (bad, good, find) in guards.items():
        for split in SPLITS:
            print(f"{name}, {split}: {score(bad, good, split, find)}")
        alarms = sum(bool(find(text)) for text in honest)
        print(f"{name}, found in honest sentences: {alarms} ({alarms / len(honest):.3%})")
    taken_out = sum(bool(redact(text, RedactionState()).spans) for text in honest)
    print(f"redaction, honest sentences changed: {taken_out} ({taken_out / len(honest):.3%})")
