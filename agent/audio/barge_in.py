"""Does this stop the agent? Yield first, decide after.

At 150 ms an interruption and a "yeah" sound alike. So the agent falls silent as soon as a voice is likely, and what
follows within `decide_ms` says whether it was an interruption (the reply is cancelled) or a backchannel, cough
or noise (the reply goes on at the cut word).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from agent.units import NS_PER_MS

BACKCHANNELS = frozenset(
    "ah aha alright cool fine good great hm hmm huh mhm mm mmm oh ok okay really right sure uh um yeah yep yes".split()
)
_STOPPERS = frozenset("actually hang hello hold no nope not pardon sorry stop wait what who why".split())


class Decision(StrEnum):
    """What to do about a voice over the agent's."""

    WAIT = "wait"
    YIELD = "yield"
    INTERRUPTION = "interruption"
    RESUME = "resume"


@dataclass(frozen=True, slots=True, kw_only=True)
class BargeInConfig:
    """When to yield and how to decide.

    Attributes:
        yield_probability, yield_windows: so many windows in a row (32 ms each) at or above it make the agent yield.
        decide_ms: longest time between yielding and deciding.
        ended_ms: a voice silent for so long has ended.
        again_ms: a voice that comes back so soon after the agent went on is the same voice, and counts as one.
        brief_ms: a voice shorter than this is no interruption unless its words say so.
        long_ms: a voice longer than this is one whatever its words.
    """

    yield_probability: float = 0.5
    yield_windows: int = 2
    decide_ms: int = 700
    ended_ms: int = 250
    again_ms: int = 900
    brief_ms: int = 640
    long_ms: int = 700


def wants_yield(*, run: int, config: BargeInConfig) -> bool:
    """Whether `run` windows in a row at or above `yield_probability` make the agent yield."""
    return run >= config.yield_windows


def decide(
    *, since_yield_ns: int, voiced_ns: int, silence_ns: int, text: str, config: BargeInConfig
) -> Decision:
    """Says what the voice that made the agent yield was, or to wait.

    Args:
        since_yield_ns: time since the agent fell silent.
        voiced_ns: from the voice's onset to the end of its last voiced window.
        silence_ns: since that end; 0 while the voice goes on.
        text: the recogniser's words so far.
    """
    words = [word.strip(".,?!") for word in text.lower().split()]
    content = [word for word in words if word not in BACKCHANNELS]
    ended = silence_ns >= config.ended_ms * NS_PER_MS
    if not ended and voiced_ns >= config.long_ms * NS_PER_MS:
        return Decision.INTERRUPTION
    if ended:
        return _of_ended_voice(words, content, brief=voiced_ns < config.brief_ms * NS_PER_MS)
    if since_yield_ns >= config.decide_ms * NS_PER_MS:
        return Decision.INTERRUPTION if content else Decision.RESUME
    return Decision.WAIT


def _of_ended_voice(words: list[str], content: list[str], *, brief: bool) -> Decision:
    if any(word in _STOPPERS for word in words):
        return Decision.INTERRUPTION
    if brief or not content:
        return Decision.RESUME
    return Decision.INTERRUPTION
