"""The log of turns: what came in, what was answered, where the call stood, by which versions and how quickly.

`logged_turns` wraps any `StreamTurn`; the engine knows nothing of it. A line is written before the turn's last item is
given out, so an answer that arrived whole stands in the log. A line is one JSON object:

    {"schema": 1, "logged_at": "2026-11-22T09:00:00+00:00", "turn": {...}, "before": {...} | null,
     "output": {...} | null, "failure": "", "versions": {...}, "timings": {"first_ns": 1, "total_ns": 2},
     "redacted": ["turn.transcript"]}

`turn` and `output` are the forms of `turn_json` (`output.state` is the state after it); `before` is the state after
the call's turn before, null when this process has not seen that. `failure` names the error of a turn that got no
answer, and `redacted` the places that hold something else than what was said there.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime

from agent.clock import machine_wall, stopwatch_ns
from agent.turn import Action, DialogueState, Json, StreamTurn, TurnInput, TurnOutput
from agent.turn_json import plain

LOG_SCHEMA = 1

RedactText = Callable[[str, tuple[str, ...], str], str]
"""The call's id, a place within the line such as `("turn", "transcript")` and the text there, to the text as it may be
kept. Told of the call and the place, so that it may see digits that one speaker said over several turns."""

_CALLS_REMEMBERED = 10_000
"""Calls whose last state is kept for `before`; one longer silent than this many others has `null` there."""


def as_it_is(call_sid: str, place: tuple[str, ...], text: str) -> str:
    """The redactor of logs that may hold everything."""
    return text


@dataclass(frozen=True, slots=True, kw_only=True)
class Versions:
    """What answered: the flow by its fingerprint, and the code."""

    flow: str
    flow_fingerprint: str
    code: str


def logged_turns(
    stream_turn: StreamTurn,
    append: Callable[[str], None],
    *,
    versions: Versions,
    redact: RedactText = as_it_is,
    wall: Callable[[], datetime] = machine_wall,
    stopwatch: Callable[[], int] = stopwatch_ns,
) -> StreamTurn:
    """The same dialogue, with a line for each turn given to `append`, which must not fail: a full disk is no reason to
    leave a caller without an answer.

    A turn delivered twice is logged twice. One that was given up half way is logged with `failure: "given up"`.
    """
    states: OrderedDict[str, DialogueState] = OrderedDict()

    async def stream(turn: TurnInput) -> AsyncGenerator[Action | TurnOutput, None]:
        entry = _Entry(turn=turn, before=states.get(turn.call_sid), begun_ns=stopwatch())
        try:
            async with aclosing(stream_turn(turn)) as items:
                async for item in items:
                    entry.saw(item, stopwatch())
                    if isinstance(item, TurnOutput):
                        if not turn.provisional:
                            _remember(states, turn.call_sid, item.state)
                        append(entry.line(versions, redact, wall(), stopwatch()))
                        entry.written = True
                    yield item
        except Exception as error:
            entry.failure = f"{type(error).__name__}: {error}"
            raise
        finally:
            if not entry.written:
                entry.failure = entry.failure or "given up"
                append(entry.line(versions, redact, wall(), stopwatch()))

    return stream


def redacted_line(line: Mapping[str, Json], call_sid: str, redact: RedactText) -> dict[str, Json]:
    """The line with every text that a caller or a tool had a part in as `redact` gives it, and `redacted` filled."""
    changed: list[str] = []

    def walk(value: Json, steps: tuple[str, ...]) -> Json:
        if isinstance(value, str):
            if not _holds_words(steps):
                return value
            kept = redact(call_sid, steps, value)
            if kept != value:
                changed.append(".".join(steps))
            return kept
        if isinstance(value, Mapping):
            return {key: walk(inner, (*steps, key)) for key, inner in value.items()}
        if isinstance(value, list):
            return [walk(inner, (*steps, str(place))) for place, inner in enumerate(value)]
        return value

    kept = {key: walk(value, (key,)) for key, value in line.items()}
    return {**kept, "redacted": list(changed)}


_WORDS = frozenset({"transcript", "heard", "variables", "captured", "text", "context", "arguments", "value"})
"""Keys whose texts, at any depth below them, hold what people said or what tools told of them."""


def _holds_words(steps: tuple[str, ...]) -> bool:
    return steps[-1] in ("error", "failure") or not _WORDS.isdisjoint(steps)


def _remember(states: OrderedDict[str, DialogueState], call_sid: str, state: DialogueState) -> None:
    states[call_sid] = state
    states.move_to_end(call_sid)
    if len(states) > _CALLS_REMEMBERED:
        states.popitem(last=False)


@dataclass(slots=True, kw_only=True)
class _Entry:
    """One turn while it is answered."""

    turn: TurnInput
    before: DialogueState | None
    begun_ns: int
    first_ns: int | None = None
    output: TurnOutput | None = None
    failure: str = ""
    written: bool = False

    def saw(self, item: Action | TurnOutput, now_ns: int) -> None:
        if self.first_ns is None:
            self.first_ns = now_ns - self.begun_ns
        if isinstance(item, TurnOutput):
            self.output = item

    def line(self, versions: Versions, redact: RedactText, wall: datetime, now_ns: int) -> str:
        whole: dict[str, Json] = {
            "schema": LOG_SCHEMA,
            "logged_at": wall.isoformat(timespec="milliseconds"),
            "turn": plain(self.turn),
            "before": plain(self.before),
            "output": plain(self.output),
            "failure": self.failure,
            "versions": plain(versions),
            "timings": {"first_ns": self.first_ns, "total_ns": now_ns - self.begun_ns},
        }
        return json.dumps(
            redacted_line(whole, self.turn.call_sid, redact), ensure_ascii=False, separators=(",", ":")
        )
