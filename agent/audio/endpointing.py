"""Has the caller finished? Silence alone answers it late; words that ask to go on make it wait longer.

People pause within a turn for 300 to 1,000 ms when they think, spell or read out numbers, and answer each other after
about 200 ms (Levinson & Torreira 2015). So the wait is short after words that sound complete and longer
after a hesitation, a joining word, or a run of digits or letters that is still short for what it is.
"""

from __future__ import annotations

from dataclasses import dataclass

from agent.units import NS_PER_MS

_HANGING = set(
    "a an and as at because but for from i'm if in is it's like my of on or so than that the".split()
)
_HANGING |= set("then to um uh er erm was we're well with your".split())
_DIGITS = set("zero oh one two three four five six seven eight nine double triple".split())


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointingConfig:
    """How long the caller must be silent before their turn is over.

    Attributes:
        complete_ms: after words that may be the end.
        hanging_ms: after a hesitation or a word that something must follow.
        listing_ms: while digits or letters are being read out.
        unheard_ms: when no words were recognised at all.
    """

    complete_ms: int = 560
    hanging_ms: int = 1100
    listing_ms: int = 900
    unheard_ms: int = 800


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """Whether the turn is over, how long a silence it takes now, and why."""

    over: bool
    needed_ms: int
    reason: str


def decide(*, silence_ns: int, text: str, config: EndpointingConfig) -> Endpoint:
    """Says whether a caller who has been silent for `silence_ns` after `text` has finished."""
    needed_ms, reason = _patience(text.lower().split(), config)
    return Endpoint(over=silence_ns >= needed_ms * NS_PER_MS, needed_ms=needed_ms, reason=reason)


def _patience(words: list[str], config: EndpointingConfig) -> tuple[int, str]:
    if not words:
        return config.unheard_ms, "no words yet"
    last = words[-1].strip(".,?!")
    if last in _HANGING:
        return config.hanging_ms, f"'{last}' wants more"
    if _spoken_one_by_one(last) and len(words) >= 2 and _spoken_one_by_one(words[-2].strip(".,?!")):
        return config.listing_ms, "reading out"
    return config.complete_ms, "may be complete"


def _spoken_one_by_one(word: str) -> bool:
    return word in _DIGITS or (len(word) == 1 and word.isalnum() and word not in "ai")
