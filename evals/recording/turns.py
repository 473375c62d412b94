"""Whose turn it was, from who was audible when.

A scenario knows what the caller meant by a sound; a recording does not. So what the caller says is cut into turns by
what the agent does meanwhile and by silence, and a turn that begins over the agent's voice is an interruption if it is
long enough to be one. What a reply is, and when one that is under way has ended, is as in docs/metrics.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from agent.units import NS_PER_MS
from evals.metrics.timeline import SILENCE_MS
from evals.record import Span

SILENCE_NS = SILENCE_MS * NS_PER_MS

REPLY_END_NS = 600 * NS_PER_MS  # docs/scenarios.md: the callers' own default
TIMEOUT_NS = 10_000 * NS_PER_MS  # as long as the harness's callers wait for a reply

# Silences of one speaker in conversation are rarely above a second (G. Jefferson, 1989, "a standard maximum silence");
# a caller who looks something up gets twice that. What follows a longer one is a new try.
TURN_PAUSE_NS = 2_000 * NS_PER_MS

# Words take 600 ms from wish to voice (Levinson and Torreira, Front. Psychol. 6:731, 2015). Who is heard again sooner
# than that after the agent began, less what two boundaries may err, was going on, not answering it.
GOES_ON_NS = 500 * NS_PER_MS

# A shorter sound over the agent's voice may be an "mm-hmm", a longer one is one only by its words: the agent's own
# `brief_ms` (agent/audio/barge_in.py).
BRIEF_NS = 640 * NS_PER_MS


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerTurn:
    """What the caller said in one go.

    Attributes:
        speech: its stretches, in order, at least `SILENCE_NS` apart.
        under_way: the reply that was audible when it began, up to its last audible sample; None without one.
        next_ns: when the caller's next turn begins; the end of the recording after the last.
    """

    speech: tuple[Span, ...]
    under_way: Span | None
    next_ns: int

    @property
    def start_ns(self) -> int:
        """Its first voiced sample."""
        return self.speech[0].start_ns

    @property
    def end_ns(self) -> int:
        """The end of its last voiced sample."""
        return self.speech[-1].end_ns

    @property
    def brief(self) -> bool:
        """Whether it lies over the agent's voice and is too short to be told from an "mm-hmm"."""
        return self.under_way is not None and self.end_ns - self.start_ns < BRIEF_NS

    @property
    def interrupts(self) -> bool:
        """Whether it began over the agent's voice and is long enough to want the floor."""
        return self.under_way is not None and not self.brief


def stretches(spans: Sequence[Span], apart_ns: int = SILENCE_NS) -> tuple[Span, ...]:
    """The spans, those less than `apart_ns` apart made one, in order."""
    joined: list[Span] = []
    for span in sorted(spans, key=lambda span: (span.start_ns, span.end_ns)):
        if joined and span.start_ns - joined[-1].end_ns < apart_ns:
            joined[-1] = Span(start_ns=joined[-1].start_ns, end_ns=max(joined[-1].end_ns, span.end_ns))
        else:
            joined.append(span)
    return tuple(joined)


def caller_turns(caller: Sequence[Span], agent: Sequence[Span], duration_ns: int) -> tuple[CallerTurn, ...]:
    """The caller's turns in order.

    Args:
        caller, agent: when each was audible, in order.
        duration_ns: of the recording.
    """
    agent = stretches(agent)
    turns: list[list[Span]] = []
    for span in stretches(caller):
        if turns and not _new_turn(turns[-1][-1], span, agent):
            turns[-1].append(span)
        else:
            turns.append([span])
    begins_ns = [turn[0].start_ns for turn in turns] + [duration_ns]
    return tuple(
        CallerTurn(speech=tuple(turn), under_way=_under_way(turn, agent), next_ns=next_ns)
        for turn, next_ns in zip(turns, begins_ns[1:], strict=True)
    )


def reply_to(turn: CallerTurn, agent: Sequence[Span]) -> Span | None:
    """The first stretch of the agent's that answers the turn; None when none came within `TIMEOUT_NS`."""
    begins = max(turn.start_ns, turn.under_way.end_ns if turn.under_way else 0)
    until = min(turn.end_ns + TIMEOUT_NS, turn.next_ns)
    return next(
        (span for span in stretches(agent) if begins <= span.start_ns < until and span.end_ns > turn.end_ns),
        None,
    )


def pauses(turn: CallerTurn) -> list[tuple[Span, Span]]:
    """The turn's inner pauses, each with the stretch after it; none while the agent speaks itself."""
    if turn.under_way is not None:
        return []
    return [
        (Span(start_ns=before.end_ns, end_ns=after.start_ns), after)
        for before, after in zip(turn.speech, turn.speech[1:], strict=False)
    ]


def barge_ins(turn: CallerTurn, agent: Sequence[Span]) -> list[Span]:
    """The agent's stretches that begin while the turn is still to go on for `SILENCE_NS`.

    Those within `SILENCE_NS` of its onset are none: neither side could have heard the other. Nor is the rest of a
    reply that was under way.
    """
    begins = max(turn.start_ns + SILENCE_NS, turn.under_way.end_ns if turn.under_way else 0)
    return [span for span in stretches(agent) if begins <= span.start_ns <= turn.end_ns - SILENCE_NS]


def _new_turn(before: Span, after: Span, agent: Sequence[Span]) -> bool:
    """Whether the caller lost or gave up the floor between two stretches."""
    if after.start_ns - before.end_ns >= TURN_PAUSE_NS:
        return True
    for span in agent:
        since = max(span.start_ns, before.end_ns)
        audible = min(span.end_ns, after.start_ns) - since
        if audible >= SILENCE_NS and after.start_ns - since >= GOES_ON_NS:
            return True
    return False


def _under_way(speech: Sequence[Span], agent: Sequence[Span]) -> Span | None:
    """The reply that the turn began over: it goes on over its own pauses up to `REPLY_END_NS` as docs/metrics.md has
    it, as long as it is audible again while the caller speaks, or had spoken past their end."""
    begun, ended = speech[0].start_ns, speech[-1].end_ns
    at = next((at for at, span in enumerate(agent) if span.start_ns <= begun < span.end_ns), None)
    if at is None:
        return None
    end = agent[at].end_ns
    for span in agent[at + 1 :]:
        if not (span.start_ns < ended or end > ended) or span.start_ns - end >= REPLY_END_NS:
            break
        end = span.end_ns
    return Span(start_ns=agent[at].start_ns, end_ns=end)
