"""A summary as Markdown, for a pull request or a CI job's page."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from evals.report.summary import CardLine, FailingCase, Figures, Summary
from evals.report.wording import (
    columns_with_values,
    counted,
    flaky_case,
    headline_figures,
    never_visited,
    verdict,
)
from evals.store.finished import FinishedCall

_SPECIAL = re.compile(r"([\\`*_{}\[\]#|~])")


def render(summary: Summary, calls: Iterable[FinishedCall] = ()) -> str:
    """The whole report as GitHub-flavoured Markdown; texts of the run are escaped.

    Args:
        summary: the run.
        calls: as for every kind of report; this one has all it shows from the summary.
    """
    del calls
    run = summary.run
    parts = [
        f"# {escaped(', '.join(run.suites))}: {escaped(verdict(summary))}",
        f"Run `{run.run_id}` · {run.level} level · target {escaped(run.target)} · seed {run.seed} · "
        f"milliwatt {escaped(run.harness_version)}" + (f" · commit `{run.commit}`" if run.commit else ""),
    ]
    headline = headline_figures(summary)
    if headline:
        parts.append("\n".join(f"- **{name}:** {text}" for name, text in headline))
    if summary.gates:
        rows = [[gate.gate, gate.outcome.replace("_", " "), gate.reason] for gate in summary.gates]
        parts.append("## Gates\n\n" + table(["gate", "says", "because"], rows))
    for title, groups in (
        ("Line", summary.by_line),
        ("Voice", summary.by_voice),
        ("Scenario", summary.by_scenario),
    ):
        if groups:
            parts.append(f"## By {title.lower()}\n\n" + _groups(title, groups))
    if summary.failing:
        parts.append(
            f"## Failed ({len(summary.failing)})\n\n" + "\n".join(_failing(case) for case in summary.failing)
        )
    if summary.flaky:
        parts.append(_listed("Flaky", [f"{case.name}: {flaky_case(case)}" for case in summary.flaky]))
    if summary.missing:
        parts.append(_listed("Not played", summary.missing))
    for flow in summary.coverage:
        for heading, entries in never_visited(flow):
            parts.append(f"## {escaped(heading)}\n\n{_bullets(entries)}")
    if summary.scorecard:
        parts.append("## Scorecard\n\n" + _scorecard(summary.scorecard))
    if summary.unscored:
        rows = [[item.metric, str(item.count), item.reason] for item in summary.unscored]
        parts.append("## Not scored\n\n" + table(["metric", "times", "reason"], rows))
    return "\n\n".join(parts) + "\n"


def escaped(text: str) -> str:
    """The text as Markdown shows it literally, on one line."""
    plain = " ".join(text.split()).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _SPECIAL.sub(r"\\\1", plain)


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table; every cell is escaped."""
    lines = [head, ["---"] * len(head), *([escaped(cell) for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _groups(title: str, groups: Sequence[Figures]) -> str:
    columns = columns_with_values(groups)
    rows = [[group.name, *(show(group) for _, show in columns)] for group in groups]
    return table([title.lower(), *(name for name, _ in columns)], rows)


def _listed(title: str, entries: Sequence[str]) -> str:
    return f"## {title} ({len(entries)})\n\n{_bullets(entries)}"


def _bullets(entries: Sequence[str]) -> str:
    return "\n".join(f"- {escaped(entry)}" for entry in entries)


def _failing(case: FailingCase) -> str:
    title = f" ({escaped(case.title)})" if case.title else ""
    return "\n".join(
        [f"- **{escaped(case.case_id)}**{title}", *(f"  - {escaped(why)}" for why in case.reasons)]
    )


def _scorecard(lines: Sequence[CardLine]) -> str:
    rows = [
        [
            f"{line.card} {line.card_version}",
            line.section,
            line.item + (" (fatal)" if line.fatal else ""),
            counted(line.graded),
            str(line.not_applicable),
            str(line.unscored),
        ]
        for line in lines
    ]
    return table(["card", "section", "item", "passed", "not applicable", "unscored"], rows)
