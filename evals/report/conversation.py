"""What was said and what was heard, in the order of the call. Pure; shown by the page and by the dashboard.

The agent's lines are what reached the caller's ear, cut where the caller cut them. The caller's lines are what they
truly said, beside what the agent's recogniser made of it.
"""

from __future__ import annotations

from dataclasses import dataclass

from evals.metrics.timeline import WORD_KINDS, onset_ns, turn_end_ns
from evals.metrics.word_errors import AlignedWord, WordErrors, align_words, word_errors
from evals.metrics.words_heard import heard_text
from evals.record import CallerUtterance, CallRecord, HeardWord, Level


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentLine:
    """Words of the agent's between two of the caller's doings; `cut` when the last of them was not heard whole."""

    start_ns: int
    end_ns: int
    text: str
    cut: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerLine:
    """One doing of the caller's.

    Attributes:
        turn: index of the utterance.
        said: the reference words; for sounds and keys, empty or what their step says.
        doing: what it was when it was not simply speaking, such as `cough`, `keys 3`, `interrupts`, `hangs up`.
        heard: the agent's transcript.
        aligned: both word by word, normalised; empty where words are not counted.
        errors: what became of the words; None where they are not counted.
    """

    start_ns: int
    end_ns: int
    turn: int
    said: str
    doing: str
    heard: str
    aligned: tuple[AlignedWord, ...]
    errors: WordErrors | None


Line = AgentLine | CallerLine


def conversation(record: CallRecord) -> tuple[Line, ...]:
    """The call's lines, ordered by when each began (at text level, by turn)."""
    caller = [_caller_line(record, turn) for turn in range(len(record.utterances))]
    agent = _agent_lines(record.agent_words, [line.end_ns for line in caller])
    # At text level a reply bears the time of the turn that it answers, and comes after it.
    return tuple(sorted([*caller, *agent], key=lambda line: line.start_ns))


def doing_of(utterance: CallerUtterance) -> str:
    """What the caller did beyond speaking in their turn; empty for a plain answer."""
    parts = []
    if utterance.kind == "interrupts":
        parts.append("interrupts" if utterance.offered else "meant to interrupt; the reply was over")
    elif utterance.kind == "plays":
        parts.append("recording")
    elif utterance.sound:
        parts.append(utterance.sound.replace("_", " "))
    elif utterance.keys:
        parts.append(f"presses {utterance.keys}")
    if utterance.hung_up or utterance.kind == "hangs_up":
        parts.append("hangs up")
    return ", ".join(parts)


def _caller_line(record: CallRecord, turn: int) -> CallerLine:
    utterance = record.utterances[turn]
    heard = heard_text(record, turn)
    # At text level the transcript is the text itself; there is nothing to count.
    counted = bool(utterance.text) and utterance.kind in WORD_KINDS and record.level is not Level.TEXT
    return CallerLine(
        start_ns=onset_ns(utterance),
        end_ns=turn_end_ns(utterance),
        turn=turn,
        said=utterance.text,
        doing=doing_of(utterance),
        heard=heard,
        aligned=tuple(align_words(utterance.text, heard)) if counted else (),
        errors=word_errors(utterance.text, heard) if counted else None,
    )


def _agent_lines(words: tuple[HeardWord, ...], caller_ends_ns: list[int]) -> list[AgentLine]:
    lines: list[list[HeardWord]] = []
    for word in sorted(words, key=lambda word: (word.start_ns, word.seq)):
        before = lines[-1][-1] if lines else None
        # Words that overlap the caller belong to the line they began in; after the caller has done, a line begins.
        if (
            before is not None
            and before.seq == word.seq
            and not any(before.start_ns < end_ns <= word.start_ns for end_ns in caller_ends_ns)
        ):
            lines[-1].append(word)
        else:
            lines.append([word])
    return [
        AgentLine(
            start_ns=line[0].start_ns,
            end_ns=line[-1].end_ns,
            text=" ".join(word.text for word in line),
            cut=not line[-1].complete,
        )
        for line in lines
    ]
