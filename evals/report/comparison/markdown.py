"""A comparison as Markdown, for a pull request or a CI job's page."""

from __future__ import annotations

from collections.abc import Sequence

from evals.report.comparison.exchanges import Exchange
from evals.report.comparison.model import ChangedCall, Comparison
from evals.report.comparison.wording import (
    PART_NAMES,
    case_line,
    chance,
    did,
    difference,
    first_words,
    heading,
    heard,
    layers,
    not_compared,
    said,
    turn_name,
    value,
    verdict,
    waited,
)
from evals.report.markdown import escaped, table
from evals.report.wording import NOTHING
from evals.scoring.case_changes import Change

MANY_CALLS, MANY_CASES = 20, 100
"""Calls shown turn by turn and cases listed: a comment on a pull request holds 65,536 characters."""


def render(comparison: Comparison) -> str:
    """The whole comparison as GitHub-flavoured Markdown; texts of the runs are escaped."""
    before, after = comparison.before, comparison.after
    parts = [
        f"# {escaped(verdict(comparison))}",
        f"Before: `{before.name}` · now: `{after.name}`"
        + (f" · {after.run.level} level · seed {after.run.seed}" if after.run else ""),
    ]
    if layers(comparison):
        parts.append(f"Calls that got worse, by where it comes from: {escaped(layers(comparison))}")
    if comparison.verdicts:
        rows = [[gate.gate, gate.outcome.replace("_", " "), gate.reason] for gate in comparison.verdicts]
        parts.append("## Gates\n\n" + table(["gate", "says", "because"], rows))
    for kind, name in ((Change.WORSE, "Worse"), (Change.BETTER, "Better")):
        cases = comparison.of_kind(kind)
        if cases:
            parts.append(_listed(name, [case_line(case) for case in cases]))
    if comparison.flaky:
        parts.append(_listed("Flaky", [case_line(case) for case in comparison.flaky]))
    if comparison.metrics:
        parts.append("## Metrics\n\n" + _metrics(comparison))
    if comparison.changed:
        shown = "\n\n".join(_call(call) for call in comparison.changed[:MANY_CALLS])
        parts.append(f"## Turn by turn ({comparison.flipped})\n\n{shown}")
    if comparison.otherwise:
        lines = [f"{call.case_id}: {first_words(call)}" for call in comparison.otherwise]
        parts.append(_listed("Came out alike, but went otherwise", lines, count=comparison.went_otherwise))
    left_out = not_compared(comparison)
    if left_out:
        parts.append(_listed("Not compared", left_out))
    parts += [f"Note: {escaped(note)}." for note in comparison.notes]
    return "\n\n".join(parts) + "\n"


def _listed(title: str, entries: Sequence[str], *, count: int | None = None) -> str:
    count = len(entries) if count is None else count
    lines = [f"- {escaped(entry)}" for entry in entries[:MANY_CASES]]
    if count > len(lines):
        lines.append(f"- … and {count - len(lines)} more")
    return f"## {title} ({count})\n\n" + "\n".join(lines)


def _metrics(comparison: Comparison) -> str:
    rows = [
        [
            change.metric,
            value(change.before, change.unit),
            value(change.after, change.unit),
            difference(change),
            chance(change),
        ]
        for change in sorted(comparison.metrics, key=lambda change: not change.verdict)
    ]
    return table(["metric", "before", "now", "difference", "says"], rows)


def _call(call: ChangedCall) -> str:
    rows = []
    for place, pair in enumerate(call.pairs):
        differs = ", ".join(PART_NAMES[part] for part in pair.differs)
        mark = " ← first" if place == call.first else ""
        either = pair.after or pair.before
        words = either.said or either.doing if either else ""
        rows.append([turn_name(place) + mark, words, _side(pair.before), _side(pair.after), differs])
    reasons = "\n".join(f"- {escaped(reason)}" for reason in (call.after.reasons or call.before.reasons))
    head = f"**{escaped(call.case_id)}**: {heading(call)}; {call.cause.layer} ({escaped(call.cause.rule)}): "
    turns = table(["turn", "caller", "before", "now", "differs"], rows)
    return (
        f"<details><summary>{escaped(call.case_id)}</summary>\n\n{head}{escaped(call.cause.why)}\n\n"
        + (f"{reasons}\n\n" if reasons else "")
        + f"{turns}\n\n</details>"
    )


def _side(side: Exchange | None) -> str:
    if side is None:
        return NOTHING
    parts = [
        ("heard", heard(side)),
        ("did", "; ".join(did(side))),
        ("said", said(side)),
        ("wait", waited(side)),
    ]
    return "; ".join(f"{name}: {text}" for name, text in parts if text)
