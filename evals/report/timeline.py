"""Who spoke when, what the call machine and the flow did meanwhile, and where the agent yielded. Record in, values out.

`timeline_svg` draws it. Times are the caller's own, so both lanes show what a third party on the line would notice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from agent.media import SAMPLE_NS, mulaw_decode
from agent.turn import Json
from evals.metrics.latency import RESPONSE_LATENCY
from evals.metrics.measurement import Measurement
from evals.metrics.timeline import NS_PER_MS, agent_spans, event_ns, events_of, turn_end_ns
from evals.record import CallerUtterance, CallRecord, HeardWord, Level
from evals.report.conversation import doing_of

LEVEL_STEP_NS = 40 * NS_PER_MS
LEVEL_STEPS = 9
_LEVEL_FLOOR_DB = -54.0  # below dBov full scale: a quiet line is drawn as nothing, noise at 10 dB SNR is seen
_BREATH_NS = 250 * NS_PER_MS  # words closer than this are one stretch of speech


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A stretch of a lane: `kind` says how it is drawn, `text` what stands on it."""

    start_ns: int
    end_ns: int
    kind: str
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """Something that happened in an instant."""

    t_ns: int
    kind: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """A call as lanes over time.

    Attributes:
        duration_ns: how long the call lasted.
        caller: what the caller did: their true voiced stretches, sounds and keys.
        agent: what of the agent was heard.
        caller_levels, agent_levels: loudness of each track, 0 to `LEVEL_STEPS` for every `LEVEL_STEP_NS`; may be empty.
        waits: from the caller's last sound to the agent's answer (`wait`), or to giving it up (`missed`).
        machine: states of the call machine.
        flow: states of the conversation's flow.
        marks: yields, resumptions, cancellations, tools, keys, failures.
    """

    duration_ns: int
    caller: tuple[Bar, ...]
    agent: tuple[Bar, ...]
    caller_levels: tuple[int, ...]
    agent_levels: tuple[int, ...]
    waits: tuple[Bar, ...]
    machine: tuple[Bar, ...]
    flow: tuple[Bar, ...]
    marks: tuple[Mark, ...]


def timeline_of(record: CallRecord, measurements: Sequence[Measurement] = ()) -> Timeline | None:
    """The call's timeline; None at text level, where nothing has a duration."""
    if record.level is Level.TEXT or record.duration_ns <= 0:
        return None
    return Timeline(
        duration_ns=record.duration_ns,
        caller=tuple(bar for utterance in record.utterances for bar in _caller_bars(utterance)),
        agent=_agent_bars(record),
        caller_levels=_levels(record.caller_track),
        agent_levels=_levels(record.agent_track),
        waits=tuple(_waits(record, measurements)),
        machine=_machine(record),
        flow=_flow(record),
        marks=_marks(record),
    )


def _caller_bars(utterance: CallerUtterance) -> list[Bar]:
    if utterance.kind == "hangs_up":
        return []
    text = utterance.text or doing_of(utterance)
    if not utterance.speech:
        if utterance.end_ns <= utterance.start_ns:
            return []
        return [Bar(start_ns=utterance.start_ns, end_ns=utterance.end_ns, kind="sound", text=text)]
    kind = "sound" if utterance.sound else "speech"
    spans = [Bar(start_ns=span.start_ns, end_ns=span.end_ns, kind=kind) for span in utterance.speech]
    return _with_text(_joined(spans), text)


def _agent_bars(record: CallRecord) -> tuple[Bar, ...]:
    if not record.agent_words:
        return tuple(Bar(start_ns=s.start_ns, end_ns=s.end_ns, kind="speech") for s in agent_spans(record))
    breaths: list[list[HeardWord]] = []
    for word in sorted(record.agent_words, key=lambda word: word.start_ns):
        if breaths and word.start_ns - breaths[-1][-1].end_ns <= _BREATH_NS:
            breaths[-1].append(word)
        else:
            breaths.append([word])
    return tuple(
        Bar(
            start_ns=words[0].start_ns,
            end_ns=words[-1].end_ns,
            kind="speech" if words[-1].complete else "cut",
            text=" ".join(word.text for word in words) + ("" if words[-1].complete else "–"),
        )
        for words in breaths
    )


def _joined(bars: Sequence[Bar]) -> list[Bar]:
    joined: list[Bar] = []
    for bar in bars:
        if joined and bar.start_ns - joined[-1].end_ns <= _BREATH_NS:
            joined[-1] = Bar(start_ns=joined[-1].start_ns, end_ns=bar.end_ns, kind=bar.kind)
        else:
            joined.append(bar)
    return joined


def _with_text(bars: Sequence[Bar], text: str) -> list[Bar]:
    """The bars with the words dealt out among them by their length, since only the whole utterance has words."""
    words, total = text.split(), sum(bar.end_ns - bar.start_ns for bar in bars)
    dealt, spent, result = 0, 0, []
    for bar in bars:
        spent += bar.end_ns - bar.start_ns
        upto = len(words) if bar is bars[-1] else round(len(words) * spent / total) if total else 0
        piece = " ".join(words[dealt:upto])
        result.append(Bar(start_ns=bar.start_ns, end_ns=bar.end_ns, kind=bar.kind, text=piece))
        dealt = upto
    return result


def _levels(track: bytes) -> tuple[int, ...]:
    samples = mulaw_decode(track).astype(np.float64) / 32768
    step = LEVEL_STEP_NS // SAMPLE_NS
    whole = len(samples) // step * step
    power = np.square(samples[:whole]).reshape(-1, step).mean(axis=1)
    db = 10 * np.log10(np.maximum(power, 1e-12))
    steps = np.ceil((db - _LEVEL_FLOOR_DB) / (-12.0 - _LEVEL_FLOOR_DB) * LEVEL_STEPS)
    return tuple(int(value) for value in np.clip(steps, 0, LEVEL_STEPS))


def _waits(record: CallRecord, measurements: Sequence[Measurement]) -> list[Bar]:
    waits = []
    for item in measurements:
        if item.metric != RESPONSE_LATENCY.name or item.value is None or item.turn is None:
            continue
        if not 0 <= item.turn < len(record.utterances):
            continue
        start = turn_end_ns(record.utterances[item.turn])
        end = min(start + round(item.value * NS_PER_MS), record.duration_ns)
        text = f"no answer in {item.value / 1000:.1f} s" if item.censored else f"{item.value:.0f} ms"
        if end > start:
            waits.append(
                Bar(start_ns=start, end_ns=end, kind="missed" if item.censored else "wait", text=text)
            )
    return waits


def _machine(record: CallRecord) -> tuple[Bar, ...]:
    changes = [(event_ns(row), str(row["new"])) for row in events_of(record, "state_changed")]
    return _segments(changes, record.duration_ns)


def _flow(record: CallRecord) -> tuple[Bar, ...]:
    """The states that each answer entered, from then on: `explain › greeting` when it went through one to another."""
    entered: list[tuple[int, str]] = []
    before: list[str] = []
    for row in events_of(record, "turn_answered"):
        whole = row.get("path")
        path = [str(state) for state in whole] if isinstance(whole, list | tuple) else []
        new = path[len(before) :] if path[: len(before)] == before else path[-1:]
        if new:
            entered.append((event_ns(row), " › ".join(new)))
        before = path
    # Styled alike whatever they are called; the name is the text.
    ends = [*(t_ns for t_ns, _ in entered[1:]), record.duration_ns]
    return tuple(
        Bar(start_ns=start, end_ns=end, kind="flow", text=name)
        for (start, name), end in zip(entered, ends, strict=False)
        if end > start
    )


def _segments(changes: Sequence[tuple[int, str]], end_ns: int) -> tuple[Bar, ...]:
    bars: list[Bar] = []
    for (start, name), (until, _) in pairwise([*changes, (end_ns, "")]):
        if bars and bars[-1].kind == name:
            bars[-1] = Bar(start_ns=bars[-1].start_ns, end_ns=until, kind=name, text=name)
        elif until > start:
            bars.append(Bar(start_ns=start, end_ns=until, kind=name, text=name))
    return tuple(bars)


_MARKED: Mapping[str, str] = {
    "yielded": "yields",
    "resumed": "resumes",
    "reply_cancelled": "cancels",
    "turn_dropped": "drops turn",
    "beep_heard": "beep",
    "call_transferred": "transfers",
}


def _marks(record: CallRecord) -> tuple[Mark, ...]:
    marks = [Mark(t_ns=event_ns(row), kind=str(row["kind"]), text=_mark_text(row)) for row in events_of(
        record, *_MARKED, "key_pressed", "provider_failed")]  # fmt: skip
    marks += [
        Mark(t_ns=tool.t_ns, kind="tool" if tool.ok else "tool_failed", text=tool.name)
        for tool in record.tools
    ]
    return tuple(sorted(marks, key=lambda mark: mark.t_ns))


def _mark_text(row: Mapping[str, Json]) -> str:
    if row["kind"] == "key_pressed":
        return f"key {row['digit']}"
    if row["kind"] == "provider_failed":
        return f"{row['provider']} fails"
    return _MARKED[str(row["kind"])]
