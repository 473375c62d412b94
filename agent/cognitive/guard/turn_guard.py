"""One caller turn looked at before it is understood: is anything in it that the flow wants treated otherwise? Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from agent.cognitive.guard.finding import Finding, HandoffReason, IncomingKind
from agent.cognitive.guard.injection import data_findings, key_findings, transcript_findings
from agent.cognitive.guard.rules import FINDING_KINDS, Guard, GuardBranch
from agent.cognitive.guard.triggers import trigger_findings
from agent.turn import Json, TurnEvent, TurnInput

MAX_TEXTS = 2_000
"""More texts than this in one answer of a tool are not read; the first ones are."""
_MAX_DEPTH = 40
_WEIGHT = {kind: place for place, kind in enumerate(FINDING_KINDS)}
_INCOMING = frozenset(map(str, IncomingKind))


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardVerdict:
    """What was found in a turn, and where the flow sends the call because of it.

    Attributes:
        findings: all of the kinds that the flow names, the weightiest first.
        branch: where the weightiest one leads; None to go on as if nothing were.
        reason: why a call that is given to a person for it is given.
    """

    findings: tuple[Finding, ...] = ()
    branch: GuardBranch | None = None
    reason: HandoffReason | None = None


def guard_turn(guard: Guard, turn: TurnInput) -> GuardVerdict:
    """The verdict on what the caller said or pressed."""
    if not guard.on or not turn.transcript:
        return GuardVerdict()
    if turn.event is TurnEvent.SPEECH:
        found = [*trigger_findings(turn.transcript), *transcript_findings(turn.transcript)]
    elif turn.event is TurnEvent.DTMF:
        found = key_findings(turn.transcript)
    else:
        found = []
    return _verdict(guard, found)


def guard_values(guard: Guard, values: Mapping[str, Json], *, place: str) -> GuardVerdict:
    """The verdict on texts that came from elsewhere: the call's variables, a tool's answer (indirect injection).

    Args:
        guard: the flow's.
        values: what came.
        place: `variables` or `tool`; findings say `place.KEY`.
    """
    if not guard.on:
        return GuardVerdict()
    found: list[Finding] = []
    for count, (key, text) in enumerate(_texts(values, place, 0)):
        if count >= MAX_TEXTS:
            break
        found += data_findings(text, key)
    return _verdict(guard, found)


def _verdict(guard: Guard, found: list[Finding]) -> GuardVerdict:
    named = sorted(
        (finding for finding in found if finding.kind in guard.on), key=lambda finding: _WEIGHT[finding.kind]
    )
    if not named:
        return GuardVerdict()
    kind = named[0].kind
    reason = HandoffReason.POLICY_BLOCK if kind in _INCOMING else HandoffReason(kind)
    return GuardVerdict(findings=tuple(named), branch=guard.on[kind], reason=reason)


def _texts(value: Json, place: str, depth: int) -> Iterator[tuple[str, str]]:
    if depth > _MAX_DEPTH:
        return
    if isinstance(value, str):
        yield place, value
    elif isinstance(value, Mapping):
        for key, part in value.items():
            yield from _texts(part, f"{place}.{key}"[:120], depth + 1)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from _texts(part, place, depth + 1)


def without_findings(
    guard: Guard, values: Mapping[str, Json]
) -> tuple[Mapping[str, Json], tuple[Finding, ...]]:
    """A tool's answer with the texts emptied in which the guard finds what it looks for, and what it found.

    Of such an answer nothing must be said or handed on, and the rest of it may well be true.
    """
    verdict = guard_values(guard, values, place="tool")
    if not verdict.findings:
        return values, ()
    bad = {finding.evidence for finding in verdict.findings}
    emptied = {key: _emptied(value, bad, 0) for key, value in values.items()}
    return emptied, verdict.findings


def _emptied(value: Json, bad: set[str], depth: int) -> Json:
    if depth > _MAX_DEPTH:
        return None
    if isinstance(value, str):
        return "" if any(evidence in value for evidence in bad) else value
    if isinstance(value, Mapping):
        return {key: _emptied(part, bad, depth + 1) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_emptied(part, bad, depth + 1) for part in value]
    return value
