"""How an agent of known truth behaves: a dial for everything a call can show, each in the unit of what measures it.

The values here are those of the agent without a planted fault. It is no perfect agent: its delays vary, and some of
everything goes wrong, because a gate that was shown perfect agents only has not been shown to tell chance from harm.
They are set for calibration, and measure nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

SLIP = 0.02  # how often anything that can go wrong does so by itself
MISHEARD = 0.04  # of words
_LEAST_SPREAD_MS = (
    0.001  # below, a gamma's shape outgrows its numbers, and whole milliseconds show none of it
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """A delay that varies: gamma-distributed, of a mean and a spread (standard deviation), never below `least_ms`;
    after that `shift_ms` is added."""

    mean_ms: float
    spread_ms: float
    least_ms: int = 0
    shift_ms: float = 0.0

    def draw(self, rng: np.random.Generator) -> int:
        """One delay, in whole milliseconds."""
        if self.spread_ms < _LEAST_SPREAD_MS:
            return round(max(self.least_ms, self.mean_ms) + self.shift_ms)
        shape = (self.mean_ms / self.spread_ms) ** 2
        return round(max(self.least_ms, rng.gamma(shape, self.mean_ms / shape)) + self.shift_ms)


@dataclass(frozen=True, slots=True, kw_only=True)
class Behaviour:
    """The dials. Shares are of turns where a turn can go wrong, of calls otherwise.

    Attributes:
        greeting: from the answering of the call to the first sample of the greeting, at the ear.
        answer: from the caller's last voiced sample to the first of the reply, at the ear.
        later_ms: added to every answer.
        jitter_ms: mean of an exponential delay added to every answer.
        tail_share, tail_ms: how many answers take so much longer.
        stop: from an interruption's onset to the reply's last sample, at the ear.
        decision: from falling silent to knowing that it was an interruption.
        resume_gap: how long it is silent for a listening noise.
        reply: how long a reply lasts.
        no_reply: turns never answered.
        talks_over, over_ms: answers that begin so long before the caller has finished.
        no_stop: interruptions that it talks through for more than two seconds.
        false_stop: listening noises that end its reply.
        cut_in: pauses of the caller's in which it begins to speak.
        spurious: listening noises that it takes for words and answers.
        double: replies said twice.
        hang_ms: silence after its last words before it hangs up.
        dead_air_ms: at the end it stays silent so much longer than its longest answer took; None for `hang_ms` alone.
        misheard: words heard as another.
        clipped: utterances whose first word is not heard.
        swapped: numbers of which two neighbouring digits change places.
        lost_tool, wrong_tool: calls in which the last tool is not called, or with another argument.
        wrong_slot: calls that end with another value captured.
        wrong_state, fallback: calls that take another state, or go through asking again.
        wrong_outcome: calls that end in another outcome, without what should have been done.
        wrong_words: calls in which the last reply says something else.
        leaves: calls that it hangs up after its first reply.
        fails: calls in which it raises an error.
    """

    greeting: Wait = field(default_factory=lambda: Wait(mean_ms=120, spread_ms=30, least_ms=50))
    answer: Wait = field(default_factory=lambda: Wait(mean_ms=350, spread_ms=80, least_ms=60))
    later_ms: float = 0.0
    jitter_ms: float = 0.0
    tail_share: float = 0.0
    tail_ms: float = 0.0
    stop: Wait = field(default_factory=lambda: Wait(mean_ms=160, spread_ms=30, least_ms=90))
    decision: Wait = field(default_factory=lambda: Wait(mean_ms=200, spread_ms=50))
    resume_gap: Wait = field(default_factory=lambda: Wait(mean_ms=300, spread_ms=40, least_ms=220))
    reply: Wait = field(default_factory=lambda: Wait(mean_ms=200, spread_ms=40, least_ms=60))
    no_reply: float = 0.0
    talks_over: float = SLIP / 2
    over_ms: int = 300
    no_stop: float = SLIP / 4
    false_stop: float = SLIP
    cut_in: float = SLIP
    spurious: float = SLIP
    double: float = SLIP
    hang_ms: int = 40
    dead_air_ms: float | None = None
    misheard: float = MISHEARD
    clipped: float = SLIP
    swapped: float = SLIP
    lost_tool: float = SLIP
    wrong_tool: float = 0.0
    wrong_slot: float = SLIP
    wrong_state: float = SLIP
    fallback: float = 0.0
    wrong_outcome: float = SLIP
    wrong_words: float = SLIP
    leaves: float = 0.0
    fails: float = 0.0


STEADY = Behaviour(
    greeting=Wait(mean_ms=120, spread_ms=0), answer=Wait(mean_ms=700, spread_ms=300, least_ms=200),
    stop=Wait(mean_ms=250, spread_ms=80, least_ms=100), reply=Wait(mean_ms=2600, spread_ms=0),
    no_reply=0, talks_over=0, no_stop=0, false_stop=0, cut_in=0, spurious=0, double=0, misheard=0, clipped=0,
    swapped=0, lost_tool=0, wrong_slot=0, wrong_state=0, wrong_outcome=0, wrong_words=0,
)  # fmt: skip
"""Nothing goes wrong; delays and stops vary widely. For measuring the error of time."""
