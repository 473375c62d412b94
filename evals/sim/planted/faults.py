"""Faults to plant: for each, which dial it turns, which gate must see it, and how strong, in that gate's own unit.

A strength is the change of the metric's expected value: milliseconds of a mean, or points (0 to 1) of a rate. Faults
are planted one at a time, in an agent that is otherwise like the clean one (`Behaviour()`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from evals.sim.planted.behaviour import MISHEARD, Behaviour, Wait

INTERRUPTING = "interrupting"
LISTENING = "listening"

Plant = Callable[[Behaviour, float], Behaviour]

_MS = (15.0, 30.0, 60.0, 120.0)
_POINTS = (0.03, 0.06, 0.12, 0.24)
_WORDS = (0.02, 0.04, 0.08, 0.16)
_TAIL_SHARE = 0.05
_LISTENING_WORDS = 3  # reference words of the listening suite, after the normaliser
_INTERRUPTING_WORDS = 3
_LISTENING_TURNS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A kind of fault.

    Attributes:
        name: what `--kinds` calls it.
        says: what the agent does.
        suite: in which of calibration's suites it is played.
        metric: the gate that must see it.
        strengths: those that calibration plants, in the metric's unit, ascending.
        plant: makes a behaviour with the fault of a strength out of one without.
    """

    name: str
    says: str
    suite: str
    metric: str
    strengths: tuple[float, ...]
    plant: Plant

    @property
    def in_ms(self) -> bool:
        """Whether strengths are milliseconds; points of a rate otherwise."""
        return max(self.strengths) > 1

    def behaviour(self, strength: float) -> Behaviour:
        """The agent with this fault."""
        return self.plant(Behaviour(), strength)


def _more(dial: str, per_point: float = 1.0) -> Plant:
    """Raises a share so that the metric moves by the strength, `per_point` being how far a share of 1 moves it."""
    return lambda b, strength: replace(b, **{dial: getattr(b, dial) + strength / per_point})


def _later(dial: str) -> Plant:
    """Moves a delay by the strength and leaves its spread."""

    def plant(b: Behaviour, strength: float) -> Behaviour:
        wait: Wait = getattr(b, dial)
        changed: dict[str, Any] = {dial: replace(wait, shift_ms=wait.shift_ms + strength)}
        return replace(b, **changed)

    return plant


def _tail(b: Behaviour, strength: float) -> Behaviour:
    return replace(b, tail_share=_TAIL_SHARE, tail_ms=strength / _TAIL_SHARE)


def _dead_air(b: Behaviour, strength: float) -> Behaviour:
    return replace(b, dead_air_ms=strength)


def _double(b: Behaviour, strength: float) -> Behaviour:
    return _more("double", b.reply.mean_ms)(b, strength)


def _talks_over(b: Behaviour, strength: float) -> Behaviour:
    return _more("talks_over", _LISTENING_TURNS * b.over_ms)(b, strength)


def _fault(
    name: str, says: str, suite: str, metric: str, strengths: tuple[float, ...], plant: Plant
) -> Fault:
    return Fault(name=name, says=says, suite=suite, metric=metric, strengths=strengths, plant=plant)


FAULTS: tuple[Fault, ...] = (
    _fault("fixed_delay", "every answer later by so much", INTERRUPTING, "response_latency", _MS, _more("later_ms")),
    _fault("jittered_delay", "every answer later by an exponential delay of this mean", INTERRUPTING,
           "response_latency", _MS, _more("jitter_ms")),
    _fault("slow_tail", "5 % of answers later by 20 times as much", LISTENING, "response_latency",
           (20.0, 40.0, 80.0, 160.0), _tail),
    _fault("late_greeting", "greets later", INTERRUPTING, "answer_latency", (4.0, 8.0, 16.0, 32.0),
           _later("greeting")),
    _fault("late_stop", "stops later when interrupted", INTERRUPTING, "yield_latency", _MS, _later("stop")),
    _fault("no_stop", "talks through more interruptions", INTERRUPTING, "barge_in_missed", _POINTS, _more("no_stop")),
    _fault("slow_decision", "knows later that it was interrupted", INTERRUPTING, "barge_in_decision_latency",
           (6.0, 12.0, 25.0, 50.0), _later("decision")),
    _fault("dead_air", "stays silent at the end, longer than before any answer", INTERRUPTING, "dead_air_max", _MS,
           _dead_air),
    _fault("talks_too_much", "longer replies", INTERRUPTING, "agent_talk_time", (20.0, 40.0, 80.0, 160.0),
           _later("reply")),
    _fault("double_reply", "says more of its replies twice", INTERRUPTING, "agent_talk_time",
           (20.0, 40.0, 80.0, 160.0), _double),
    _fault("misheard_words", "takes more words for others", INTERRUPTING, "word_error_rate", _WORDS,
           _more("misheard")),
    _fault("clipped_onset", "misses the first word of more utterances", INTERRUPTING, "word_error_rate", _WORDS,
           _more("clipped", (1 - MISHEARD) / _INTERRUPTING_WORDS)),
    _fault("lost_tool_call", "leaves out the booking in more calls", INTERRUPTING, "tools_correct", _POINTS,
           _more("lost_tool")),
    _fault("wrong_slot", "captures another value in more calls", INTERRUPTING, "captured_correct", _POINTS,
           _more("wrong_slot")),
    _fault("wrong_state", "ends in another state in more calls", INTERRUPTING, "path_correct", _POINTS,
           _more("wrong_state")),
    _fault("fallback", "asks again instead of answering in more calls", INTERRUPTING, "path_correct", _POINTS,
           _more("fallback")),
    _fault("wrong_outcome", "ends with another outcome in more calls", INTERRUPTING, "outcome_correct", _POINTS,
           _more("wrong_outcome")),
    _fault("early_hang_up", "hangs up before its answer in more calls", INTERRUPTING, "outcome_correct", _POINTS,
           _more("leaves")),
    _fault("failed_call", "raises an error in more calls", INTERRUPTING, "outcome_correct", _POINTS, _more("fails")),
    _fault("wrong_words", "says something else at the end of more calls", INTERRUPTING, "passed",
           (0.05, 0.1, 0.2, 0.4), _more("wrong_words")),
    _fault("swapped_digits", "swaps two digits of more numbers", LISTENING, "entity_accuracy", _POINTS,
           _more("swapped")),
    _fault("spurious_reply", "takes more listening noises for words and answers them", LISTENING, "word_error_rate",
           _WORDS, _more("spurious", 1 / _LISTENING_WORDS)),
    _fault("false_stop", "gives its reply up for more listening noises", LISTENING, "false_stop", _POINTS,
           _more("false_stop")),
    _fault("slow_resume", "is silent for longer after a listening noise", LISTENING, "resume_gap",
           (5.0, 10.0, 20.0, 40.0), _later("resume_gap")),
    _fault("early_cut_in", "speaks in more of the caller's pauses", LISTENING, "false_cut_in_rate", _POINTS,
           _more("cut_in")),
    _fault("talks_over", "begins more answers 300 ms before the caller has finished", LISTENING, "overlap_time",
           (10.0, 20.0, 50.0, 100.0), _talks_over),
    _fault("missed_turn", "never answers more turns", LISTENING, "missed_turn", (0.01, 0.02, 0.05, 0.1),
           _more("no_reply")),
    _fault("missing_handoff", "does not hand more calls over", LISTENING, "outcome_correct", _POINTS,
           _more("wrong_outcome")),
    _fault("wrong_handoff", "hands more calls to somebody else", LISTENING, "tools_correct", _POINTS,
           _more("wrong_tool")),
)  # fmt: skip
"""Every kind of fault; docs/calibration.md lists them."""

BY_NAME = {fault.name: fault for fault in FAULTS}
