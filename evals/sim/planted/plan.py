"""What a planted agent is going to do in one call, drawn before it begins: this is the truth that is planted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from evals.rng import rng_for
from evals.scenario.model import Case
from evals.sim.planted.behaviour import Behaviour

NO_STOP_MS = 2300  # the metrics take an agent that speaks on for 2 s as one that never stopped
_DIGITS = {
    word: digit for digit, word in enumerate("zero one two three four five six seven eight nine".split())
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnPlan:
    """What follows one thing that the caller does.

    Attributes:
        answer_ms: after the caller's last voiced sample; None for no reply.
        stop_ms: after the caller's onset, where a reply is under way.
        decision_ms: after falling silent.
        resume_ms: how long a listening noise silences it; None ends the reply.
        reply_ms: the reply's length.
        spurious: it answers a listening noise.
        cut_in: it speaks in each of the caller's pauses.
        heard: what its recogniser makes of the words.
    """

    answer_ms: int | None
    stop_ms: int
    decision_ms: int
    resume_ms: int | None
    reply_ms: int
    spurious: bool
    cut_in: bool
    heard: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CallPlan:
    """What happens in a call as a whole; names as in `Behaviour`."""

    greeting_ms: int
    hang_ms: int
    lost_tool: bool
    wrong_tool: bool
    wrong_slot: bool
    wrong_state: bool
    fallback: bool
    wrong_outcome: bool
    wrong_words: bool
    leaves: bool
    fails: bool
    turns: tuple[TurnPlan, ...]


def plan_call(behaviour: Behaviour, seed: int, case: Case) -> CallPlan:
    """The plan of a case; each turn and the call have dice of their own, named after the case."""
    rng = rng_for(seed, "planted.call", case.id)
    greeting_ms = behaviour.greeting.draw(rng)
    happens = rng.random(9)
    b = behaviour
    shares = (b.lost_tool, b.wrong_tool, b.wrong_slot, b.wrong_state, b.fallback, b.wrong_outcome, b.wrong_words,
              b.leaves, b.fails)  # fmt: skip
    lost, wrong_tool, slot, state, fallback, outcome, words, leaves, fails = (
        bool(value < share) for value, share in zip(happens, shares, strict=True)
    )
    turns = tuple(_plan_turn(b, seed, case, step) for step in range(len(case.scenario.caller)))
    return CallPlan(
        greeting_ms=greeting_ms,
        hang_ms=_hang_ms(b, turns),
        lost_tool=lost,
        wrong_tool=wrong_tool,
        wrong_slot=slot,
        wrong_state=state,
        fallback=fallback,
        wrong_outcome=outcome,
        wrong_words=words,
        leaves=leaves,
        fails=fails,
        turns=turns,
    )


def _plan_turn(b: Behaviour, seed: int, case: Case, step: int) -> TurnPlan:
    rng = rng_for(seed, "planted.turn", case.id, step)
    answer_ms, stop_ms = b.answer.draw(rng), b.stop.draw(rng)
    decision_ms, resume_ms, reply_ms = b.decision.draw(rng), b.resume_gap.draw(rng), b.reply.draw(rng)
    late_ms = rng.exponential(1.0) * b.jitter_ms
    no_reply, tail, over, no_stop, false_stop, cut_in, spurious, double = rng.random(8)
    answer_ms += round(b.later_ms + late_ms + (b.tail_ms if tail < b.tail_share else 0.0))
    if over < b.talks_over:
        answer_ms = -b.over_ms
        reply_ms += b.over_ms
    return TurnPlan(
        answer_ms=None if no_reply < b.no_reply else answer_ms,
        stop_ms=NO_STOP_MS if no_stop < b.no_stop else stop_ms,
        decision_ms=decision_ms,
        resume_ms=None if false_stop < b.false_stop else resume_ms,
        reply_ms=2 * reply_ms if double < b.double else reply_ms,
        spurious=bool(spurious < b.spurious),
        cut_in=bool(cut_in < b.cut_in),
        heard=_heard(b, case.scenario.caller[step].text, rng),
    )


def _hang_ms(b: Behaviour, turns: Sequence[TurnPlan]) -> int:
    if b.dead_air_ms is None:
        return b.hang_ms
    return round(b.dead_air_ms) + max((turn.answer_ms or 0 for turn in turns), default=0)


def _heard(b: Behaviour, said: str, rng: np.random.Generator) -> str:
    """The words as a recogniser of known error rates has them."""
    words = [word for word in said.split() if not word.startswith("[pause") and not word.endswith("]")]
    clipped, swapped, place = rng.random(3)
    numbers = [at for at, word in enumerate(words) if word.lower() in _DIGITS]
    pairs = [at for at, then in pairwise(numbers) if then == at + 1 and words[at] != words[then]]
    if pairs and swapped < b.swapped:
        at = pairs[int(place * len(pairs))]
        words[at], words[at + 1] = words[at + 1], words[at]
    # A number is one word to the normaliser, so only words that are no numbers are misheard.
    heard = [
        "pardon" if word.lower() not in _DIGITS and rng.random() < b.misheard else word for word in words
    ]
    return " ".join(heard[1:] if clipped < b.clipped else heard)
