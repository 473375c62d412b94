"""The rules by which a scorecard item is graded: small questions to a record that need no judgement.

Each kind is a value with its parameters; `apply` answers it with a grade and the evidence. In phrases, `{{name}}`
stands for a variable of the scenario. Phrases are looked for as whole words, case and punctuation aside: the agent's
in what the caller heard, the caller's in what was truly said, not in what the agent made of it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import assert_never

from evals.metrics.measurement import Metric
from evals.metrics.normaliser import contains_words
from evals.metrics.registry import FAMILY_OF
from evals.metrics.timeline import event_ns, events_of, onset_ns
from evals.record import CallerUtterance, CallRecord
from evals.scoring.heard import HeardReply, replies_heard
from evals.scoring.spoken_slot import says_value
from evals.scoring.verdict import ItemGrade


@dataclass(frozen=True, slots=True, kw_only=True)
class HeardAny:
    """One of the phrases was heard in any of the agent's replies."""

    any_of: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HeardBeforeState:
    """One of the phrases was heard in a reply before the one that entered `before`, or ever if it never did."""

    any_of: tuple[str, ...]
    before: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HeardLast:
    """One of the phrases was heard in the last reply."""

    any_of: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HeardMatchesCaptured:
    """What was captured as `variable` was read back: heard in a reply from the turn on that captured it.

    A date and time counts as said by its weekday (or today, tomorrow) and its time of day, in the caller's zone.
    """

    variable: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerLedInto:
    """What the caller did last before `state` was entered: one of the phrases without any of `none_of`, or a key."""

    state: str
    any_of: tuple[str, ...]
    none_of: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PathOrder:
    """`then` was never entered before `first` had been."""

    first: str
    then: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeIs:
    """The call's outcome is one of these."""

    any_of: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolCalled:
    """The tool was called, and at least once with success."""

    tool: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricAtMost:
    """No value of the metric in this call is above the bound, in the metric's unit."""

    metric: str
    at_most: float


Rule = (
    HeardAny
    | HeardBeforeState
    | HeardLast
    | HeardMatchesCaptured
    | CallerLedInto
    | PathOrder
    | OutcomeIs
    | ToolCalled
    | MetricAtMost
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A rule's answer."""

    grade: ItemGrade
    evidence: str


def apply(rule: Rule, record: CallRecord) -> Finding:
    """The rule's answer for a call."""
    match rule:
        case HeardAny():
            return _heard(record, rule.any_of, replies_heard(record), "in any reply")
        case HeardBeforeState():
            return _heard_before(record, rule)
        case HeardLast():
            return _heard(record, rule.any_of, replies_heard(record)[-1:], "in the last reply")
        case HeardMatchesCaptured():
            return _read_back(record, rule)
        case CallerLedInto():
            return _led_into(record, rule)
        case PathOrder():
            return _path_order(record, rule)
        case OutcomeIs():
            return _finding(record.outcome in rule.any_of, f"outcome {record.outcome or 'none'}")
        case ToolCalled():
            return _tool_called(record, rule)
        case MetricAtMost():
            return _at_most(record, rule)
    assert_never(rule)


def _heard(record: CallRecord, phrases: tuple[str, ...], replies: list[HeardReply], where: str) -> Finding:
    for reply in replies:
        for phrase in phrases:
            if contains_words(reply.text, _filled(phrase, record)):
                return _finding(True, f'{_clock(reply.start_ns)} "{reply.text}"')
    return _finding(False, f"not heard {where}: {' / '.join(phrases)}")


def _heard_before(record: CallRecord, rule: HeardBeforeState) -> Finding:
    replies = replies_heard(record)
    if rule.before not in record.path:
        return _heard(record, rule.any_of, replies, "in any reply")
    entered = _entered(record, rule.before)
    if entered is None:
        return _unscored("the agent does not report when it entered its states")
    seq, _ = entered
    return _heard(
        record, rule.any_of, [reply for reply in replies if reply.seq < seq], f"before {rule.before}"
    )


def _read_back(record: CallRecord, rule: HeardMatchesCaptured) -> Finding:
    value = record.captured.get(rule.variable)
    if value is None:
        return Finding(grade=ItemGrade.NOT_APPLICABLE, evidence=f"no {rule.variable} was captured")
    since = next(
        (
            int(str(row["seq"]))
            for row in events_of(record, "turn_answered")
            if isinstance(held := row.get("captured"), Mapping) and held.get(rule.variable) == value
        ),
        None,
    )
    if since is None:
        return _unscored("the agent does not report when it captured it")
    for reply in replies_heard(record):
        if reply.seq >= since and says_value(reply.text, value, record):
            return _finding(True, f'{_clock(reply.start_ns)} "{reply.text}"')
    return _finding(False, f"{rule.variable} {value} was not read back")


def _led_into(record: CallRecord, rule: CallerLedInto) -> Finding:
    if rule.state not in record.path:
        return Finding(grade=ItemGrade.NOT_APPLICABLE, evidence=f"{rule.state} was never entered")
    entered = _entered(record, rule.state)
    if entered is None:
        return _unscored("the agent does not report when it entered its states")
    _, opened_ns = entered
    before = [said for said in record.utterances if onset_ns(said) <= opened_ns and (said.text or said.keys)]
    if not before:
        return _finding(False, f"the caller had said nothing before {rule.state}")
    last = before[-1]
    return _finding(
        _meant(last, rule, record), f'{_clock(onset_ns(last))} caller: "{last.text or last.keys}"'
    )


def _meant(said: CallerUtterance, rule: CallerLedInto, record: CallRecord) -> bool:
    if said.keys:
        return said.keys in rule.keys
    if any(contains_words(said.text, _filled(phrase, record)) for phrase in rule.none_of):
        return False
    return any(contains_words(said.text, _filled(phrase, record)) for phrase in rule.any_of)


def _path_order(record: CallRecord, rule: PathOrder) -> Finding:
    shown = " > ".join(record.path) or "no path"
    if rule.then not in record.path:
        return Finding(grade=ItemGrade.NOT_APPLICABLE, evidence=f"{rule.then} was never entered")
    return _finding(rule.first in record.path[: record.path.index(rule.then)], shown)


def _tool_called(record: CallRecord, rule: ToolCalled) -> Finding:
    calls = [call for call in record.tools if call.name == rule.tool]
    if not calls:
        return _finding(False, f"{rule.tool} was not called")
    answers = ", ".join(call.status for call in calls)
    return _finding(any(call.ok for call in calls), f"{rule.tool}: {answers}")


def _at_most(record: CallRecord, rule: MetricAtMost) -> Finding:
    family: Metric = FAMILY_OF[rule.metric]
    found = [item for item in family(record) if item.metric == rule.metric]
    values = [item.value for item in found if item.value is not None]
    if not values:
        reasons = sorted({item.unscored_reason for item in found}) or ["nothing to measure"]
        return _unscored("; ".join(reasons))
    return _finding(
        max(values) <= rule.at_most, f"{rule.metric} {max(values):.0f}, at most {rule.at_most:.0f}"
    )


def _entered(record: CallRecord, state: str) -> tuple[int, int] | None:
    """The turn whose answer first went through a state: its number, and when it was opened."""
    for row in events_of(record, "turn_answered"):
        path = row.get("path")
        if isinstance(path, list | tuple) and state in path:
            seq = int(str(row["seq"]))
            opened = (event_ns(turn) for turn in events_of(record, "turn_opened") if turn.get("seq") == seq)
            return seq, next(opened, event_ns(row))
    return None


def _filled(phrase: str, record: CallRecord) -> str:
    variables = record.scenario.get("variables")
    known = variables if isinstance(variables, Mapping) else {}
    return re.sub(r"\{\{(\w+)\}\}", lambda match: str(known.get(match[1], match[0])), phrase)


def _finding(passed: bool, evidence: str) -> Finding:
    return Finding(grade=ItemGrade.PASS if passed else ItemGrade.FAIL, evidence=evidence)


def _unscored(reason: str) -> Finding:
    return Finding(grade=ItemGrade.UNSCORED, evidence=reason)


def _clock(t_ns: int) -> str:
    seconds = t_ns / 1e9
    return f"{int(seconds // 60)}:{seconds % 60:04.1f}"
