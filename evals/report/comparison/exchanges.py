"""A call turn by turn, for comparing two of one scenario: what the caller said, what the agent heard, did and said.

An exchange is one doing of the caller's and all that came of it up to the next; the first is the agent's greeting. The
caller's script is the same in both calls, so exchanges belong together by their step of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from agent.turn import Json
from evals.metrics.measurement import Measurement
from evals.metrics.normaliser import normalise
from evals.metrics.timeline import event_ns, events_of, onset_ns
from evals.metrics.words_heard import heard_text, utterance_of
from evals.record import CallRecord, canonical_json
from evals.report.conversation import AgentLine, conversation, doing_of

_WAIT = "response_latency"
_FAILED = "not ok"


class Part(StrEnum):
    """What of an exchange differs. In the order in which one comes of the other."""

    THERE = "there"
    HEARD = "heard"
    PIECES = "pieces"
    DID = "did"
    SAID = "said"
    CUT = "cut"


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One doing of the caller's and what came of it.

    Attributes:
        step: of the scenario; -1 for the greeting.
        said: the caller's words; `doing` what they did beside speaking plainly.
        heard: the agent's transcript; None where the agent does not report it.
        pieces: the turns that it made of it, each with its transcript, or `(no_speech)` and the like without one.
        states: the flow's states that were entered.
        tools: tool calls, each with its arguments and whether it went well, in one line.
        captured: variables that it captured anew, or otherwise than before.
        ended: how the call ended with it: outcome, transfer, who hung up; empty when it went on.
        replied: the agent's words as they reached the ear; `cut` when the last was not heard whole.
        wait_ms: how long the caller waited for the reply; None where that is not measured.
        waited_in_vain: the reply never came, and the wait is a lower bound.
    """

    step: int
    said: str = ""
    doing: str = ""
    heard: str | None = None
    pieces: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    tools: tuple[str, ...] = ()
    captured: Mapping[str, str] = field(default_factory=dict)
    ended: str = ""
    replied: str = ""
    cut: bool = False
    wait_ms: float | None = None
    waited_in_vain: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ExchangePair:
    """The same step of the caller's in two calls; None on the side where it never came to it."""

    before: Exchange | None
    after: Exchange | None

    @property
    def differs(self) -> tuple[Part, ...]:
        """What of it differs, in order of `Part`; nothing when the two are alike but for time."""
        old, new = self.before, self.after
        if old is None or new is None:
            return (Part.THERE,)
        parts = []
        if _plain(old.heard or "") != _plain(new.heard or ""):
            parts.append(Part.HEARD)
        elif [_plain(piece) for piece in old.pieces] != [_plain(piece) for piece in new.pieces]:
            parts.append(Part.PIECES)
        if (old.states, old.tools, dict(old.captured), old.ended) != (
            new.states,
            new.tools,
            dict(new.captured),
            new.ended,
        ):
            parts.append(Part.DID)
        was, now = _plain(old.replied), _plain(new.replied)
        if was != now:
            shorter, longer = sorted((was, now), key=len)
            # Where one was cut the rest of the words is unknown: they differ in what is known of both, or in the cut.
            cut = (old.cut or new.cut) and longer[: len(shorter)] == shorter
            parts.append(Part.CUT if cut else Part.SAID)
        return tuple(parts)


def exchanges(record: CallRecord, measurements: Sequence[Measurement] = ()) -> tuple[Exchange, ...]:
    """The call's exchanges in order, the greeting first."""
    waits = {item.turn: item for item in measurements if item.metric == _WAIT and item.value is not None}
    replies = _replies(record)
    deeds = _deeds(record)
    reports = bool(events_of(record, "final_heard", "turn_opened"))
    found = []
    for turn in range(-1, len(record.utterances)):
        said = record.utterances[turn] if turn >= 0 else None
        wait = waits.get(turn) if turn >= 0 else None
        deed = deeds[turn]
        text, cut = replies.get(turn, ("", False))
        found.append(
            Exchange(
                step=said.step if said else -1,
                said=said.text if said else "",
                doing=doing_of(said) if said else "",
                heard=(heard_text(record, turn) if reports else None) if said else "",
                pieces=tuple(deed.pieces),
                states=tuple(deed.states),
                tools=tuple(deed.tools),
                captured=dict(deed.captured),
                ended=_ending(record) if turn == len(record.utterances) - 1 else "",
                replied=text,
                cut=cut,
                wait_ms=wait.value if wait else None,
                waited_in_vain=bool(wait and wait.censored),
            )
        )
    return tuple(found)


def paired(before: Sequence[Exchange], after: Sequence[Exchange]) -> tuple[ExchangePair, ...]:
    """The exchanges of two calls, step by step of the caller's script."""
    old, new = _by_step(before), _by_step(after)
    return tuple(
        ExchangePair(before=old.get(key), after=new.get(key)) for key in sorted(old.keys() | new.keys())
    )


def first_difference(pairs: Sequence[ExchangePair]) -> int | None:
    """Which pair is the first that differs; None when none does."""
    return next((place for place, pair in enumerate(pairs) if pair.differs), None)


@dataclass(slots=True)
class _Deeds:
    pieces: list[str] = field(default_factory=list)
    states: list[str] = field(default_factory=list)
    tools: list[str] = field(default_factory=list)
    captured: dict[str, str] = field(default_factory=dict)


def _by_step(found: Sequence[Exchange]) -> dict[tuple[int, int], Exchange]:
    # A step may be played more than once, by a persona or a caller who repeats: the n-th belongs to the n-th.
    seen: dict[int, int] = {}
    keyed = {}
    for exchange in found:
        seen[exchange.step] = seen.get(exchange.step, 0) + 1
        keyed[exchange.step, seen[exchange.step]] = exchange
    return keyed


def _replies(record: CallRecord) -> dict[int, tuple[str, bool]]:
    """By turn: the agent's words after it, and whether the last was cut."""
    found: dict[int, tuple[str, bool]] = {}
    turn = -1
    for line in conversation(record):
        if isinstance(line, AgentLine):
            text = found.get(turn, ("", False))[0]
            found[turn] = (f"{text} {line.text}".strip(), line.cut)
        else:
            turn = line.turn
    return found


def _deeds(record: CallRecord) -> dict[int, _Deeds]:
    """By turn: what the agent's own events and the world say that it did."""
    deeds = {turn: _Deeds() for turn in range(-1, len(record.utterances))}
    opened = {row.get("seq"): row for row in events_of(record, "turn_opened")}
    for row in opened.values():
        deeds[_turn_of(record, row)].pieces.append(str(row.get("transcript") or f"({row.get('event')})"))
    path: list[str] = []
    known: dict[str, str] = {}
    starts: list[tuple[int, int]] = []
    for row in events_of(record, "turn_answered"):
        begun = opened.get(row.get("seq"), row)
        turn = _turn_of(record, begun)
        starts.append((event_ns(begun), turn))
        now = [str(state) for state in _listed(row.get("path"))]
        deeds[turn].states += now[len(path) :] if now[: len(path)] == path else now[-1:]
        path = now
        captured = row.get("captured")
        for name, value in captured.items() if isinstance(captured, Mapping) else ():
            if known.get(name) != value:
                deeds[turn].captured[name] = known[name] = str(value)
    if not starts and record.path:
        # An agent that tells nothing of its turns: all that is known of its way is the whole of it.
        deeds[max(deeds)].states = list(record.path)
    begun_by = starts or [(onset_ns(said), turn) for turn, said in enumerate(record.utterances)]
    for tool in record.tools:
        turn = next((at for t_ns, at in reversed(begun_by) if t_ns <= tool.t_ns), -1)
        outcome = "" if tool.ok else f" {_FAILED}: {tool.error or tool.status}"
        deeds[turn].tools.append(f"{tool.name} {canonical_json(tool.arguments)}{outcome}")
    return deeds


def _turn_of(record: CallRecord, row: Mapping[str, Json]) -> int:
    if row.get("event") == "answered":
        return -1
    turn = utterance_of(record, row)
    return -1 if turn is None else turn


def _ending(record: CallRecord) -> str:
    return ", ".join(_ending_parts(record))


def _ending_parts(record: CallRecord) -> Iterator[str]:
    if record.status != "completed":
        yield record.status.replace("_", " ") + (f" ({record.failure})" if record.failure else "")
    if record.outcome:
        yield f"outcome {record.outcome}"
    if record.transferred_to:
        yield f"transferred to {record.transferred_to}"
    if record.ended_by:
        yield f"ended by {record.ended_by}"


def _listed(value: Json) -> Sequence[Json]:
    return value if isinstance(value, list | tuple) else ()


def _plain(text: str) -> list[str]:
    return normalise(text).split()
